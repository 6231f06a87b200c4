/** What every case stands on: an organization of its own, written as a configuration is, and a few words to put rows into it. */
import type { Lane, LinkState, MemberState, PlanState, Role, WaitKind } from '../../../src/reconcile/model.ts'
import type { Operation } from '../../../src/reconcile/operation.ts'
import { nextChange } from '../../../src/store/changes.ts'
import type { Handle, Sql } from '../../../src/store/connection.ts'
import { insertPlan, sealPlan } from '../../../src/store/plans.ts'
import { type OrganizationConfig, writeConfig } from '../../../src/store/write-config.ts'
import { rulesOf } from '../../support/world.ts'

export const NOON = new Date('2026-11-20T12:00:00.000Z')
export const days = (count: number) => new Date(NOON.getTime() + count * 86_400_000)

/** One named sub-test of the suite. */
export type Case = (ground: Ground) => Promise<void>
export type Cases = Record<string, Case>

const RULES = rulesOf(`
- { key: everyone, source: hr, when: { everyone: true }, then: { member: member } }
- { key: cad, source: hr, when: { group: { name: Drawing } }, then: { product: cad } }
`)

const feed = (key: string, over: Partial<OrganizationConfig['sources'][number]> = {}) => {
  const base = { key, name: `The ${key} feed`, kind: 'csv', mode: 'snapshot', approval: 'manual', trust: 10 } as const
  return { ...base, managesAdmins: false, settings: {}, ...over }
}

export function configOf(key: string, over: Partial<OrganizationConfig> = {}): OrganizationConfig {
  return {
    key,
    name: 'Acme',
    zone: 'Europe/Berlin',
    settings: { domains: ['acme.test'], protected: [], limits: {} },
    administrators: [{ email: 'Kim@acme.test', emailKey: 'kim@acme.test', role: 'admin' }],
    products: ['cad', 'sim'].map((one) => ({ key: one, name: one.toUpperCase(), aliases: [], owned: 10, reserve: 0 })),
    sources: [
      feed('hr'),
      feed('manual', { kind: 'manual', mode: 'delta', trust: 0 }),
      feed('partners', { trust: 5 }),
      feed('upload', { kind: 'upload', mode: 'delta', trust: 0 }),
    ],
    rules: RULES,
    ...over,
  }
}

/** Somebody in the columns that tests speak of; `null` leaves out what would be there. */
export interface Somebody {
  email?: string
  userName?: string | null
  /** Null: no member. */
  member?: { state?: MemberState; role?: Role } | null
  /** Null: nothing was ever evaluated. */
  desired?: { wanted?: boolean } | null
  /** Source key → state of the link; the anchor is the e-mail key. */
  links?: Record<string, LinkState>
  /** Source key → a live directory row. */
  rows?: string[]
  /** Product key → end, granted by `hr`. */
  grants?: Record<string, Date | null>
  assignments?: Record<string, Date | null>
}

let grounds = 0

export class Ground {
  readonly sql: Sql
  readonly key: string
  id = 0
  readonly #sources = new Map<string, number>()
  readonly #products = new Map<string, number>()

  private constructor(sql: Sql, key: string) {
    this.sql = sql
    this.key = key
  }

  static async open(sql: Sql, over: Partial<OrganizationConfig> = {}): Promise<Ground> {
    grounds += 1
    const ground = new Ground(sql, `acme-${grounds}`)
    await ground.configure(over)
    return ground
  }

