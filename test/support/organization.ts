/** Organizations, people and approved plans for tests of applying: written straight into the tables, a few words each. */
import { pino } from 'pino'
import type { ActionKind, ItemImage, Lane, MemberState, Precondition, Role } from '../../src/reconcile/model.ts'
import { readEmail } from '../../src/reconcile/normalise.ts'
import { waveOf } from '../../src/reconcile/order.ts'
import type { Sql } from '../../src/store/connection.ts'
import { insertPlan, movePlan, sealPlan } from '../../src/store/plans.ts'
import type { Parts } from '../../src/sync/parts.ts'

export const NOON = new Date('2026-11-20T12:00:00.000Z')

/** Parts whose jobs are remembered instead of done. */
export function testParts(sql: Sql, at: Date = NOON): Parts & { sent: string[] } {
  const sent: string[] = []
  const remember = async (job: string) => void sent.push(job)
  return {
    sql,
    log: pino({ level: 'silent' }),
    now: () => at,
    sent,
    jobs: {
      propose: (organization, because) => remember(`propose ${organization} ${because}`),
      execute: (organization, plan) => remember(`execute ${organization} ${plan}`),
      deliver: () => remember('deliver'),
      tidy: () => remember('tidy'),
    },
  }
}

export interface TestPerson {
  email: string
  /** Left out: somebody who is no member yet. */
  state?: MemberState
  role?: Role
  /** Product key → end, null for none. */
  products?: Record<string, string | null>
  /** The state of a link with the source `hr`. */
  link?: 'linked' | 'ghost'
  firstName?: string
}

export interface TestItem {
  kind: ActionKind
  /** E-mail address with which the person was created. */
  who: string
  product?: string
  before?: ItemImage
  after?: ItemImage
  precondition?: Precondition
  /** Only for `link`: who is emptied. */
  from?: string
  wave?: number
}

let organizations = 0

