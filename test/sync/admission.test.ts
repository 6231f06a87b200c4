/** Files that are stopped before anything of them is used, and what administrators may say of them. Through real files. */
import { afterEach, describe, expect, test } from 'vitest'
import { insertToken } from '../../src/store/access.ts'
import { findOrganization, listSources, type SourceRow } from '../../src/store/organizations.ts'
import { readSnapshot } from '../../src/store/snapshots.ts'
import { inviteAdministrator } from '../../src/sync/administrators.ts'
import { admit, dismiss } from '../../src/sync/admission.ts'
import { merge } from '../../src/sync/merge.ts'
import type { Actor } from '../../src/sync/parts.ts'
import { sweep } from '../../src/sync/sweep.ts'
import { until } from '../support/daemon.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

const LEE: Actor = { kind: 'person', name: 'lee@acme.example', role: 'admin' }
const BOOTSTRAP: Actor = { kind: 'person', name: 'bootstrap token', role: 'admin' }
const SETTING: Setting = { products: 'vray: { name: V-Ray, seats: 5000 }' }

const HEADER = 'external_id,email,first_name,last_name,groups'
const line = (n: number, over: { id?: string; email?: string } = {}) =>
  [over.id ?? `E${n}`, over.email ?? `p${n}@acme.example`, 'P', `N${n}`, n % 2 ? 'Artists' : ''].join(',')
const file = (lines: string[]) => `${[HEADER, ...lines].join('\n')}\n`
const people = (count: number, over: (n: number) => { id?: string; email?: string } = () => ({})) =>
  Array.from({ length: count }, (_, n) => line(n + 1, over(n + 1)))

/** What a source, a plan or a person can change: everything but the snapshots themselves. */
async function everything({ sql }: World) {
  return {
    directory: await sql`select anchor, hash, from_change, to_change from directory_users order by anchor, from_change`,
    groups: await sql`select id, name, to_change from directory_groups order by id, from_change`,
    claims: await sql`select person_id, source_id, to_change from claims order by person_id, source_id, from_change`,
    grants: await sql`select person_id, product_id, to_change from grants order by person_id, product_id, from_change`,
    links: await sql`select person_id, anchor, state from person_links order by person_id, anchor`,
    people: await sql`select id from people order by id`,
    members: await sql`select person_id, email, state, version from members order by person_id`,
    assignments: await sql`select person_id, product_id, version from assignments order by person_id, product_id`,
  }
}

/** Nothing of the last file can be seen, now or by any later plan. */
async function untouched(before: Awaited<ReturnType<typeof everything>>) {
  for (const because of ['snapshot', 'person', 'due', 'rules'] as const)
    expect((await world.propose(because)).plans).toEqual([])
  expect(await everything(world)).toEqual(before)
}

const stopped = async (id: number) => {
  const snapshot = await readSnapshot(world.sql, world.organization, id)
  if (!snapshot) throw new Error('no such snapshot')
  return snapshot
}
const admitBy = (actor: Actor, id: number, count: number) =>
  admit(world.parts, world.organization, id, { actor, count })

test('nothing but what was admitted can be merged, whoever asks for it', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(20)))
  const before = await everything(world)
  const { snapshot } = await world.drop('empty.csv', `${HEADER}\n`)
  const { sql, organization } = world
  const sources = await listSources(sql, organization)
  const [hr, manual] = ['hr', 'manual'].map((key) => sources.find((one) => one.key === key))
  if (!hr || !manual) throw new Error('no source')
  const mergeInto = (source: SourceRow, id: number) =>
    sql.begin((transaction) => merge(transaction, organization, source, id, world.at))
  await expect(mergeInto(hr, snapshot)).rejects.toThrow('is refused and must not be merged')
  await expect(mergeInto(manual, snapshot - 1)).rejects.toThrow('must not be merged')
  await expect(mergeInto(hr, snapshot + 1)).rejects.toThrow('is not there and must not be merged')
  await untouched(before)
})

