/** What becomes of a file after it was taken: its status, its end, and the silence after the last. */
import { readdir, utimes, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { makeLinkSecret } from '../../../src/auth.ts'
import { readAdminEvent } from '../../../src/store/administrator-events.ts'
import { forgetRowErrors } from '../../../src/store/file-retention.ts'
import { listSources } from '../../../src/store/organizations.ts'
import { learnedWithin, silences } from '../../../src/sync/silence.ts'
import { tidyEverything } from '../../../src/sync/tidy.ts'
import { until } from '../../support/daemon.ts'
import { Inlet, QUICK } from '../../support/inlet.ts'
import { openWorld, type World } from '../../support/pipeline.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const HEADER = 'external_id,email,groups'
const roster = (...lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const ADA = '1,ada@acme.example,Artists'
const BOB = '2,bob@acme.example,'

const closing: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of closing.splice(0)) await close()
})

async function world(sources?: string): Promise<World> {
  const opened = await openWorld(sources === undefined ? {} : { sources })
  closing.push(() => opened.close())
  return opened
}
const tidy = (one: World) => tidyEverything(one.parts, { observe: async () => undefined })

test('the status of a file follows its plan to the end', async () => {
  const inlet = await Inlet.open(`kind: csv, approval: manual, ${QUICK}`)
  closing.push(() => inlet.close())
  const { world } = inlet.watch()
  await inlet.drop('roster.csv', `${HEADER}\n`)
  await inlet.decided(1)
  // What waits for a person is told before it is put away.
  const refused = await until(async () => {
    const told = await inlet.status('roster.csv').catch(() => null)
    return told?.['state'] === 'refused' && told
  })
  expect(refused).toMatchObject({ file: 'roster.csv', reasons: [{ code: 'FILE_EMPTY' }], plans: [] })
  await inlet.drop('roster.csv', roster(ADA, BOB, '3,broken,'))
  await inlet.decided(2)
  const status = async () => {
    await tidy(world)
    return await inlet.status('roster.csv')
  }
  expect(await status()).toMatchObject({
    state: 'admitted',
    message: 'The file was read.',
    people: 2,
    rowsInError: 1,
    errors: [{ line: 4, code: 'EMAIL_INVALID', message: expect.stringContaining('broken'), next: 'Correct it.' }],
    reasons: [],
    plans: [],
  })
  const { plans } = await world.propose()
  expect(await status()).toMatchObject({ plans: [{ id: `pln_${plans[0]}`, state: 'awaiting_approval', items: 3 }] })
  await world.approve(plans[0] ?? 0)
  expect(await status()).toMatchObject({ plans: [{ state: 'approved' }] })
  await world.run(plans[0] ?? 0)
  expect(await status()).toMatchObject({
    plans: [{ state: 'applied', outcomes: { succeeded: 3 }, ended: expect.stringContaining('3 succeeded') }],
  })
})