/** An organization of its own in a shared database. */
export async function testOrganization(
  sql: Sql,
  world: {
    products?: Record<string, { owned: number; reserve?: number }>
    people?: TestPerson[]
    administrators?: string[]
  } = {},
) {
  organizations += 1
  const [row] = await sql<{ id: number }[]>`
    insert into organizations (key, name, zone, settings)
    values (${`acme-${organizations}`}, 'Acme', 'Europe/Berlin', '{"domains": ["acme.test"], "protected": [], "limits": {}}')
    returning id`
  if (row === undefined) throw new Error('no organization')
  const id = row.id
  await sql`
    insert into sources (organization_id, id, key, name, kind, mode, approval, trust, settings)
    values (${id}, 1, 'hr', 'HR feed', 'csv', 'snapshot', 'manual', 10, '{}'),
      (${id}, 2, 'manual', 'By hand', 'manual', 'delta', 'manual', 0, '{}')`
  for (const email of world.administrators ?? []) {
    await sql`insert into administrators (organization_id, email_key, email, role) values (${id}, ${email}, ${email}, 'admin')`
  }
  const products = new Map<string, number>()
  for (const [key, { owned, reserve }] of Object.entries(world.products ?? {})) {
    products.set(key, products.size + 1)
    await sql`
      insert into products (organization_id, id, key, name, owned, reserve)
      values (${id}, ${products.size}, ${key}, ${key.toUpperCase()}, ${owned}, ${reserve ?? 0})`
  }
  const people = new Map<string, number>()
  const product = (key: string): number => {
    const found = products.get(key)
    if (found === undefined) throw new Error(`no product ${key}`)
    return found
  }
  const person = (email: string): number => {
    const found = people.get(email)
    if (found === undefined) throw new Error(`no person ${email}`)
    return found
  }

  const add = async (one: TestPerson): Promise<number> => {
    const [born] = await sql<{ id: number }[]>`
      insert into people (organization_id, id, from_change) values (${id}, nextval('person_ids'), 1) returning id`
    if (born === undefined) throw new Error('nobody')
    people.set(one.email, born.id)
    if (one.link) {
      await sql`
        insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
        values (${id}, 1, ${one.email}, ${one.email}, ${born.id}, ${one.link}, ${NOON})`
    }
    if (one.state === undefined) return born.id
    const reading = readEmail(one.email)
    if (!reading.ok) throw new Error(`no address: ${one.email}`)
    await sql`
      insert into members (organization_id, person_id, id, state, role, email, email_key, first_name, invited_at, accepted_at, removed_at)
      values (${id}, ${born.id}, nextval('member_ids'), ${one.state}, ${one.role ?? 'member'}, ${one.email}, ${reading.key},
        ${one.firstName ?? null}, ${NOON}, ${one.state === 'active' ? NOON : null}, ${one.state === 'removed' ? NOON : null})`
    for (const [key, end] of Object.entries(one.products ?? {})) {
      await sql`
        insert into assignments (organization_id, person_id, product_id, expires_at, since)
        values (${id}, ${born.id}, ${product(key)}, ${end}, ${NOON})`
      await sql`update products set used = used + 1 where organization_id = ${id} and id = ${product(key)}`
    }
    return born.id
  }
  for (const one of world.people ?? []) await add(one)

  /** Stores a plan in the order given (by wave), approved unless said otherwise, and returns its id. */
  const plan = async (
    items: TestItem[],
    options: { lane?: Lane; quiet?: boolean; approved?: boolean; approvedAt?: Date; revision?: number } = {},
  ): Promise<number> => {
    const [{ revision } = { revision: 0 }] = await sql<
      { revision: number }[]
    >`select revision from organizations where id = ${id}`
    const ordered = items.map((item) => ({ ...item, wave: item.wave ?? waveOf(item) })).sort((a, b) => a.wave - b.wave)
    const counts: Record<string, number> = {}
    for (const item of ordered) counts[item.kind] = (counts[item.kind] ?? 0) + 1
    const planId = await insertPlan(sql, id, {
      proposalId: null,
      lane: options.lane ?? 'sync',
      part: 'waiting',
      state: 'awaiting_approval',
      header: {
        schema: 1,
        organization: 'acme',
        baseRevision: revision,
        snapshots: [],
        rulesetVersion: 1,
        settingsVersion: 1,
      },
      headline: 'A plan of a test.',
      counts,
      seats: [],
      sourceIds: [1],
      findings: [],
      items: ordered.length,
      revision: options.revision ?? revision,
      createdBy: 'test',
      createdAt: NOON,
      expiresAt: new Date(NOON.getTime() + 7 * 86_400_000),
      quiet: options.quiet ?? false,
    })
    const rows = ordered.map((item, index) => ({
      number: index + 1,
      wave: item.wave,
      kind: item.kind,
      effect: EFFECTS[item.kind] ?? 'neutral',
      person_id: person(item.who),
      product_id: item.product === undefined ? null : product(item.product),
      from_person_id: item.from === undefined ? null : person(item.from),
      subject_key: `hr:${item.who}`,
      subject_email: item.who,
      subject_name: null,
      before: item.before ?? null,
      after: item.after ?? null,
      reason: { code: 'joined', params: { source: 'HR feed', actor: 'root@acme.test' } },
      precondition: item.precondition ?? {},
    }))
    await sql`
      insert into plan_items (organization_id, plan_id, number, wave, kind, effect, person_id, product_id, from_person_id, subject_key,
        subject_email, subject_name, before, after, reason, source_ids, evidence, precondition, predicted)
      select ${id}, ${planId}, number, wave, kind, effect, person_id, product_id, from_person_id, subject_key, subject_email,
        subject_name, before, after, reason, '{1}', null, precondition, 'succeeded'
      from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(number int, wave int, kind text, effect text,
        person_id bigint, product_id int, from_person_id bigint, subject_key text, subject_email text, subject_name text,
        before jsonb, after jsonb, reason jsonb, precondition jsonb)`
    await sealPlan(sql, id, planId, `hash-${planId}`)
    if (options.approved !== false) {
      const approval = {
        approvedBy: 'root@acme.test',
        approvedAt: options.approvedAt ?? NOON,
        approvedHash: `hash-${planId}`,
      }
      await movePlan(sql, id, planId, ['awaiting_approval'], 'approved', approval)
    }
    return planId
  }

  /** `kind who [product]: state [code]`, in item order. */
  const outcomes = async (planId: number): Promise<string[]> => {
    const rows = await sql<{ line: string }[]>`
      select concat_ws(' ', i.kind, i.subject_email, p.key) || ': ' || concat_ws(' ', coalesce(o.state, 'pending'), o.code) as line
      from plan_items i
      left join products p on p.organization_id = i.organization_id and p.id = i.product_id
      left join outcomes o on o.organization_id = i.organization_id and o.plan_id = i.plan_id and o.number = i.number
      where i.organization_id = ${id} and i.plan_id = ${planId} order by i.number`
    return rows.map((row) => row.line)
  }

  /** `email state role: product[ until end]…`, by address. */
  const members = async (): Promise<string[]> => {
    const rows = await sql<{ line: string }[]>`
      select concat_ws(' ', m.email, m.state, m.role) || coalesce(': ' || (
        select string_agg(p.key || coalesce(' until ' || to_char(a.expires_at at time zone 'UTC', 'YYYY-MM-DD'), ''), ', ' order by p.key)
        from assignments a join products p on p.organization_id = a.organization_id and p.id = a.product_id
        where a.organization_id = m.organization_id and a.person_id = m.person_id), '') as line
      from members m where m.organization_id = ${id} order by m.email_key, m.state`
    return rows.map((row) => row.line)
  }

  /** Product → seats in use by the ledger; throws when the ledger and the assignments disagree. */
  const seats = async (): Promise<Record<string, number>> => {
    const rows = await sql<{ key: string; used: number; held: number }[]>`
      select p.key, p.used, (select count(*)::int from assignments a
        where a.organization_id = p.organization_id and a.product_id = p.id) as held
      from products p where p.organization_id = ${id} order by p.id`
    for (const row of rows) if (row.used !== row.held) throw new Error(`${row.key}: ${row.used} used, ${row.held} held`)
    return Object.fromEntries(rows.map((row) => [row.key, row.used]))
  }

  /** `audience event address`, in the order of addresses. */
  const letters = async (planId: number): Promise<string[]> => {
    const rows = await sql<{ line: string }[]>`
      select concat_ws(' ', audience, event, address) as line from letters
      where organization_id = ${id} and plan_id = ${planId} order by audience desc, address_key`
    return rows.map((row) => row.line)
  }

  return { id, people, add, person, product, plan, outcomes, members, seats, letters }
}

