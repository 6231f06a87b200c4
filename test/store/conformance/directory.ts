/** The mirror: a merge writes what changed and nothing else, keeps the versions before, and takes nobody for absent who may be there. */
import { expect } from 'vitest'
import type { RowError, StagedRow } from '../../../src/reconcile/model.ts'
import { nextChange } from '../../../src/store/changes.ts'
import { readRows } from '../../../src/store/directory.ts'
import { takeDirty } from '../../../src/store/dirty.ts'
import { listSources } from '../../../src/store/organizations.ts'
import { type Cases, found, type Ground, gate, NOON } from './ground.ts'
import { asOf, broken, inMerge, links, live, merge, row } from './mirror.ts'

const TWO = [row('ann'), row('bob')]

/** The first reading showed ann and bob; nobody is dirty any more. */
async function known(ground: Ground, rows: StagedRow[] = TWO): Promise<number> {
  const change = await merge(ground, rows)
  await ground.sql`delete from dirty_people where organization_id = ${ground.id}`
  return change
}

async function dirtyNames(ground: Ground): Promise<string[]> {
  const rows = await ground.sql<{ anchor: string }[]>`
    select distinct l.anchor from dirty_people d
    join person_links l on l.organization_id = d.organization_id and l.person_id = d.person_id
    where d.organization_id = ${ground.id} order by 1`
  return rows.map((one) => one.anchor)
}

/** What the second reading says → who is dirty, and what is live after it. */
const READINGS: Record<string, [StagedRow[], { dirty: string[]; live: string[]; closed: number }]> = {
  'the same rows in another order: nothing': [TWO.toReversed(), { dirty: [], live: ['ann', 'bob'], closed: 0 }],
  'somebody new': [[...TWO, row('cem')], { dirty: ['cem'], live: ['ann', 'bob', 'cem'], closed: 0 }],
  'somebody changed': [
    [row('ann', { status: 'leave' }), row('bob')],
    { dirty: ['ann'], live: ['ann leave', 'bob'], closed: 1 },
  ],
  'somebody absent': [[row('bob')], { dirty: ['ann'], live: ['bob'], closed: 1 }],
  'everybody at once': [
    [row('ann', { status: 'leave' }), row('cem')],
    { dirty: ['ann', 'bob', 'cem'], live: ['ann leave', 'cem'], closed: 2 },
  ],
}

const readings: Cases = Object.fromEntries(
  Object.entries(READINGS).map(([name, [rows, wanted]]) => [
    `a second reading with ${name}`,
    async (ground: Ground) => {
      await known(ground)
      const change = await merge(ground, rows)
      const [closed] = await ground.sql<{ count: number }[]>`
        select count(*)::int as count from directory_users where organization_id = ${ground.id} and to_change = ${change}`
      expect({ dirty: await dirtyNames(ground), live: await live(ground), closed: closed?.count }).toEqual(wanted)
    },
  ]),
)

/** A broken row about bob, by whichever key could be read; nobody else is in the file. */
const FROZEN: Record<string, [Partial<RowError>, string[]]> = {
  'its anchor': [{ anchorKey: 'bob' }, ['bob']],
  'its e-mail': [{ emailKey: 'bob@acme.test' }, ['bob']],
  'its user name': [{ userNameKey: 'user-bob' }, ['bob']],
  'nothing: then nobody is absent': [{}, ['ann', 'bob']],
  'somebody whom the source never showed': [{ anchorKey: 'cem' }, []],
}

const frozen: Cases = Object.fromEntries(
  Object.entries(FROZEN).map(([name, [error, left]]) => [
    `a row in error freezes the person it names by ${name}`,
    async (ground: Ground) => {
      await known(ground)
      await merge(ground, [], { errors: [broken(2, error)] })
      expect(await live(ground)).toEqual(left)
      expect(await dirtyNames(ground)).toEqual(['ann', 'bob'].filter((one) => !left.includes(one)))
    },
  ]),
)

