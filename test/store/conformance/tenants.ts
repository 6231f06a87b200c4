/** Two organizations that live through the same story at the same time: same sources, people and products, other addresses. */
import { createHash } from 'node:crypto'
import { insertToken } from '../../../src/store/access.ts'
import { addApplied } from '../../../src/store/applied.ts'
import type { Sql } from '../../../src/store/connection.ts'
import { markDirty } from '../../../src/store/dirty.ts'
import { type Lease, takeLane } from '../../../src/store/lanes.ts'
import { answerDecision, openDecisions } from '../../../src/store/matching.ts'
import { writeOutcomes } from '../../../src/store/outcomes.ts'
import { listPlans, movePlan } from '../../../src/store/plans.ts'
import { takeRequest } from '../../../src/store/repeatable.ts'
import { moveSnapshot } from '../../../src/store/snapshots.ts'
import { approve } from '../../../src/sync/approve.ts'
import { execute } from '../../../src/sync/execute.ts'
import type { Actor } from '../../../src/sync/parts.ts'
import { propose } from '../../../src/sync/propose.ts'
import { testParts } from '../../support/organization.ts'
import { rulesOf } from '../../support/world.ts'
import { fillBorrowed } from './borrowed.ts'
import { configOf, days, found, Ground, NOON } from './ground.ts'
import { broken, merge, row, stage } from './mirror.ts'
import { fillMirror } from './mirrored.ts'
import { fillUploaded } from './uploaded.ts'

const base = configOf('any')
const extra = { ...found(base.sources[0]), key: 'zoo' }

/** An organization whose every text of its own holds `mark`, and what is asked for by its id. */
export interface Tenant {
  ground: Ground
  mark: string
  people: number[]
  applied: number
  waiting: number
  failed: number
  snapshot: number
  /** A file that somebody uploaded and planned nothing of. */
  upload: number
  /** Only the second organization has this one; ids of sources count anew in each. */
  source: number
  decision: number
  member: number
  /** An assignment that is on a device. */
  lent: { assignment: number; personId: number; productId: number }
  token: number
  lease: Lease
}

/** @param more people whom only this organization has, so that the numbers of the two differ */
export async function openTenant(sql: Sql, mark: string, more: string[]): Promise<Ground> {
  const email = `kim@${mark}.test`
  const own = rulesOf(`
- { key: everyone, source: hr, when: { everyone: true }, then: { member: member } }
- { key: cad, source: hr, when: { group: { name: drawing ${mark} } }, then: { product: cad } }
- { key: partners, source: partners, when: { everyone: true }, then: { member: member } }
- { key: only-${mark}, source: hr, when: { group: { name: nobody } }, then: { product: sim } }
`)
  const sources = more.length > 0 ? [...base.sources, extra] : base.sources
  return await Ground.open(sql, {
    name: `Acme ${mark}`,
    settings: { domains: [`${mark}.test`], protected: [], limits: {} },
    administrators: [{ email, emailKey: email, role: 'admin' }],
    products: base.products.map((one) => ({ ...one, name: `${one.name} ${mark}`, owned: more.length > 0 ? 2 : 1 })),
    sources: sources.map((source) => ({ ...source, name: `${source.name} of ${mark}` })),
    rules: own,
  })
}

/** The Idempotency-Key of a request that an administrator of each has sent. */
export const REQUEST = { tokenId: 7, key: 'again' }