  async configure(over: Partial<OrganizationConfig> = {}): Promise<boolean> {
    const config = configOf(this.key, over)
    const written = await this.sql.begin((transaction) =>
      writeConfig(transaction, config, NOON, (id) => nextChange(transaction, id, NOON, 'rules')),
    )
    this.id = written.id
    const ids = await this.sql<{ key: string; id: number; source: boolean }[]>`
      select key, id, true as source from sources where organization_id = ${written.id}
      union all select key, id, false from products where organization_id = ${written.id}`
    for (const { key, id, source } of ids) (source ? this.#sources : this.#products).set(key, id)
    return written.rulesChanged
  }

  source(key: string): number {
    return found(this.#sources.get(key), key)
  }

  product(key: string): number {
    return found(this.#products.get(key), key)
  }

  change(handle: Handle = this.sql): Promise<number> {
    return nextChange(handle, this.id, NOON, 'manual')
  }

  /** Puts somebody there who is in step unless told otherwise: a member, wanted exactly so, shown by nobody. */
  async add(name: string, one: Somebody = {}): Promise<number> {
    const { sql, id } = this
    const email = one.email ?? `${name}@acme.test`
    const userName = one.userName ?? null
    const [born] = await sql<{ id: number }[]>`
      insert into people (organization_id, id, from_change) values (${id}, nextval('person_ids'), 1) returning id`
    const person = found(born, name).id
    const key = email.toLowerCase()
    for (const [source, state] of Object.entries(one.links ?? {})) {
      await sql`
        insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
        values (${id}, ${this.source(source)}, ${key}, ${email}, ${person}, ${state}, ${NOON})`
    }
    for (const source of one.rows ?? []) {
      await sql`
        insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key,
          user_name, user_name_key, first_name, status, groups, products, attributes, hash)
        values (${id}, ${this.source(source)}, ${key}, 1, ${person}, ${email}, ${email}, ${key}, ${userName}, ${userName}, 'Ann',
          'active', '{}', '[]', '{}', '')`
    }
    if (one.desired !== null) {
      await sql`
        insert into desired_members (organization_id, person_id, wanted, status, leaver, role, protected, email, email_key, user_name,
          user_name_key, first_name, last_name, display_name, language)
        values (${id}, ${person}, ${one.desired?.wanted ?? true}, 'active', false, ${one.member?.role ?? 'member'}, false, ${email}, ${key},
          ${userName}, ${userName}, 'Ann', 'Li', 'Ann Li', 'en')`
    }
    if (one.member !== null) {
      const state = one.member?.state ?? 'active'
      await sql`
        insert into members (organization_id, person_id, id, state, role, email, email_key, user_name, user_name_key, first_name,
          last_name, display_name, language, invited_at, accepted_at, removed_at)
        values (${id}, ${person}, nextval('member_ids'), ${state}, ${one.member?.role ?? 'member'}, ${email}, ${key}, ${userName},
          ${userName}, 'Ann', 'Li', 'Ann Li', 'en', ${NOON}, ${NOON}, ${state === 'removed' ? NOON : null})`
    }
    for (const [product, end] of Object.entries(one.grants ?? {})) await this.grant(person, product, end)
    for (const [product, end] of Object.entries(one.assignments ?? {})) {
      await sql`
        insert into assignments (organization_id, person_id, product_id, expires_at, since)
        values (${id}, ${person}, ${this.product(product)}, ${end}, ${NOON})`
      await sql`update products set used = used + 1 where organization_id = ${id} and id = ${this.product(product)}`
    }
    return person
  }

  async grant(person: number, product: string, end: Date | null, rule = 'cad'): Promise<void> {
    await this.sql`
      insert into grants (organization_id, person_id, product_id, source_id, rule, from_change, priority, seat_priority, expires_at)
      values (${this.id}, ${person}, ${this.product(product)}, ${this.source('hr')}, ${rule}, 1, 500, 500, ${end})`
  }

  async wait(person: number, kind: WaitKind, until: Date | null = null, product?: string): Promise<void> {
    await this.sql`
      insert into waits (organization_id, person_id, product_id, kind, since, until)
      values (${this.id}, ${person}, ${product === undefined ? 0 : this.product(product)}, ${kind}, ${NOON}, ${until})`
  }

  /** A sealed plan with one item a person. */
  async plan(
    people: number[],
    over: { lane?: Lane; state?: PlanState; operation?: Operation; snapshotId?: number } = {},
  ): Promise<number> {
    const { operation, snapshotId } = over
    const header = { schema: 1, organization: this.key, baseRevision: 0, snapshots: [], rulesetVersion: 1 }
    const plan = await insertPlan(this.sql, this.id, {
      proposalId: null,
      lane: over.lane ?? 'sync',
      part: 'waiting',
      state: over.state ?? 'awaiting_approval',
      header: { ...header, settingsVersion: 1 },
      headline: `A plan of ${this.key}`,
      counts: { invite: people.length },
      seats: [],
      sourceIds: [this.source('hr')],
      findings: [],
      items: people.length,
      revision: 0,
      createdBy: 'test',
      createdAt: NOON,
      expiresAt: days(7),
      quiet: false,
      ...(operation && { operation }),
      ...(snapshotId && { snapshotId }),
    })
    await this.sql`
      insert into plan_items (organization_id, plan_id, number, wave, kind, effect, person_id, subject_key, subject_email, reason,
        source_ids, precondition, predicted)
      select ${this.id}, ${plan}, place, 1, 'invite', 'additive', person, 'hr:' || person, 'p' || person || '@acme.test',
        '{"code": "joined", "params": {}}', '{}', '{}', 'succeeded'
      from unnest(${people}::bigint[]) with ordinality as x(person, place)`
    await sealPlan(this.sql, this.id, plan, `hash-${plan}`)
    return plan
  }

  async dirty(): Promise<number[]> {
    const rows = await this.sql<{ id: number }[]>`
      select person_id as id from dirty_people where organization_id = ${this.id} order by person_id`
    return rows.map((row) => row.id)
  }
}

export function found<T>(value: T | undefined | null, what = 'nothing'): T {
  if (value === undefined || value === null) throw new Error(`not there: ${what}`)
  return value
}

/** Two steps of two transactions in the order that a test wants: `open()` lets whoever waits go on. */
export function gate(): { open(): void; wait: Promise<void> } {
  const { promise, resolve } = Promise.withResolvers<void>()
  return { open: resolve, wait: promise }
}
