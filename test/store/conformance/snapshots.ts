/** Headers of snapshots: one a path, moved along their life by one guarded UPDATE each. */
import { expect } from 'vitest'
import { latestSnapshots, listSnapshots } from '../../../src/store/snapshot-list.ts'
import {
  acceptedRowCounts,
  giveConsent,
  hasSnapshots,
  lastAdmitted,
  moveFile,
  moveSnapshot,
  openSnapshot,
  readSnapshot,
  replaceStopped,
  SNAPSHOT_STATES,
  type SnapshotState,
  STOPPED,
  untidySnapshots,
} from '../../../src/store/snapshots.ts'
import { type Cases, found, type Ground, NOON } from './ground.ts'

const open = (ground: Ground, path: string, source = 'hr') =>
  openSnapshot(ground.sql, ground.id, {
    sourceId: ground.source(source),
    file: 'roster.csv',
    path,
    fileSha256: `sha of ${path}`,
    reading: '',
    evidence: 'atomic_rename',
    full: true,
    at: NOON,
  })

/** A snapshot that has come to this state. */
async function at(ground: Ground, path: string, state: SnapshotState, rows = 0, source = 'hr') {
  const { id } = await open(ground, path, source)
  await moveSnapshot(ground.sql, ground.id, id, ['staging'], state, { rows })
  return id
}