export const directory: Cases = {
  ...readings,
  ...frozen,
  'a row in error freezes the person even where the file shows them changed elsewhere': async (ground) => {
    await known(ground)
    await merge(ground, [row('ann')], {
      errors: [broken(3, { emailKey: 'bob@acme.test' }), broken(4, { anchorKey: 'x' })],
    })
    expect(await live(ground)).toEqual(['ann', 'bob'])
  },
  'one source never ends what another shows': async (ground) => {
    await known(ground)
    await merge(ground, [row('ann')], { source: 'partners' })
    await merge(ground, [], { source: 'partners' })
    expect(await live(ground)).toEqual(['ann', 'bob'])
  },
  'a delta touches only what it lists; a tombstone ends its row': async (ground) => {
    await known(ground)
    await merge(ground, [row('ann', { action: 'remove' }), row('cem')], { absences: false })
    expect(await live(ground)).toEqual(['bob', 'cem'])
    expect(await dirtyNames(ground)).toEqual(['ann', 'cem'])
  },
  'a tombstone for somebody whom the source never showed does nothing': async (ground) => {
    await known(ground)
    await merge(ground, [row('cem', { action: 'remove' })], { absences: false })
    expect([await live(ground), await dirtyNames(ground)]).toEqual([['ann', 'bob'], []])
    const born = await ground.sql`select from person_links where organization_id = ${ground.id}`
    expect(born).toHaveLength(2)
  },
  'a link is a ghost while its person is absent, and linked again with the same person': async (ground) => {
    await known(ground)
    const before = await links(ground)
    await merge(ground, [row('bob')])
    expect((await links(ground)).map((link) => `${link.anchor} ${link.state}`)).toEqual(['ann ghost', 'bob linked'])
    await merge(ground, TWO)
    expect(await links(ground)).toEqual(before)
  },
  'a link that was released is linked again when its anchor comes back': async (ground) => {
    await known(ground)
    await merge(ground, [row('bob')])
    await ground.sql`update person_links set state = 'released' where organization_id = ${ground.id} and state = 'ghost'`
    await merge(ground, [row('bob')])
    expect((await links(ground)).map((link) => link.state)).toEqual(['released', 'linked'])
    await merge(ground, TWO)
    expect((await links(ground)).map((link) => link.state)).toEqual(['linked', 'linked'])
  },
  'every version is closed once: "as of" a change shows what held then': async (ground) => {
    const first = await merge(ground, TWO)
    const second = await merge(ground, [row('ann', { status: 'leave' }), row('bob')])
    const third = await merge(ground, [row('bob')])
    const fourth = await merge(ground, [row('ann', { status: 'leave' }), row('bob')])
    expect(await asOf(ground, first - 1)).toEqual([])
    expect(await asOf(ground, first)).toEqual(['ann', 'bob'])
    expect(await asOf(ground, second)).toEqual(['ann leave', 'bob'])
    expect(await asOf(ground, third)).toEqual(['bob'])
    expect(await asOf(ground, fourth)).toEqual(['ann leave', 'bob'])
    const overlapping = await ground.sql`
      select from directory_users a join directory_users b on a.organization_id = b.organization_id and a.source_id = b.source_id
        and a.anchor_key = b.anchor_key and a.from_change < b.from_change
      where a.organization_id = ${ground.id} and (a.to_change is null or a.to_change > b.from_change)`
    expect(overlapping).toHaveLength(0)
  },
  'a group that is renamed is closed and written anew; rows show the name of today': async (ground) => {
    const drawing = row('ann', { groups: ['g1'] })
    await merge(ground, [drawing], { groups: { g1: 'Drawing' } })
    await merge(ground, [drawing], { groups: { g1: 'Drawing' } })
    await merge(ground, [drawing], { groups: { g1: 'Design', g2: 'New' } })
    const groups = await ground.sql<{ line: string }[]>`
      select name || case when to_change is null then ' live' else ' closed' end as line from directory_groups
      where organization_id = ${ground.id} order by id, from_change`
    expect(groups.map((one) => one.line)).toEqual(['Drawing closed', 'Design live', 'New live'])
    const person = found((await links(ground))[0]).personId
    expect((await readRows(ground.sql, ground.id, [person])).map((one) => one.groupNames)).toEqual([['Design']])
  },
  'a row is read as it was staged, with its file and line': async (ground) => {
    const full = row('ann', {
      line: 7,
      startAt: '2026-12-01T05:00:00.000Z',
      role: 'admin',
      groups: ['a "b" \\c', 'd,e', '{}', 'null'],
      products: [{ product: 'cad', expiresAt: null }],
      expiresAt: '2027-01-01T00:00:00.000Z',
      seatPriority: 3,
      attributes: { city: 'Köln\t\\N\r\n"quoted"', __proto_: 'x' },
    })
    await merge(ground, [full])
    const [read] = await readRows(ground.sql, ground.id, [found((await links(ground))[0]).personId])
    const { line: _, action: __, groupNames: ___, ...content } = full
    expect(read).toMatchObject(content)
    expect(read?.evidence).toMatchObject({ file: 'roster.csv', line: 7 })
    expect(read?.sourceId).toBe(ground.source('hr'))
  },
  'the source knows what it last said': async (ground) => {
    await known(ground)
    const [hr] = (await listSources(ground.sql, ground.id)).filter((source) => source.key === 'hr')
    const [last] = await ground.sql`select max(id) as id from snapshots where organization_id = ${ground.id}`
    expect(hr?.lastSnapshotId).toBe(last?.['id'])
  },
  'a merge that is rolled back leaves nothing, the marks included': async (ground) => {
    await known(ground)
    await expect(
      inMerge(ground, [row('bob')], {}, async () => {
        throw new Error('the power went')
      }),
    ).rejects.toThrow('the power went')
    expect([await live(ground), await dirtyNames(ground)]).toEqual([['ann', 'bob'], []])
  },
  'a mark that was there before the merge is not taken by an evaluation that saw the rows before it': async (
    ground,
  ) => {
    await merge(ground, TWO)
    const everybody = await ground.dirty()
    await inMerge(ground, [row('ann', { status: 'leave' })], {}, async () => {
      // Another process evaluates while the merge is not yet committed: it sees the old rows.
      await ground.sql.begin((worker) => takeDirty(worker, ground.id, 0, 100))
    })
    expect(await ground.dirty()).toEqual(everybody)
  },
  'a merge waits for an evaluation that has the mark, and marks anew': async (ground) => {
    await merge(ground, TWO)
    const everybody = await ground.dirty()
    const taken = gate()
    const go = gate()
    const worker = ground.sql.begin(async (transaction) => {
      await takeDirty(transaction, ground.id, 0, 100)
      taken.open()
      await go.wait
    })
    await taken.wait
    const merged = merge(ground, [row('ann', { status: 'leave' })])
    await new Promise((resolve) => setTimeout(resolve, 30))
    go.open()
    await Promise.all([worker, merged])
    expect(await ground.dirty()).toEqual(everybody)
  },
  'two merges of two sources at once keep every mark': async (ground) => {
    const names = Array.from({ length: 200 }, (_, index) => `p${String(index).padStart(3, '0')}`)
    const both = (status: StagedRow['status'], source: string) =>
      merge(
        ground,
        names.map((name, index) => row(name, { status, line: index + 2 })),
        { source },
      )
    await Promise.all([both('active', 'hr'), both('active', 'partners')])
    const rows = await ground.sql<{ id: number }[]>`
      select distinct person_id as id from directory_users where organization_id = ${ground.id} order by 1`
    expect(await ground.dirty()).toEqual(rows.map((one) => one.id))
    expect(rows).toHaveLength(400)
  },
  'a change carries its cause': async (ground) => {
    const number = await nextChange(ground.sql, ground.id, NOON, 'snapshot', 12)
    const [change] = await ground.sql`
      select cause, cause_id, at from changes where organization_id = ${ground.id} and number = ${number}`
    expect(change).toEqual({ cause: 'snapshot', cause_id: 12, at: NOON })
    expect(await ground.change()).toBeGreaterThan(number)
  },
}