export type TestOrganization = Awaited<ReturnType<typeof testOrganization>>

const EFFECTS: Partial<Record<ActionKind, string>> = {
  invite: 'additive',
  reactivate: 'additive',
  assign: 'additive',
  extend: 'additive',
  suspend: 'subtractive',
  shorten: 'subtractive',
  revoke: 'subtractive',
  remove: 'subtractive',
}

/** An invitation as planning makes it. */
export const invite = (who: string, after: ItemImage = {}): TestItem => ({
  kind: 'invite',
  who,
  after: {
    state: 'invited',
    role: 'member',
    email: who,
    userName: null,
    firstName: null,
    lastName: null,
    displayName: null,
    language: null,
    ...after,
  },
  precondition: { member: null },
})

export const assign = (who: string, product: string, expiresAt: string | null = null): TestItem => ({
  kind: 'assign',
  who,
  product,
  after: { expiresAt },
  precondition: { assignment: null },
})

export const revoke = (who: string, product: string, version = 1): TestItem => ({
  kind: 'revoke',
  who,
  product,
  before: { expiresAt: null },
  precondition: { assignment: { version } },
})

export const remove = (who: string, role: Role = 'member', state: MemberState = 'active'): TestItem => ({
  kind: 'remove',
  who,
  before: { state, role, email: who },
  after: { state: 'removed' },
  precondition: { member: { state, role } },
})

export const rename = (who: string, to: string, state: MemberState = 'active'): TestItem => ({
  kind: 'update_identity',
  who,
  before: { email: who },
  after: { email: to },
  precondition: { member: { state, email: who } },
})
