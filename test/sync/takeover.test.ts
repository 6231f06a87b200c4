/** A daemon that is thought dead and still reads, and the one that takes its file over: one of them reaches a verdict. */
import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { openConnection, type Sql } from '../../src/store/connection.ts'
import { lockSource } from '../../src/store/locks.ts'
import { listSources, type SourceRow } from '../../src/store/organizations.ts'
import { observe } from '../../src/sync/observe.ts'
import type { Observed } from '../../src/sync/observed.ts'
import type { Parts } from '../../src/sync/parts.ts'
import { folderOf } from '../../src/sync/receive.ts'
import { until } from '../support/daemon.ts'
import { openWorld, type World } from '../support/pipeline.ts'

let world: World
/** The pool of the other daemon. */
let another: Sql
afterEach(async () => {
  await another?.end()
  await world?.close()
})

const HEADER = 'external_id,email,first_name,last_name,groups'
const people = (last: number) => Array.from({ length: last }, (_, n) => `${n + 1},p${n + 1}@acme.example,P,N${n + 1},`)
const roster = (last: number) => `${[HEADER, ...people(last)].join('\n')}\n`

/** A claimed file, and a reader of it that stops in the middle until it is let go. */
async function claimed(text: string) {
  world = await openWorld()
  another = await openConnection(world.url)
  await world.sync('first.csv', roster(10))
  const { path } = await world.claim('second.csv', text)
  const source = (await listSources(world.sql, world.organization)).find((one) => one.key === 'hr')
  if (!source) throw new Error('no source')
  const inside = Promise.withResolvers<void>()
  const go = Promise.withResolvers<void>()
  const whole = () => createReadStream(join(folderOf(source).root, path))
  async function* slowly(): AsyncIterable<Uint8Array> {
    const bytes = Buffer.from(text)
    yield bytes.subarray(0, bytes.length / 2)
    inside.resolve()
    await go.promise
    yield bytes.subarray(bytes.length / 2)
  }
  const reading = async (parts: Parts, read: () => AsyncIterable<Uint8Array>): Promise<Observed> => {
    const observed = await observe(parts, world.organization, source, {
      name: 'second.csv',
      path,
      sha256: 'whatever the bytes are',
      evidence: 'atomic_rename',
      full: true,
      read,
    })
    if (observed === null) throw new Error('the file was put away')
    return observed
  }
  const other: Parts = { ...world.parts, sql: another }
  return {
    source,
    slow: () => reading(world.parts, slowly),
    quick: () => reading(other, whole),
    inside: inside.promise,
    go: go.resolve,
  }
}

/** Everything that reading a file writes. */
async function written(source: SourceRow) {
  const id = world.organization
  return {
    staged: await world.sql`select line, anchor from staged_rows where organization_id = ${id} order by line`,
    errors: await world.sql`select snapshot_id, line, code from row_errors where organization_id = ${id} order by 1, 2`,
    snapshots: await world.sql`
      select id, state, rows, people, errors, missing from snapshots where source_id = ${source.id} order by id`,
    directory: await world.sql`
      select anchor, from_change, to_change from directory_users where organization_id = ${id} order by 1, 2`,
    changes: await world.sql`select number, cause from changes where organization_id = ${id} order by 1`,
    letters: await world.sql`select event, address from letters where organization_id = ${id} order by 1, 2`,
  }
}

/** Backends that hold, or wait for, a lock of a source. */
const readers = (granted: boolean) => world.sql<{ pid: number }[]>`
  select l.pid from pg_locks l join pg_database d on d.oid = l.database
  where l.locktype = 'advisory' and l.classid = ${0x6f627365} and l.granted = ${granted} and d.datname = current_database()`

test('whoever takes a file over while it is still read waits, and repeats the verdict', async () => {
  const { source, slow, quick, inside, go } = await claimed(roster(11))
  const first = slow()
  await inside
  const second = quick()
  await until(async () => (await readers(false)).length === 1)
  go()
  const [one, two] = await Promise.all([first, second])
  expect(one).toMatchObject({ state: 'admitted', errors: 0 })
  expect(two).toMatchObject({ snapshot: one.snapshot, state: 'admitted' })
  const { staged, snapshots, changes } = await written(source)
  expect(staged).toEqual([])
  expect(snapshots.map((one) => one['state'])).toEqual(['admitted', 'admitted'])
  expect(changes.filter((one) => one['cause'] === 'snapshot')).toHaveLength(2)
  expect(await world.actions((await world.propose()).plans[0])).toEqual(['invite p11@acme.example'])
})

test.each([
  ['admitted', roster(11)],
  ['refused', roster(3)],
])(
  'a reader that lost its lock, and comes back after its successor had the file %s, writes nothing',
  async (state, text) => {
    const { source, slow, quick, inside, go } = await claimed(text)
    const first = slow().then(
      (observed) => observed.state,
      () => 'gave up',
    )
    await inside
    const [holder] = await readers(true)
    if (!holder) throw new Error('nobody holds the source')
    await world.sql`select pg_terminate_backend(${holder.pid})`
    await until(async () => (await readers(true)).length === 0)
    const second = await quick()
    expect(second).toMatchObject({ state })
    const before = await written(source)
    // A refused file waits for two administrators, staging and all.
    expect(before.staged).toHaveLength(state === 'refused' ? 3 : 0)
    go()
    expect(['gave up', state]).toContain(await first)
    // What the late reader does after its lock is gone is not awaited by anybody: another reading of the source comes behind it.
    expect((await world.drop('third.csv', roster(12))).state).toBe('admitted')
    await until(async () => (await written(source)).staged.length === 0)
    const after = await written(source)
    expect(after.staged).toEqual([])
    expect(after.errors).toEqual(before.errors)
    // The third file takes the place of what was stopped.
    const left = before.snapshots.map((one) => (one['state'] === 'refused' ? { ...one, state: 'replaced' } : one))
    expect(after.snapshots.slice(0, -1)).toEqual(left)
  },
)

test('a file that was put away while somebody waited to read it is not read again', async () => {
  world = await openWorld()
  const { source: id, path } = await world.claim('first.csv', roster(10))
  const source = (await listSources(world.sql, world.organization)).find((one) => one.id === id)
  if (!source) throw new Error('no source')
  const late = { outcome: Promise.resolve('') }
  await world.sql.begin(async (lock) => {
    await lockSource(lock, world.organization, id)
    late.outcome = world.receive({ source: id, path }).then(
      () => 'read',
      (error: Error) => error.message,
    )
    await until(async () => (await readers(false)).length > 0)
    await folderOf(source).putAway(path, 'processed', world.at, {})
  })
  expect(await late.outcome).toBe('the file was gone')
  expect(await world.sql`select from snapshots where source_id = ${id}`).toHaveLength(0)
})