test('row 1: a file with nothing but a header is refused, and leaves nothing behind', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(20)))
  const before = await everything(world)
  const { state, findings, snapshot } = await world.drop('empty.csv', `${HEADER}\n`)
  expect([state, findings]).toMatchObject(['refused', [{ guard: 'FILE_EMPTY', verdict: 'refuse' }]])
  expect(await stopped(snapshot)).toMatchObject({ missing: 20, path: expect.stringMatching(/^processing\//) })
  await untouched(before)
})

test('row 3: cut exactly at a line end at 60 %: held by G12 and, where nothing shows it to be whole, by G14; joiners wait too', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(200)))
  const before = await everything(world)
  const cut = file([line(900), ...people(119)])
  const { state, findings } = await world.drop('cut.csv', cut, 'hr', 'stable_only')
  expect(state).toBe('held')
  expect(findings.filter((one) => one.verdict !== 'pass')).toMatchObject([
    { guard: 'G12', verdict: 'hold', measured: 120, of: 200 },
    { guard: 'G14', verdict: 'hold', measured: 81, of: 200 },
  ])
  await untouched(before)
})

test('row 3: a cut of 8 % is under every other limit; that the file only lay still holds it', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(200)))
  const before = await everything(world)
  expect(await world.drop('cut.csv', file(people(184)), 'hr', 'stable_only')).toMatchObject({ state: 'held' })
  await untouched(before)
  expect(await world.drop('cut2.csv', file(people(184)))).toMatchObject({ state: 'admitted' })
})

test('row 5: 60 of 2,000 rows with a broken address hold the file, 450 refuse it, and nobody of them is absent', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(2000)))
  const before = await everything(world)
  const broken = (count: number) => file(people(2000, (n) => (n <= count ? { email: `p${n}acme.example` } : {})))
  const held = await world.drop('sixty.csv', broken(60))
  expect(held).toMatchObject({ state: 'held', errors: 60 })
  await untouched(before)
  const refused = await world.drop('many.csv', broken(450))
  expect(refused).toMatchObject({ state: 'refused', errors: 450, replaced: [] })
  expect(refused.findings.filter((one) => one.verdict !== 'pass')).toMatchObject([{ guard: 'G13', measured: 450 }])
  await untouched(before)
  // Nobody is missing, so the number to type is that of the rows that are left out; whoever they name is frozen.
  await expect(admitBy(KIM, held.snapshot, 0)).rejects.toMatchObject({ code: 'COUNT_MISMATCH' })
  expect(await admitBy(KIM, held.snapshot, 60)).toBe('admitted')
  expect((await world.propose()).plans).toEqual([])
  expect(await world.members()).toHaveLength(2000)
})

test('row 7: a group that is emptied passes admission; its 80 revokes are refused, and what the plan adds goes on', async () => {
  world = await openWorld({ ...SETTING, sources: 'hr: { kind: csv, approval: additive_auto }' })
  for (const n of [160, 161, 162]) await world.sync(`r${n}.csv`, file(people(n)))
  const emptied = file([
    ...people(162).map((one) => one.replace('Artists', '')),
    'E900,p900@acme.example,P,N900,Riggers',
  ])
  expect(await world.drop('emptied.csv', emptied)).toMatchObject({ state: 'admitted' })
  const { plans } = await world.propose()
  const [free, waiting] = await Promise.all(plans.map((id) => world.plan(id)))
  expect(free).toMatchObject({ part: 'free', state: 'approved', counts: { invite: 1 } })
  expect(waiting).toMatchObject({ part: 'waiting', state: 'awaiting_approval', counts: { revoke: 81 } })
  expect(waiting?.findings.filter((one) => one.verdict === 'refuse').length).toBeGreaterThan(0)
  await expect(world.approve(waiting?.id ?? 0)).rejects.toThrow()
  expect(await world.run(free?.id ?? 0)).toBe('applied')
  expect((await world.members()).filter((one) => one.products.length > 0)).toHaveLength(81)
})

