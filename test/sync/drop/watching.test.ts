/** The drop folder, driven through real files: what is taken, when, by what evidence, and what becomes of it. */

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { appendFile, chmod, mkdir, rename, rm, symlink, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { listSources } from '../../../src/store/organizations.ts'
import { dismiss } from '../../../src/sync/admission.ts'
import { receive } from '../../../src/sync/receive.ts'
import { until } from '../../support/daemon.ts'
import { Inlet, QUICK } from '../../support/inlet.ts'
import { KIM } from '../../support/pipeline.ts'

let inlet: Inlet
const open = async (...given: Parameters<typeof Inlet.open>): Promise<Inlet> => {
  inlet = await Inlet.open(...given)
  return inlet
}
afterEach(() => inlet?.close())

const HEADER = 'external_id,email,first_name,last_name'
const people = (from: number, to: number) =>
  Array.from({ length: to - from + 1 }, (_, n) => `${from + n},p${from + n}@acme.example,Pia,N${from + n}`)
const roster = (from: number, to: number) => `${[HEADER, ...people(from, to)].join('\n')}\n`
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const yesterday = () => new Date(Date.now() - 24 * 3_600_000)

describe('row 2', () => {
  test('row 2: a file cut in the middle of a row stays where it is for a while, then fails, and nobody is touched', async () => {
    const { world } = (await open()).watch()
    await inlet.drop('roster.csv', roster(1, 9))
    await inlet.decided(1)
    const cut = roster(1, 9).slice(0, -'8@acme.example,Pia,N9\n'.length - 22)
    await writeFile(inlet.path('roster.csv'), cut)
    await until(async () => inlet.said.length > 0)
    expect(inlet.said).toEqual([
      'roster.csv: The file is not complete: it stops in the middle of line 9. It may still be finished.',
    ])
    expect(await inlet.inbox()).toEqual(['roster.csv'])
    expect(await inlet.status('roster.csv')).toMatchObject({ state: 'waiting', message: /line 9/ })
    expect(await inlet.decided(2)).toEqual([
      'roster.csv admitted atomic_rename 9',
      'roster.csv unreadable stable_only 0',
    ])
    expect(await inlet.reason('roster.csv', 'failed')).toMatchObject({
      reasons: [{ code: 'FILE_INCOMPLETE' }],
      next: expect.stringContaining('Send the whole file again'),
    })
    // The writer is told after the file was put away.
    await until(async () => (await inlet.status('roster.csv'))?.['state'] === 'unreadable')
    expect(await inlet.status('roster.csv')).toMatchObject({ message: /line 9/ })
    expect((await world.propose()).plans).toHaveLength(1)
    expect(await world.sql`select from directory_users where to_change is null`).toHaveLength(9)
  })

  test('row 2: one that is finished meanwhile is read whole', async () => {
    ;(await open()).watch()
    const whole = roster(1, 9)
    await writeFile(inlet.path('roster.csv'), whole.slice(0, 100))
    await until(async () => inlet.said.length > 0)
    await appendFile(inlet.path('roster.csv'), whole.slice(100))
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted stable_only 9'])
  })

  test('row 2: also when it was cut and then renamed', async () => {
    ;(await open()).watch()
    await inlet.drop('roster.csv', roster(1, 9).slice(0, 100))
    expect(await inlet.decided(1)).toEqual(['roster.csv unreadable atomic_rename 0'])
  })
})

describe('evidence', () => {
  test('no line break at the end: five minutes more, then it is taken as it is', async () => {
    ;(await open()).watch()
    await writeFile(inlet.path('roster.csv'), roster(1, 3).trimEnd())
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted stable_only 3'])
    expect(inlet.said[0]).toMatch(/does not end with a line break/)
  })

  test('a trailer', async () => {
    ;(await open()).watch()
    await writeFile(inlet.path('roster.csv'), `${roster(1, 3)}#END 3`)
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted trailer 3'])
  })

  test('a manifest that fits, also where the file came first; it goes along', async () => {
    ;(await open()).watch()
    const text = roster(1, 3)
    await writeFile(inlet.path('a.csv.manifest.json'), JSON.stringify({ sha256: sha256(text), rows: 3, sequence: 8 }))
    await writeFile(inlet.path('a.csv'), text)
    expect(await inlet.decided(1)).toEqual(['a.csv admitted manifest 3'])
    expect(await inlet.putAway('processed')).toEqual(['a.csv', 'a.csv.manifest.json'])
    expect(await inlet.inbox()).toEqual([])
  })

  test.each([
    ['another digest', { sha256: sha256('x') }, 'its sha256 is not the one in a.csv.manifest.json'],
    ['other bytes', { bytes: 7 }, 'a.csv.manifest.json promises 7 bytes; the file has 114'],
    ['other rows', { bytes: 114, rows: 4 }, 'its manifest promises 4 rows; the file has 3'],
    ['no manifest', '{', 'a.csv.manifest.json cannot be read'],
  ])('a manifest with %s', async (_, manifest, why) => {
    await open()
    await writeFile(inlet.path('a.csv'), roster(1, 3))
    const text = typeof manifest === 'string' ? manifest : JSON.stringify(manifest)
    await writeFile(inlet.path('a.csv.manifest.json'), text)
    inlet.watch()
    expect(await inlet.decided(1)).toEqual([expect.stringMatching(/^a.csv unreadable manifest/)])
    expect((await inlet.reason('a.csv', 'failed'))['message']).toContain(`The file is not complete: ${why}.`)
  })

  test('a checksum', async () => {
    ;(await open()).watch()
    const text = roster(1, 3)
    await writeFile(inlet.path('a.csv.md5'), `${createHash('md5').update(text).digest('hex')}  a.csv\n`)
    await writeFile(inlet.path('a.csv'), text)
    expect(await inlet.decided(1)).toEqual(['a.csv admitted manifest 3'])
  })

  test('a trigger; from then on none is taken without', async () => {
    ;(await open()).watch()
    await writeFile(inlet.path('.a.tmp'), roster(1, 3))
    await writeFile(inlet.path('a.csv'), roster(1, 3))
    await writeFile(inlet.path('a.csv.done'), '')
    expect(await inlet.decided(1)).toEqual(['a.csv admitted trigger 3'])
    expect(await inlet.inbox()).toEqual(['.a.tmp'])
    await inlet.drop('a.csv', roster(1, 4))
    await until(async () => inlet.said.some((line) => line.includes('trigger')))
    expect(await inlet.read()).toHaveLength(1)
    await writeFile(inlet.path('a.csv.OK'), '')
    expect((await inlet.decided(2))[1]).toBe('a.csv admitted trigger 4')
  })

  test('a trigger that was left behind does not speak for the next file', async () => {
    await open()
    await writeFile(inlet.path('a.csv.done'), '')
    await utimes(inlet.path('a.csv.done'), yesterday(), yesterday())
    await new Promise((resolve) => setTimeout(resolve, 20))
    await writeFile(inlet.path('a.csv'), roster(1, 3).slice(0, 100))
    inlet.watch()
    await until(async () => inlet.said.length > 0)
    expect(inlet.said[0]).toMatch(/not complete/)
  })
})

describe('several files', () => {
  test('of full ones only the newest is read; row 33: yesterday’s after today’s is set aside', async () => {
    const { world } = await open()
    await inlet.drop('r-20261120.csv', roster(1, 3))
    await inlet.drop('r-20261122.csv', roster(1, 5))
    await inlet.drop('r-20261121.csv', roster(1, 4))
    inlet.watch()
    expect(await inlet.decided(3)).toEqual([
      'r-20261120.csv stale atomic_rename 0',
      'r-20261121.csv stale atomic_rename 0',
      'r-20261122.csv admitted atomic_rename 5',
    ])
    await inlet.drop('r-20261119.csv', roster(1, 2))
    expect((await inlet.decided(4))[3]).toBe('r-20261119.csv stale atomic_rename 0')
    expect(await inlet.reason('r-20261119.csv', 'processed')).toMatchObject({
      reasons: [{ code: 'FILE_STALE', message: /\(2026-11-19\) than r-20261122.csv \(2026-11-22\)/ }],
    })
    expect(await world.sql`select from directory_users where to_change is null`).toHaveLength(5)
  })

  test('row 33: yesterday’s file after today’s, told by nothing but its time', async () => {
    const { world } = (await open()).watch()
    await inlet.drop('today.csv', roster(1, 5))
    await inlet.decided(1)
    await writeFile(inlet.path('.y.tmp'), roster(1, 4))
    await utimes(inlet.path('.y.tmp'), yesterday(), yesterday())
    await rename(inlet.path('.y.tmp'), inlet.path('yesterday.csv'))
    expect((await inlet.decided(2))[1]).toBe('yesterday.csv stale atomic_rename 0')
    expect(await world.sql`select from directory_users where to_change is null`).toHaveLength(5)
  })

  test('row 32: the same file twice confirms a full one', async () => {
    const { world } = (await open()).watch()
    await inlet.drop('a.csv', roster(1, 3))
    await inlet.decided(1)
    await inlet.drop('b.csv', roster(1, 3))
    expect((await inlet.decided(2))[1]).toBe('b.csv confirmed atomic_rename 3')
    expect(await world.sql`select from snapshots where state = 'confirmed'`).toHaveLength(1)
    await world.applyAll(await world.propose())
    expect((await world.propose()).plans).toEqual([])
  })

  test('row 32: the same changes twice within a day are a duplicate, and no plan', async () => {
    const { world } = (await open(`kind: csv, mode: delta, approval: manual, ${QUICK}`)).watch()
    await inlet.drop('a.csv', roster(1, 3))
    await inlet.decided(1)
    await world.applyAll(await world.propose())
    await inlet.drop('b.csv', roster(1, 3))
    expect((await inlet.decided(2))[1]).toBe('b.csv duplicate atomic_rename 0')
    expect(await inlet.reason('b.csv', 'processed')).toMatchObject({
      reasons: [{ code: 'FILE_DUPLICATE', message: /The same content as a.csv of 20/ }],
    })
    expect(await inlet.status('b.csv')).toMatchObject({ state: 'duplicate' })
    expect((await world.propose()).plans).toEqual([])
  })

  test('A, B, A applies A again', async () => {
    const { world } = (await open()).watch()
    for (const [count, to] of [4, 5, 4].entries()) {
      await inlet.drop('roster.csv', roster(1, to))
      await inlet.decided(count + 1)
    }
    expect((await inlet.read()).map((line) => line.split(' ')[1])).toEqual(['admitted', 'admitted', 'admitted'])
    expect(await world.sql`select from directory_users where to_change is null`).toHaveLength(4)
  })

  test('changes are read in their order; one that failed holds the later ones until it comes again', async () => {
    ;(await open(`kind: csv, mode: delta, approval: manual, ${QUICK}`)).watch()
    await inlet.drop('1.csv', 'nothing\nthat anybody knows\n')
    await inlet.decided(1)
    await inlet.drop('2.csv', roster(1, 1))
    await inlet.drop('3.csv', roster(2, 2))
    await until(async () => inlet.said.length === 2)
    expect(inlet.said).toContain(
      '2.csv: It waits for 1.csv, which failed: files of changes are read in their order. Send that one again under its name, or have an administrator dismiss it.',
    )
    expect((await inlet.inbox()).sort()).toEqual(['2.csv', '3.csv'])
    await inlet.drop('1.csv', roster(3, 3))
    expect((await inlet.decided(4)).map((line) => line.split(' ').slice(0, 2).join(' '))).toEqual([
      '1.csv unreadable',
      '1.csv admitted',
      '2.csv admitted',
      '3.csv admitted',
    ])
  })

  test('or until an administrator dismisses it', async () => {
    const { world } = (await open(`kind: csv, mode: delta, approval: manual, ${QUICK}`)).watch()
    await inlet.drop('1.csv', 'nothing\nthat anybody knows\n')
    await inlet.decided(1)
    await inlet.drop('2.csv', roster(1, 1))
    await until(async () => inlet.said.length === 1)
    const [failed] = await world.sql<{ id: number }[]>`select id from snapshots`
    await dismiss(world.parts, world.organization, failed?.id ?? 0, { actor: KIM })
    expect((await inlet.decided(2)).map((line) => line.split(' ')[1])).toEqual(['dismissed', 'admitted'])
  })

  test('not where the order does not matter', async () => {
    ;(await open(`kind: csv, mode: delta, ordered: false, approval: manual, ${QUICK}`)).watch()
    await inlet.drop('1.csv', 'nothing\nthat anybody knows\n')
    await inlet.decided(1)
    await inlet.drop('2.csv', roster(1, 1))
    expect((await inlet.decided(2))[1]).toBe('2.csv admitted atomic_rename 1')
  })
})

describe('what is never read', () => {
  test('links, folders, pipes, unfinished names, strange names: said once, left alone', async () => {
    await open()
    await writeFile(`${inlet.world.folder}/secret.csv`, roster(1, 9))
    await symlink(`${inlet.world.folder}/secret.csv`, inlet.path('link.csv'))
    await mkdir(inlet.path('folder.csv'))
    spawnSync('/usr/bin/mkfifo', [inlet.path('pipe.csv')])
    await writeFile(inlet.path('book.xlsx'), 'x')
    for (const name of ['.x.csv', '~$x.csv', 'x.csv.part', 'x.csv.filepart']) await writeFile(inlet.path(name), 'x')
    inlet.watch()
    await inlet.drop('roster.csv', roster(1, 3))
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted atomic_rename 3'])
    expect(inlet.said.toSorted()).toEqual(['odd: folder.csv', 'odd: link.csv', 'odd: pipe.csv', 'stranger: book.xlsx'])
    expect(await inlet.inbox()).toHaveLength(8)
  })

  test('a folder into which anybody may write, until it is closed', async () => {
    await open()
    await chmod(inlet.folder.inbox, 0o777)
    inlet.watch()
    await inlet.drop('roster.csv', roster(1, 3))
    await until(async () => inlet.said.length > 0)
    expect(inlet.said[0]).toMatch(
      /^trouble: anybody may write into .*\/in, so nothing in it is read: close it with chmod o-w/,
    )
    expect(await inlet.read()).toEqual([])
    await chmod(inlet.folder.inbox, 0o2770)
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted atomic_rename 3'])
    expect(inlet.said).toEqual([expect.any(String), 'trouble: null'])
  })

  test('a file that vanishes between look and claim, and one that a link has taken the place of', async () => {
    await open()
    const claim = (name: string) => inlet.folder.claim({ name, evidence: 'stable_only' }, new Date())
    expect(await claim('gone.csv')).toBe(null)
    await symlink('/etc/passwd', inlet.path('link.csv'))
    expect(await claim('link.csv')).toBe(null)
    expect(await inlet.folder.claimed()).toEqual([])
    await inlet.drop('both.csv', roster(1, 3))
    const [one, two] = await Promise.all([claim('both.csv'), claim('both.csv')])
    expect([one, two].filter((path) => path !== null)).toHaveLength(1)
  })

  test('files that come and go all the time do no harm', async () => {
    ;(await open()).watch()
    for (let round = 0; round < 60; round += 1) {
      await writeFile(inlet.path(`n${round % 3}.csv`), 'x')
      await rm(inlet.path(`n${round % 3}.csv`), { force: true })
    }
    await inlet.drop('roster.csv', roster(1, 3))
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted atomic_rename 3'])
    expect(inlet.said.filter((line) => line.startsWith('trouble'))).toEqual([])
  })
})

describe('a write after the claim', () => {
  /** Claimed in the middle of an upload that stalled at the end of a line. */
  async function stalled() {
    const { world } = await open()
    await writeFile(inlet.path('roster.csv'), roster(1, 5))
    const path = await inlet.folder.claim({ name: 'roster.csv', evidence: 'stable_only' }, new Date())
    if (path === null) throw new Error('nothing to claim')
    const source = (await listSources(world.sql, world.organization)).find((one) => one.key === 'hr')?.id ?? 0
    const read = () => receive(world.parts, world.organization, source, { path, evidence: 'stable_only' })
    return { world, path: join(inlet.folder.root, path), read }
  }

  test('before it is read: the file goes back to its writer, and is read when it is whole', async () => {
    const { path, read } = await stalled()
    await appendFile(path, `${people(6, 7).join('\n')}\n`)
    expect(await read()).toBe(null)
    expect(await inlet.inbox()).toEqual(['roster.csv'])
    expect(await inlet.folder.claimed()).toEqual([])
    await appendFile(inlet.path('roster.csv'), `${people(8, 9).join('\n')}\n`)
    inlet.watch()
    // Its rename was ours, and is no evidence.
    expect(await inlet.decided(1)).toEqual(['roster.csv admitted stable_only 9'])
  })

  test('while it is read: nothing of it is left', async () => {
    const { world, path, read } = await stalled()
    const reading = read()
    for (let at = 6; at < 200; at += 1) await appendFile(path, `${people(at, at).join('\n')}\n`).catch(() => undefined)
    const observed = await reading
    // Whoever was quicker: all that was read is one state of the file, or nothing.
    const snapshots = await world.sql`select rows from snapshots`
    const directory = await world.sql`select from directory_users where to_change is null`
    expect(directory).toHaveLength(observed === null ? 0 : 5)
    expect(snapshots).toHaveLength(observed === null ? 0 : 1)
    expect(await world.sql`select from staged_rows`).toEqual([])
  })

  test('where another file has taken its name, it stays until there is room', async () => {
    const { path, read } = await stalled()
    await appendFile(path, `${people(6, 7).join('\n')}\n`)
    await inlet.drop('roster.csv', roster(1, 9))
    expect(await read()).toBe(null)
    expect(await inlet.folder.claimed()).toHaveLength(1)
    expect(await inlet.inbox()).toEqual(['roster.csv'])
    await rm(inlet.path('roster.csv'))
    expect(await read()).toBe(null)
    expect(await inlet.inbox()).toEqual(['roster.csv'])
  })
})

test('without any event the folder is polled', async () => {
  ;(await open()).watch({ events: false })
  await inlet.drop('roster.csv', roster(1, 3))
  expect(await inlet.decided(1)).toEqual(['roster.csv admitted atomic_rename 3'])
})
