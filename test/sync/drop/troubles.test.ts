/** One file, name or folder that makes trouble keeps no other from being read. */
import { chmod, link, mkdir, readdir, rm, rmdir, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { compareAge, olderThan } from '../../../src/sync/drop/age.ts'
import { recordOf } from '../../../src/sync/drop/claimed-name.ts'
import { DropFolder } from '../../../src/sync/drop/folder.ts'
import { Intake } from '../../../src/sync/drop/intake.ts'
import { tidyEverything } from '../../../src/sync/tidy.ts'
import { until } from '../../support/daemon.ts'
import { Inlet } from '../../support/inlet.ts'

const ROSTER = 'external_id,email,first_name,last_name\n1,ada@acme.example,Ada,Byron\n'
const AT = new Date('2026-11-20T12:00:00.000Z')

let inlet: Inlet
const open = async (): Promise<Inlet> => {
  inlet = await Inlet.open()
  return inlet
}
afterEach(() => inlet?.close())

test('a long name is cut between characters, and fits with all that is put beside it', async () => {
  const { folder } = await open()
  for (const begin of ['', 'x', 'xx', 'xxx']) {
    const name = `${begin}${'𝒳'.repeat(59)}.csv`
    await inlet.drop(`${begin}.csv`.replace(/^\.csv$/, 'y.csv'), ROSTER)
    await writeFile(inlet.path(name), ROSTER)
    const path = (await folder.claim({ name, evidence: 'stable_only' }, AT)) ?? ''
    expect(path.isWellFormed()).toBe(true)
    expect(Buffer.byteLength(path.replace('processing/', ''))).toBeLessThanOrEqual(210)
    expect(await folder.holds(path)).toBe(true)
    const end = await folder.putAway(path, 'failed', AT, { reason: {}, failures: (async function* () {})() })
    expect(await folder.holds(end)).toBe(true)
  }
})

test('a claim that cannot be passed on blocks no other', async () => {
  await open()
  let tried = 0
  inlet.passing = async (path) => {
    if (!path.endsWith('bad.csv')) return
    tried += 1
    throw new Error('22P02')
  }
  inlet.watch()
  await inlet.drop('bad.csv', ROSTER)
  await until(async () => tried > 1)
  await inlet.drop('good.csv', ROSTER)
  await until(async () => (await inlet.read()).some((line) => line.startsWith('good.csv')))
  expect(inlet.said.filter((line) => line.startsWith('trouble'))).toEqual([])
})

test('a file that this user may not open waits, and the others are taken', async () => {
  await open()
  await writeFile(inlet.path('closed.csv'), ROSTER)
  await writeFile(inlet.path('open.csv'), ROSTER)
  await chmod(inlet.path('closed.csv'), 0)
  class Closed extends DropFolder {
    // The superuser may open everything.
    override async openDropped(name: string) {
      if (name === 'closed.csv') throw Object.assign(new Error('EACCES'), { code: 'EACCES', path: inlet.path(name) })
      return await super.openDropped(name)
    }
  }
  const settings = {
    settle: 1,
    rest: 1,
    incomplete: 1,
    completion: 'auto' as const,
    ordered: true,
    mode: 'snapshot' as const,
    checkPermissions: true,
    csv: { encoding: 'utf-8', delimiter: ',' } as const,
  }
  const history = { usesTriggers: async () => false, blockedBy: async () => null }
  const intake = new Intake(new Closed(inlet.folder.root, inlet.folder.glob), settings, history, () => new Date())
  for (const at of [0, 1_000, 2_000]) await intake.look(at)
  const looked = await intake.look(3_000)
  expect(looked.ready.map(({ name }) => name)).toEqual(['open.csv'])
  expect(looked.waiting).toEqual([
    { name: 'closed.csv', why: expect.stringMatching(/^closed.csv cannot be read: permission denied. Give the user/) },
  ])
})

test('a name that is no UTF-8 is said once', async () => {
  await open()
  const name = Buffer.concat([Buffer.from(`${inlet.folder.inbox}/m`), Buffer.from([0xfc]), Buffer.from('ller.csv')])
  await writeFile(name, ROSTER)
  inlet.watch()
  await inlet.drop('roster.csv', ROSTER)
  await inlet.decided(1)
  expect(inlet.said).toEqual(['undecodable: m\uFFFDller.csv'])
})

test.each(['by the next start', 'by the next attempt'])(
  'a file that went back half-way leaves processing %s',
  async (how) => {
    const { folder } = await open()
    await writeFile(inlet.path('a.csv'), ROSTER)
    const path = (await folder.claim({ name: 'a.csv', evidence: 'stable_only' }, AT)) ?? ''
    const { ino } = await stat(join(folder.root, path))
    await writeFile(join(folder.root, 'processing', `.back-${ino}`), '')
    await link(join(folder.root, path), inlet.path('a.csv'))
    if (how === 'by the next start') await folder.prepare()
    else expect(await folder.putBack(path, 'a.csv')).toBe(true)
    expect(await folder.claimed()).toEqual([])
    expect(await inlet.inbox()).toEqual(['a.csv'])
    expect(await readdir(join(folder.root, 'processing'))).toEqual([`.back-${ino}`])
  },
)

test('tidy takes up a file whose reading was given up', async () => {
  const { world, folder } = await open()
  await inlet.drop('a.csv', ROSTER)
  const path = (await folder.claim({ name: 'a.csv', evidence: 'stable_only' }, AT)) ?? ''
  await world.sql`
    insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, state, at, reading)
    select organization_id, id, 'a.csv', ${path}, 'x', 'stable_only', 'staging', now(), gen_random_uuid() from sources where key = 'hr'`
  const asked: string[] = []
  await tidyEverything(world.parts, { observe: async (_organization, _source, one) => void asked.push(one) })
  expect(asked).toEqual([path])
})

describe('a date in a name', () => {
  const file = (name: string, modified: number, sequence: number | null = null) => ({
    name,
    modified: new Date(AT.getTime() + modified),
    sequence,
    seen: AT,
  })
  test.each([
    ['a year ahead says nothing', file('r-20271120.csv', 0), file('r-20261120.csv', 60_000), true],
    ['two days ahead is another zone', file('r-20261120.csv', 60_000), file('r-20261122.csv', 0), true],
    ['the number stays as it is', file('r-20261120.csv', 0, 1), file('r-20271120.csv', 0, 900), true],
  ])('%s', (_, a, b, older) => {
    expect(olderThan(a, b) !== null).toBe(older)
    expect(olderThan(b, a)).toBe(null)
    expect(compareAge(a, b)).toBeLessThan(0)
  })
})

test('a claimed file that cannot be read keeps no whole file after it waiting, but files of changes', async () => {
  await open()
  const { world } = inlet
  const bad = await world.claim('bad.csv', ROSTER)
  const record = recordOf(join(inlet.folder.root, bad.path))
  await rm(record)
  await mkdir(record)
  await expect(world.receive(bad)).rejects.toThrow('EISDIR')
  const changes = await world.claim('more.delta.csv', ROSTER)
  await expect(world.receive(changes)).rejects.toThrow('EISDIR')
  expect(await inlet.read()).toEqual([])
  expect(await world.drop('good.csv', ROSTER)).toMatchObject({ state: 'admitted' })
  // Once it can be read again, it is older than what was used.
  await rmdir(record)
  expect(await world.receive(bad)).toMatchObject({ state: 'replaced' })
})
