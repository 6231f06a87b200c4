import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkText, readEnvironment } from '../../src/config/index.ts'

describe('two sources never read one folder', () => {
  let data = ''
  beforeEach(async () => {
    data = await mkdtemp(join(tmpdir(), 'rosterd-folders-'))
  })
  afterEach(() => rm(data, { recursive: true, force: true }))

  /** What is said of two organizations with a source each, `line:column sentence` with the data directory as `~`. */
  function said(first: string, second: string): string[] {
    const organization = (key: string, folder: string) => `  ${key}:
    name: ${key}
    administrators: [{ email: kim@acme.example, role: admin }]
    sources: { hr: { kind: csv, folder: ${JSON.stringify(folder)} } }
    rules: { all: { when: { everyone: true }, then: [{ member: member }] } }
`
    const text = `organizations:\n${organization('acme', first)}${organization('beta', second)}`
    const { problems } = checkText('x', text, readEnvironment({ ROSTERD_DATA: data }))
    return problems.map(
      ({ line, column, severity, message }) => `${severity} ${line}:${column} ${message.replaceAll(data, '~')}`,
    )
  }

  const belongs = (folder: string, line = 10) => [
    `error ${line}:41 The folder ${folder} already belongs to the source acme.hr.`,
  ]

  test.each([
    ['the same words', 'drop/a', 'drop/a', belongs('~/drop/a')],
    ['a slash at the end', 'drop/a', 'drop/a/', belongs('~/drop/a')],
    ['dots', 'drop/a', './drop/b/../a', belongs('~/drop/a')],
    ['upper case, which many disks do not tell apart', 'drop/a', 'drop/A', belongs('~/drop/A')],
    [
      'one inside the other',
      'drop',
      'drop/deep/a',
      ['error 10:41 The folder ~/drop/deep/a lies inside ~/drop, which belongs to the source acme.hr.'],
    ],
    [
      'one around the other',
      'drop/deep/a',
      'drop',
      ['error 5:41 The folder ~/drop/deep/a lies inside ~/drop, which belongs to the source beta.hr.'],
    ],
    ['a name that only begins alike', 'drop/a', 'drop/ab', []],
    ['neighbours', 'drop/a', 'drop/b', []],
  ])('%s', (_name, first, second, expected) => {
    expect(said(first, second)).toEqual(expected)
  })

  test('a link to the folder, or to one that it lies in, which does not exist yet', async () => {
    await mkdir(join(data, 'drop'))
    await symlink(join(data, 'drop'), join(data, 'shared'))
    expect(said('drop/a', 'shared/a')).toEqual(belongs('~/shared/a'))
    await mkdir(join(data, 'drop/a'))
    await symlink(join(data, 'drop/a'), join(data, 'link'))
    expect(said('drop/a', 'link')).toEqual(belongs('~/link'))
  })

  test('a link in the place where files are put', async () => {
    await mkdir(join(data, 'a/in'), { recursive: true })
    await mkdir(join(data, 'b'))
    await symlink(join(data, 'a/in'), join(data, 'b/in'))
    expect(said('a', 'b')).toEqual(belongs('~/b'))
  })
})