test('row 42: ids without their leading zeros hold the file, with a hint', async () => {
  world = await openWorld(SETTING)
  const id = (n: number) => ({ id: String(n).padStart(6, '0') })
  await world.sync('roster.csv', file(people(100, id)))
  const before = await everything(world)
  const { state, findings } = await world.drop('excel.csv', file(people(100, (n) => ({ id: String(n) }))))
  expect(state).toBe('held')
  expect(findings.filter((one) => one.verdict !== 'pass')).toMatchObject([
    { guard: 'LEADING_ZEROS', measured: 100, message: expect.stringContaining('export the column as text') },
  ])
  await untouched(before)
})

describe('a refused file', () => {
  async function refused() {
    world = await openWorld(SETTING)
    await world.sync('roster.csv', file(people(40)))
    const { snapshot, state } = await world.drop('less.csv', file(people(15)))
    expect(state).toBe('refused')
    return snapshot
  }

  test('needs two administrators with different addresses, and the bootstrap token is neither', async () => {
    const id = await refused()
    const before = await everything(world)
    await expect(admitBy({ ...KIM, role: 'operator' }, id, 25)).rejects.toMatchObject({ code: 'FORBIDDEN' })
    await expect(admitBy(KIM, id, 24)).rejects.toMatchObject({ code: 'COUNT_MISMATCH' })
    expect(await admitBy(KIM, id, 25)).toBe('consented')
    expect(await stopped(id)).toMatchObject({ state: 'refused', consent: { by: KIM.name, count: 25 }, decidedBy: null })
    await untouched(before)
    for (const actor of [KIM, { ...KIM, name: 'KIM@acme.example' }, BOOTSTRAP])
      await expect(admitBy(actor, id, 25)).rejects.toMatchObject({ code: 'SNAPSHOT_NEEDS_ANOTHER' })
    await untouched(before)
    expect(await admitBy(LEE, id, 25)).toBe('admitted')
    expect(await stopped(id)).toMatchObject({ state: 'admitted', decidedBy: LEE.name })
    const acts = await world.sql`select actor, act from audit where act like 'snapshot.%' order by id`
    expect(acts.map((row) => [row['actor'], row['act']])).toEqual([
      [KIM.name, 'snapshot.consented'],
      [LEE.name, 'snapshot.admitted'],
    ])
    const { plans } = await world.propose()
    expect((await world.plan(plans[0])).counts).toMatchObject({ remove: 25 })
  })

  test('is not begun by the bootstrap token', async () => {
    const id = await refused()
    await expect(admitBy(BOOTSTRAP, id, 25)).rejects.toMatchObject({
      code: 'SNAPSHOT_NEEDS_ANOTHER',
      message: expect.stringContaining('Two administrators with different e-mail addresses have to say'),
      next: expect.stringContaining('rosterd token create --administrator E-MAIL'),
    })
    expect(await admitBy(LEE, id, 25)).toBe('consented')
    expect(await admitBy(KIM, id, 25)).toBe('admitted')
  })

  test('is not let in with a token that the first administrator made for the second, or had made', async () => {
    const id = await refused()
    const issue = async (administrator: string, createdBy: string): Promise<Actor> => {
      const tokenId = await insertToken(world.sql, world.organization, {
        hash: Buffer.from(`${administrator} ${createdBy}`),
        hint: '…test',
        role: 'admin',
        administratorKey: administrator,
        createdBy,
        createdAt: world.at,
        expiresAt: null,
      })
      return { kind: 'person', name: administrator, role: 'admin', tokenId }
    }
    expect(await admitBy(await issue(KIM.name, 'bootstrap token'), id, 25)).toBe('consented')
    for (const actor of [await issue(LEE.name, KIM.name), await issue('ann@acme.example', LEE.name)])
      await expect(admitBy(actor, id, 25)).rejects.toMatchObject({
        code: 'SNAPSHOT_NEEDS_ANOTHER',
        message: expect.stringContaining('do not count as two'),
      })
    expect(await admitBy(await issue(LEE.name, 'bootstrap token'), id, 25)).toBe('admitted')
  })

  test('is not let in by somebody whom the first made an administrator, and by anybody else', async () => {
    const id = await refused()
    const organization = await findOrganization(world.sql, 'acme')
    if (!organization) throw new Error('no organization')
    for (const email of ['kim+2@mail.example', 'ann@acme.example'])
      await inviteAdministrator(world.parts, organization, email, 'admin', {
        actor: email.startsWith('kim') ? KIM : LEE,
      })
    expect(await admitBy(KIM, id, 25)).toBe('consented')
    await expect(admitBy({ ...LEE, name: 'kim+2@mail.example' }, id, 25)).rejects.toMatchObject({
      code: 'SNAPSHOT_NEEDS_ANOTHER',
      message: expect.stringContaining('one of them made the other an administrator'),
    })
    expect(await admitBy({ ...LEE, name: 'ann@acme.example' }, id, 25)).toBe('admitted')
  })

  test('a consent lasts a day: after that the next one is the first again', async () => {
    const id = await refused()
    await admitBy(KIM, id, 25)
    world.pass(24 * 3_600_000)
    expect(await admitBy(LEE, id, 25)).toBe('consented')
    expect(await admitBy(KIM, id, 25)).toBe('admitted')
  })

  test('of two who are second at once, one admits it and the other is told', async () => {
    const id = await refused()
    await admitBy(KIM, id, 25)
    const ann = { ...LEE, name: 'ann@acme.example' }
    const said = await Promise.allSettled([admitBy(LEE, id, 25), admitBy(ann, id, 25)])
    expect(said.map((one) => one.status).sort()).toEqual(['fulfilled', 'rejected'])
  })

  test('can be turned away, and then nobody can let it in', async () => {
    const id = await refused()
    await admitBy(KIM, id, 25)
    await dismiss(world.parts, world.organization, id, { actor: { ...KIM, role: 'operator' } })
    await expect(admitBy(LEE, id, 25)).rejects.toMatchObject({ code: 'SNAPSHOT_STATE' })
    expect(await world.sql`select from staged_rows`).toHaveLength(0)
  })

  test('waits seven days, and is then let go with its rows', async () => {
    const id = await refused()
    world.pass(7 * 86_400_000 - 1)
    await sweep(world.parts)
    expect(await stopped(id)).toMatchObject({ state: 'refused' })
    world.pass(1)
    await sweep(world.parts)
    expect(await stopped(id)).toMatchObject({ state: 'expired' })
    expect(await world.sql`select from staged_rows`).toHaveLength(0)
  })
})

