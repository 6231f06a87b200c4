import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { run } from '../../src/cli/program.ts'
import type { Terminal } from '../../src/cli/terminal.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rosterd-csv-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

/** No daemon, no configuration: only the file. */
async function check(content: string | Buffer, ...options: string[]) {
  const file = join(directory, 'roster.csv')
  await writeFile(file, content)
  const ran = { exit: -1, out: '', err: '' }
  const terminal: Terminal = {
    out: (text) => {
      ran.out += text
    },
    err: (text) => {
      ran.err += text
    },
    interactive: false,
    redraws: false,
    width: Number.POSITIVE_INFINITY,
    colours: false,
    ask: async () => '',
    env: { ROSTERD_CONFIG: join(directory, 'none.yaml') },
  }
  ran.exit = await run(['check-csv', file, ...options], terminal)
  return { ...ran, out: ran.out.replaceAll(file, 'roster.csv') }
}

it('shows what it understood', async () => {
  const ran = await check('ID;E-Mail;Vorname;Kennwort\n007;ada@acme.example;Ada;hunter2\n')
  expect(ran).toMatchObject({ exit: 0, err: '' })
  expect(ran.out).toBe(
    `roster.csv
utf-8, separated by semicolon, header on line 1, people told apart by id.

COLUMN    UNDERSTOOD AS
ID        external_id
E-Mail    email
Vorname   first_name
Kennwort  secret, never read

LINE  E-MAIL            ID   NAME
   2  ada@acme.example  007  Ada

note  1 column holds secrets and is never read: Kennwort.

1 row: 1 understood, none in error. Nothing was sent anywhere.
`,
  )
})

it('names every row in error by its line, and ends with exit code 4', async () => {
  const ran = await check('email,first_name\nada@acme.example,Ada\nbob@@acme.example,Bob\n')
  expect(ran.exit).toBe(4)
  expect(ran.out).toMatch(/error {2}line 3: "bob@@acme\.example" is not a valid e-mail address/)
  expect(ran.out).toContain('2 rows: 1 understood, 1 in error.')
})

it('gives all of it as JSON', async () => {
  const ran = await check('email\nada@acme.example\n', '--json')
  expect(JSON.parse(ran.out)).toMatchObject({
    counts: { rows: 1, errors: 0 },
    rows: [{ line: 2, profile: { email: 'ada@acme.example' } }],
  })
})

it.each([
  ['no CSV at all', Buffer.from('PK\u0003\u0004 and the rest of a zip'), 'FILE_TYPE'],
  ['no column that names people', 'colour,shape\nred,round\n', 'HEADER_MISSING'],
])('%s: a sentence and a next step', async (_, content, code) => {
  const ran = await check(content, '--json')
  expect(ran).toMatchObject({ exit: 1, out: '' })
  expect(JSON.parse(ran.err)).toMatchObject({ error: { code, next: expect.stringMatching(/\.$/) } })
})