/** A first roster, applied; a second one, proposed and waiting; questions, held files, a failure, a token, marks and waits. */
export async function live(ground: Ground, mark: string, more: string[]): Promise<Tenant> {
  const { sql, id } = ground
  const parts = testParts(sql)
  const domain = `${mark}.test`
  const kim: Actor = { kind: 'person', name: `kim@${domain}`, role: 'admin' }
  const person = (name: string, groups: string[] = []) => row(name, { groups, groupNames: groups }, domain)
  const artists = ['ann', 'bob', ...more].map((name) => person(name, ['drawing']))
  const cause = { actor: kim, because: 'snapshot' as const }
  const named = { groups: { drawing: `drawing ${mark}` } }

  await merge(ground, [...artists, person('cem')], named)
  const [first] = (await propose(parts, id, cause)).plans
  const applied = found(first, 'the first plan')
  const [plan] = await listPlans(sql, id, { limit: 1 })
  await approve(parts, id, applied, { actor: kim, hash: found(plan).hash, start: false })
  await execute(parts, id, applied, new AbortController().signal)

  // An owner is never adopted without being asked about.
  await sql`update members set role = 'owner' where organization_id = ${id} and email_key = ${`cem@${domain}`}`
  await merge(ground, [row('x', { profile: person('cem').profile }, domain)], { source: 'partners' })
  await merge(ground, [...artists.filter((one) => one.anchor !== 'bob'), person('cem'), person('dee')], named)
  const [second] = (await propose(parts, id, cause)).plans
  const [question] = await sql<{ id: number; personId: number }[]>`
    select id, person_id as "personId" from decisions where organization_id = ${id}`
  const decision = found(question, 'a decision')

  const error = { ...broken(9), cells: [domain], emailKey: `zoe@${domain}` }
  const snapshot = await stage(ground, [person('ann'), { ...person('ann'), line: 999 }], { errors: [error] })
  await moveSnapshot(sql, id, snapshot, ['staging'], 'held')
  if (more.length > 0)
    for (const state of ['admitted', 'held'] as const)
      await moveSnapshot(sql, id, await stage(ground, [], { source: 'zoo' }), ['staging'], state, { rows: 7 })

  // Somebody who could be Ann, and somebody who was decided to be.
  const ann = found(
    (await sql<{ id: number }[]>`select person_id as id from members where organization_id = ${id} order by id`)[0],
  ).id
  const unknown = { member: null, links: { partners: 'linked' as const }, rows: ['partners'] }
  await ground.add('zoe', { ...unknown, email: `yan@${domain}`, userName: 'user-ann' })
  const same = await ground.add('zoe', { ...unknown, email: `zoe@${domain}` })
  const ask = {
    kind: 'adopt' as const,
    newcomer: same,
    sourceId: ground.source('partners'),
    anchor: 'zoe',
    candidates: [ann],
  }
  await sql.begin(async (transaction) => {
    await openDecisions(transaction, id, [{ ...ask, code: 'ADOPTION_NEEDS_REVIEW', why: `They are of ${mark}.` }], NOON)
    const [opened] = await transaction<{ id: number }[]>`
      select id from decisions where organization_id = ${id} and person_id = ${same}`
    await answerDecision(transaction, id, found(opened).id, { choice: 'link', target: ann, by: kim.name, at: NOON })
  })

  const failed = await ground.plan([ann], { state: 'failed' })
  const outcome = { number: 1, state: 'failed_permanent' as const, code: 'EMAIL_IN_USE', params: { name: mark } }
  await writeOutcomes(sql, id, failed, [outcome], NOON)
  for (const name of more) {
    const another = await ground.plan([])
    await movePlan(sql, id, another, ['awaiting_approval'], 'approved', { approvedAt: NOON })
    await sql`
      update members set state = 'active', role = 'admin' where organization_id = ${id} and email_key = ${`${name}@${domain}`}`
  }
  const hash = createHash('sha256').update(`${mark} ${id}`).digest()
  const token = { hash, hint: mark, role: 'admin' as const, administratorKey: kim.name, createdBy: kim.name }
  const people = (await sql<{ id: number }[]>`select id from people where organization_id = ${id} order by id`).map(
    (one) => one.id,
  )
  const [member] = await sql<{ id: number }[]>`select id from members where organization_id = ${id} order by id`
  await markDirty(sql, id, people)
  await ground.wait(found(people.at(-1)), 'rejected')
  await ground.wait(ann, 'address')
  const pushed = people.map((person_id, n) => ({
    organization_id: id,
    person_id,
    urgent: n < 2,
    held: n < 1,
    at: days(9),
  }))
  await sql`insert into pushed_people ${sql(pushed)}`
  await fillMirror(sql, ground, mark, more)
  await sql.begin((transaction) => addApplied(transaction, id, [{ kind: 'remove', productId: 0, count: 1 }], days(-30)))
  await takeRequest(sql, id, REQUEST, { digest: Buffer.alloc(32), at: NOON, abandoned: 0 })
  return {
    ground,
    mark,
    people,
    applied,
    waiting: found(second, 'the second plan'),
    failed,
    snapshot,
    upload: await fillUploaded(sql, ground, mark),
    source: ground.source(more.length > 0 ? 'zoo' : 'hr'),
    decision: decision.id,
    member: found(member, 'a member').id,
    lent: await fillBorrowed(sql, ground, mark),
    lease: found(await takeLane(sql, id, 'urgent', applied), 'a lane'),
    token: await insertToken(sql, id, { ...token, createdAt: NOON, expiresAt: null }),
  }
}