describe('a newer file', () => {
  test('that passes replaces what was stopped, held or refused', async () => {
    world = await openWorld(SETTING)
    await world.sync('roster.csv', file(people(40)))
    const held = await world.drop('held.csv', file(people(30)))
    const refused = await world.drop('refused.csv', file(people(10)))
    expect([held.state, refused.state, refused.replaced]).toEqual(['held', 'refused', []])
    const good = await world.drop('good.csv', file(people(41)))
    expect(good.replaced.map((one) => one.id).sort()).toEqual([held.snapshot, refused.snapshot])
    expect(await world.sql`select from staged_rows`).toHaveLength(0)
    for (const { snapshot } of [held, refused])
      await expect(admitBy(KIM, snapshot, 10)).rejects.toMatchObject({ code: 'SNAPSHOT_STATE' })
  })

  test('of changes replaces nothing, misses nobody, and is looked at for broken rows', async () => {
    world = await openWorld(SETTING)
    await world.sync('roster.csv', file(people(40)))
    const held = await world.drop('held.csv', file(people(30)))
    const used = await world.drop('a.delta.csv', file([line(41)]))
    expect(used).toMatchObject({ state: 'admitted', replaced: [] })
    const empty = await world.drop('b.delta.csv', file([]))
    expect(empty).toMatchObject({
      state: 'admitted',
      findings: [{ guard: 'FILE_EMPTY', verdict: 'pass' }],
      replaced: [],
    })
    const broken = people(100, (n) => (n <= 50 ? { email: `p${n}acme.example` } : {}))
    const stop = await world.drop('c.delta.csv', file(broken))
    expect(stop).toMatchObject({ state: 'refused', findings: [{ guard: 'G13', measured: 50 }], replaced: [] })
    for (const { snapshot } of [used, empty, stop]) expect(await stopped(snapshot)).toMatchObject({ missing: 0 })
    expect(await stopped(held.snapshot)).toMatchObject({ state: 'held', missing: 10 })
    await admitBy(KIM, stop.snapshot, 50)
    expect(await admitBy(LEE, stop.snapshot, 50)).toBe('admitted')
    expect(await stopped(held.snapshot)).toMatchObject({ state: 'held' })
  })

  test('that is refused leaves an older one that is merely held, until one of them is let in', async () => {
    world = await openWorld(SETTING)
    await world.sync('roster.csv', file(people(40)))
    const held = await world.drop('held.csv', file(people(30)))
    const first = await world.drop('first.csv', file(people(11)))
    const second = await world.drop('second.csv', file(people(10)))
    expect(second.replaced.map((one) => one.id)).toEqual([first.snapshot])
    expect(await stopped(held.snapshot)).toMatchObject({ state: 'held' })
    await admitBy(KIM, second.snapshot, 30)
    expect(await admitBy(LEE, second.snapshot, 30)).toBe('admitted')
    expect(await stopped(held.snapshot)).toMatchObject({ state: 'replaced' })
  })

  test('is compared with the one that a person let in, not with the larger ones before', async () => {
    world = await openWorld(SETTING)
    for (const n of [40, 41, 42]) await world.sync(`r${n}.csv`, file(people(n)))
    const held = await world.drop('smaller.csv', file(people(30)))
    await admitBy(KIM, held.snapshot, 12)
    expect(await world.drop('next.csv', file(people(31)))).toMatchObject({ state: 'admitted' })
    expect(await world.drop('half.csv', file(people(20)))).toMatchObject({ state: 'held' })
  })
})