export const snapshots: Cases = {
  'the same path gives the same snapshot, whatever became of it, also to two at once': async (ground) => {
    const [first, second] = await Promise.all([open(ground, 'processing/a'), open(ground, 'processing/a')])
    expect(second).toEqual(first)
    await moveSnapshot(ground.sql, ground.id, first.id, ['staging'], 'refused', { rows: 7 })
    expect(await open(ground, 'processing/a')).toMatchObject({ id: first.id, state: 'refused', rows: 7 })
    expect((await open(ground, 'processing/b')).id).not.toBe(first.id)
    expect((await open(ground, 'processing/a', 'partners')).id).not.toBe(first.id)
  },
  'is moved from the given states only': async (ground) => {
    for (const from of SNAPSHOT_STATES) {
      const id = await at(ground, `path ${from}`, from)
      const others = SNAPSHOT_STATES.filter((state) => state !== from)
      expect(await moveSnapshot(ground.sql, ground.id, id, others, 'admitted', { rows: 9 })).toBe(false)
      expect(await readSnapshot(ground.sql, ground.id, id)).toMatchObject({ state: from, rows: 0 })
      expect(await moveSnapshot(ground.sql, ground.id, id, [from], 'admitted')).toBe(true)
      expect((await readSnapshot(ground.sql, ground.id, id))?.state).toBe('admitted')
    }
  },
  'of many who decide at once, one is first': async (ground) => {
    const id = await at(ground, 'held', 'held')
    const names = ['ann', 'bob', 'cem', 'dee', 'eve']
    const moved = await Promise.all(
      names.map((decidedBy) => moveSnapshot(ground.sql, ground.id, id, ['held'], 'admitted', { decidedBy })),
    )
    expect(moved.filter(Boolean)).toHaveLength(1)
    expect((await readSnapshot(ground.sql, ground.id, id))?.decidedBy).toBe(names[moved.indexOf(true)])
  },
  'keeps what was found before where a move says nothing of it': async (ground) => {
    const { id } = await open(ground, 'a')
    const all = { rows: 5, people: 4, errors: 1, missing: 2, digest: 'd', groups: { g: 'G' }, full: false }
    await moveSnapshot(ground.sql, ground.id, id, ['staging'], 'held', all)
    await moveSnapshot(ground.sql, ground.id, id, ['held'], 'admitted', { decidedBy: 'kim', decidedAt: NOON })
    expect(await readSnapshot(ground.sql, ground.id, id)).toMatchObject({
      ...all,
      state: 'admitted',
      decidedBy: 'kim',
      decidedAt: NOON,
    })
  },
  'the counts that a new file is compared with are those of full files that were accepted': async (ground) => {
    const { sql, id } = ground
    for (const [index, state] of SNAPSHOT_STATES.entries()) await at(ground, state, state, index + 1)
    await at(ground, 'others', 'admitted', 99, 'partners')
    const delta = await at(ground, 'delta', 'staging')
    await moveSnapshot(sql, id, delta, ['staging'], 'admitted', { rows: 77, full: false })
    const place = (state: SnapshotState) => SNAPSHOT_STATES.indexOf(state) + 1
    const counts = [place('confirmed'), place('admitted')]
    expect(await acceptedRowCounts(sql, id, ground.source('hr'), 5)).toEqual(counts)
    expect(await acceptedRowCounts(sql, id, ground.source('hr'), 1)).toEqual(counts.slice(0, 1))
    expect((await lastAdmitted(sql, id, ground.source('hr')))?.path).toBe('delta')
  },
  'whoever lets a smaller file in need not say it again of the next': async (ground) => {
    const { sql, id } = ground
    const hr = ground.source('hr')
    await at(ground, 'a', 'admitted', 100)
    const smaller = await at(ground, 'b', 'held', 60)
    await moveSnapshot(sql, id, smaller, ['held'], 'admitted', { decidedBy: 'kim', decidedAt: NOON })
    await at(ground, 'c', 'admitted', 61)
    expect(await acceptedRowCounts(sql, id, hr, 5)).toEqual([61, 60])
  },
  'the first consent stands with a refused one, and with no other': async (ground) => {
    const { sql, id } = ground
    const consent = { by: 'kim@acme.test', count: 7, at: NOON.toISOString() }
    const [held, refused] = [await at(ground, 'a', 'held'), await at(ground, 'b', 'refused')]
    expect([await giveConsent(sql, id, held, consent), await giveConsent(sql, id, refused, consent)]).toEqual([
      false,
      true,
    ])
    expect((await readSnapshot(sql, id, held))?.consent).toBeNull()
    expect((await readSnapshot(sql, id, refused))?.consent).toEqual(consent)
  },
  'a newer one replaces those of its source that were stopped, and of these only such as are named': async (ground) => {
    const { sql, id } = ground
    const first = await at(ground, 'a', 'held')
    const admitted = await at(ground, 'b', 'admitted')
    const other = await at(ground, 'c', 'held', 0, 'partners')
    const newer = await at(ground, 'd', 'held')
    expect(await replaceStopped(sql, id, ground.source('hr'), { id: newer, full: false }, STOPPED)).toEqual([])
    const replaced = await replaceStopped(sql, id, ground.source('hr'), { id: newer, full: true }, STOPPED)
    expect(replaced.map((one) => [one.id, one.state])).toEqual([[first, 'replaced']])
    const refused = await at(ground, 'e', 'refused')
    const latest = await at(ground, 'f', 'refused')
    const states = async () =>
      (await replaceStopped(sql, id, ground.source('hr'), { id: latest, full: true }, ['refused'])).map((one) => one.id)
    expect([await states(), await states()]).toEqual([[refused], []])
    for (const kept of [admitted, other, newer]) expect((await readSnapshot(sql, id, kept))?.state).not.toBe('replaced')
  },
  'a decided one is untidy until its file is moved': async (ground) => {
    const { sql, id } = ground
    const hr = ground.source('hr')
    const admitted = await at(ground, 'processing/a', 'admitted')
    await at(ground, 'processing/b', 'held')
    await at(ground, 'processing/d', 'refused')
    await at(ground, 'processed/c', 'admitted')
    expect((await untidySnapshots(sql, id, hr)).map((one) => one.id)).toEqual([admitted])
    await moveFile(sql, id, admitted, 'processed/a')
    expect(await untidySnapshots(sql, id, hr)).toEqual([])
  },
  'lists page downwards, by state and source, and name the latest of each source': async (ground) => {
    const { sql, id } = ground
    expect(await hasSnapshots(sql, id, ground.source('hr'))).toBe(false)
    const ids = [await at(ground, 'a', 'admitted'), await at(ground, 'b', 'held'), await at(ground, 'c', 'admitted')]
    const other = await at(ground, 'd', 'admitted', 0, 'partners')
    expect(await hasSnapshots(sql, id, ground.source('hr'))).toBe(true)
    const all = { states: null, source: null, before: null, limit: 10 }
    const list = async (filter: Partial<Parameters<typeof listSnapshots>[2]>) =>
      (await listSnapshots(sql, id, { ...all, ...filter })).map((one) => one.id)
    expect(await list({})).toEqual([...ids, other].reverse())
    expect(await list({ limit: 2 })).toEqual([other, ids[2]])
    expect(await list({ limit: 2, before: found(ids[2]) })).toEqual([ids[1], ids[0]])
    expect(await list({ states: ['held'] })).toEqual([ids[1]])
    expect(await list({ source: 'partners' })).toEqual([other])
    const latest = await latestSnapshots(sql, id)
    expect([...latest].map(([key, one]) => [key, one.id]).sort()).toEqual([
      ['hr', ids[2]],
      ['partners', other],
    ])
  },
}