test('after their time files are deleted, with what is told of them; others stay', async () => {
  const one = await world('hr: { kind: csv, approval: manual, keep: 90d }')
  await one.drop('good.csv', roster(ADA, BOB))
  await one.drop('bad.csv', 'nothing\nthat anybody knows\n')
  const root = join(one.folder, 'drop/acme/hr')
  const lying = async () =>
    (await readdir(root, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => entry.name.replace(/^\d{8}T\d{9}Z-[0-9a-f]{8}-/, ''))
      .sort()
  const all = ['bad.csv', 'bad.csv.reason.json', 'bad.csv.status.json', 'good.csv', 'good.csv.status.json']
  expect(await lying()).toEqual(all)
  one.pass(89 * DAY)
  await tidy(one)
  expect(await lying()).toEqual(all)
  one.pass(2 * DAY)
  await one.drop('new.csv', roster(ADA, BOB, '3,cy@acme.example,'))
  // A status is as old as its last change, by the clock of the file system.
  const long = new Date(one.at.getTime() - 91 * DAY)
  for (const name of ['good', 'bad']) await utimes(join(root, 'status', `${name}.csv.status.json`), long, long)
  await writeFile(join(root, 'processing', '.20260101T000000000Z-00000000-x.csv.claim.json'), '{}')
  await utimes(join(root, 'processing', '.20260101T000000000Z-00000000-x.csv.claim.json'), long, long)
  await tidy(one)
  expect(await lying()).toEqual(['new.csv', 'new.csv.status.json'])
})

describe('silence', () => {
  const at = (...hours: number[]) => hours.map((hour) => new Date(hour * HOUR))
  const daily = Array.from({ length: 15 }, (_, day) => day * 24)
  test.each([
    ['nothing known: a day and two hours', [], 26],
    ['three files are not enough', [0, 1, 2], 26],
    ['every hour for a week', Array.from({ length: 170 }, (_, hour) => hour), 13 / 12],
    ['every hour for a day', Array.from({ length: 24 }, (_, hour) => hour), 26],
    ['every day', daily, 26],
    ['every day but at weekends', daily.filter((hour) => (hour / 24) % 7 < 5), 78],
    ['every minute for a week', Array.from({ length: 500 }, (_, n) => n * 0.4), 1],
  ])('%s', (_, hours, expected) => {
    expect(learnedWithin(at(...hours)) / HOUR).toBeCloseTo(expected, 5)
  })

  const letters = async ({ sql }: World) =>
    await sql<{ id: number; event: string; snapshotId: number }[]>`
      select id, event, snapshot_id as "snapshotId" from letters where event = 'source_silent' order by id`
  const silent = async (one: World) => {
    const all = await silences(one.parts, one.organization, await listSources(one.sql, one.organization))
    return [...all.values()].map((source) => source.silent)
  }

  test('no file for longer than a day and two hours: one letter, and nobody is touched', async () => {
    const one = await world()
    await one.sync('roster.csv', roster(ADA, BOB))
    one.pass(25 * HOUR)
    await tidy(one)
    expect([await silent(one), await letters(one)]).toEqual([[false], []])
    one.pass(2 * HOUR)
    for (const _ of [1, 2, 3]) await tidy(one)
    one.pass(30 * DAY)
    await tidy(one)
    expect(await silent(one)).toEqual([true])
    const [letter, ...more] = await letters(one)
    expect(more).toEqual([])
    const row = {
      audience: 'administrator' as const,
      planId: 0,
      tokenId: 0,
      personId: 0,
      address: '',
      addressKey: '',
      attempt: 1,
    }
    const where = { organizationId: one.organization, key: 'acme', name: 'Acme', zone: 'UTC' }
    const told = { id: 1, snapshotId: 0, event: '', ...letter, ...row, ...where }
    expect(await readAdminEvent(one.sql, told, makeLinkSecret)).toMatchObject({
      kind: 'source_silent',
      source: 'hr',
      file: 'roster.csv',
    })
    expect((await one.propose('person')).plans).toEqual([])
    expect(await one.members()).toHaveLength(2)
  })

  test('the same file again ends it, and the next silence is another', async () => {
    const one = await world()
    await one.sync('roster.csv', roster(ADA, BOB))
    one.pass(27 * HOUR)
    await tidy(one)
    expect((await one.drop('roster.csv', roster(ADA, BOB))).state).toBe('confirmed')
    expect(await silent(one)).toEqual([false])
    one.pass(27 * HOUR)
    await tidy(one)
    expect(await letters(one)).toHaveLength(2)
  })

  test('a file that is too old is no sign of life', async () => {
    const one = await world()
    await one.sync('roster-20261122.csv', roster(ADA, BOB))
    one.pass(27 * HOUR)
    expect((await one.drop('roster-20261121.csv', roster(ADA))).state).toBe('stale')
    expect(await silent(one)).toEqual([true])
  })

  test.each([
    ['kind: csv, approval: manual, silent_after: never', []],
    ['kind: csv, approval: manual, silent_after: 3d', [false]],
    ['kind: csv, approval: manual, mode: delta', []],
    ['kind: csv, approval: manual, mode: delta, silent_after: 1h', [true]],
  ])('%s', async (source, expected) => {
    const one = await world(`hr: { ${source} }`)
    expect(await silent(one)).toEqual([])
    await one.sync('roster.csv', roster(ADA, BOB))
    one.pass(27 * HOUR)
    expect(await silent(one)).toEqual(expected)
  })
})

describe('what is old', () => {
  const errors = async (one: World) =>
    (
      await one.sql<
        { id: number; rows: number }[]
      >`select snapshot_id as id, count(*)::int as rows from row_errors group by 1 order by 1`
    ).map(({ id, rows }) => [id, rows])

  test('is looked for once an hour, whichever minute of it the round comes in', async () => {
    const one = await world()
    one.at = new Date('2026-11-20T12:17:30.000Z')
    const expire = () => one.sql`
      insert into login_links (organization_id, hash, created_by, created_at, expires_at)
      values (${one.organization}, ${Buffer.from(one.at.toISOString())}, 'kim', ${one.at}, '2020-01-01')`
    const left = async () => (await one.sql`select from login_links`).length
    await expire()
    await tidy(one)
    expect(await left()).toBe(0)
    await expire()
    one.pass(HOUR / 2)
    await tidy(one)
    expect(await left()).toBe(1)
    one.pass(HOUR / 2)
    await tidy(one)
    expect(await left()).toBe(0)
  })

  test('broken rows go 90 days after their file was decided on; how many there were stays', async () => {
    const one = await world()
    const many = Array.from({ length: 30 }, (_, n) => `${n + 10},p${n}@acme.example,`)
    const first = await one.drop('roster.csv', roster(ADA, BOB, ...many, '3,broken,', ',,nobody'))
    expect(first.state).toBe('admitted')
    const held = await one.drop('less.csv', roster(ADA, '3,broken,'))
    expect(held.state).toBe('refused')
    one.pass(60 * DAY)
    const later = await one.drop('more.csv', roster(ADA, BOB, ...many, '4,broken,'))
    await tidy(one)
    const kept = [
      [first.snapshot, 2],
      [held.snapshot, 1],
      [later.snapshot, 1],
    ]
    expect(await errors(one)).toEqual(kept)
    one.pass(31 * DAY)
    await one.sql`update snapshots set state = 'held' where id = ${held.snapshot}`
    await tidy(one)
    expect(await errors(one)).toEqual(kept.slice(1))
    const [header] = await one.sql`select errors from snapshots where id = ${first.snapshot}`
    expect(header).toEqual({ errors: 2 })
  })

  test('goes in small parts, each file wholly', async () => {
    const one = await world()
    const broken = (file: number) => roster(ADA, BOB, `${file},broken,`)
    for (let file = 3; file < 6; file += 1) await one.drop(`${file}.csv`, broken(file))
    await one.sql`update snapshots set errors = 60000 where id = (select min(id) from snapshots)`
    const before = new Date(one.at.getTime() + 1)
    expect(await forgetRowErrors(one.sql, before)).toBe(1)
    expect(await forgetRowErrors(one.sql, before)).toBe(2)
    expect(await forgetRowErrors(one.sql, before)).toBe(0)
  })
})