test('the number counts who would be gone now: another file that was let in meanwhile makes it another', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(40)))
  const held = await world.drop('held.csv', file(people(30)))
  const refused = await world.drop('refused.csv', file(people(10)))
  expect(await stopped(refused.snapshot)).toMatchObject({ missing: 30 })
  expect(await admitBy(KIM, held.snapshot, 10)).toBe('admitted')
  await expect(admitBy(KIM, refused.snapshot, 30)).rejects.toMatchObject({
    code: 'COUNT_MISMATCH',
    message: 'You confirmed 30, but it is 20.',
  })
  expect(await stopped(refused.snapshot)).toMatchObject({ state: 'refused', missing: 20, consent: null })
  expect(await admitBy(KIM, refused.snapshot, 20)).toBe('consented')
})

test('a file that is turned away while somebody lets it in is not merged: its staging is empty by then', async () => {
  world = await openWorld(SETTING)
  await world.sync('roster.csv', file(people(200)))
  const before = await everything(world)
  const { state, snapshot } = await world.drop('cut.csv', file(people(120)))
  expect(state).toBe('held')
  const { missing } = await stopped(snapshot)
  let admitting: Promise<unknown> = Promise.resolve()
  await world.sql.begin(async (transaction) => {
    await transaction`update snapshots set state = 'dismissed' where id = ${snapshot}`
    await transaction`delete from staged_rows where snapshot_id = ${snapshot}`
    admitting = admitBy(KIM, snapshot, missing)
    admitting.catch(() => undefined)
    await until(async () => {
      const waiting = await world.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock' and query like '%update snapshots%'`
      return waiting.length > 0
    })
  })
  await expect(admitting).rejects.toMatchObject({ code: 'SNAPSHOT_STATE' })
  await untouched(before)
})
