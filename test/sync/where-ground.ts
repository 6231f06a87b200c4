/** A few members with everything that a filter can ask about, in the database and as plain values. */
import { readEmail } from '../../src/reconcile/normalise.ts'
import type { Sql } from '../../src/store/connection.ts'
import { whereMembers } from '../../src/store/member-filter.ts'
import { unprepared } from '../../src/store/mirror-unusual.ts'
import { memberCondition } from '../../src/sync/where.ts'
import { Ground, NOON } from '../store/conformance/ground.ts'

export interface Held {
  product: string
  expires: string | null
  borrowed?: string | undefined
}

export interface Somebody {
  email: string
  userName?: string | undefined
  firstName?: string | undefined
  lastName?: string | undefined
  displayName?: string | undefined
  language?: string | undefined
  state: 'invited' | 'active' | 'suspended' | 'removed'
  role?: 'member' | 'admin' | 'owner' | undefined
  invitedAt?: string | undefined
  acceptedAt?: string | undefined
  groups?: string[] | undefined
  products?: Held[] | undefined
  sources?: { source: 'hr' | 'manual' | 'partners'; rule: string }[] | undefined
}

export const PRODUCT_NAMES: Readonly<Record<string, string>> = { cad: 'CAD Größe', sim: 'Sim' }
export const GROUPS: Readonly<Record<string, string>> = { G1: 'Artists', g2: 'KÜNSTLER', g3: 'Straße' }
export const ZONE = 'Europe/Berlin'
export const AT = NOON

export class WhereGround {
  readonly #ground: Ground
  readonly ids = new Map<string, number>()

  private constructor(ground: Ground) {
    this.#ground = ground
  }

  static async open(sql: Sql, people: readonly Somebody[]): Promise<WhereGround> {
    const ground = await Ground.open(sql)
    const there = new WhereGround(ground)
    const { id } = ground
    await sql`update products set name = ${PRODUCT_NAMES['cad'] ?? ''} where organization_id = ${id} and key = 'cad'`
    await sql`update products set name = ${PRODUCT_NAMES['sim'] ?? ''} where organization_id = ${id} and key = 'sim'`
    for (const [key, name] of Object.entries(GROUPS)) {
      await sql`insert into directory_groups (organization_id, source_id, id, name, from_change, to_change)
        values (${id}, ${ground.source('hr')}, ${key}, 'an older name', 1, 2), (${id}, ${ground.source('hr')}, ${key}, ${name}, 2, null)`
    }
    for (const [at, one] of people.entries()) await there.#add(one, at)
    return there
  }

  async #add(one: Somebody, at: number): Promise<void> {
    const { sql, id } = this.#ground
    const person = await this.#ground.add(`x${at}`, {
      email: one.email,
      userName: one.userName ?? null,
      member: { state: one.state, role: one.role ?? 'member' },
      rows: one.groups === undefined ? [] : ['hr'],
      assignments: Object.fromEntries(
        (one.products ?? []).map((held) => [held.product, held.expires === null ? null : new Date(held.expires)]),
      ),
    })
    const key = readEmail(one.email)
    if (!key.ok) throw new Error(key.code)
    await sql`update members set email_key = ${key.key}, first_name = ${one.firstName ?? null}, last_name = ${one.lastName ?? null},
      display_name = ${one.displayName ?? null}, language = ${one.language ?? null},
      invited_at = ${new Date(one.invitedAt ?? NOON)}, accepted_at = ${one.acceptedAt ? new Date(one.acceptedAt) : null}, removed_at = null
      where organization_id = ${id} and person_id = ${person}`
    await sql`update directory_users set groups = ${one.groups ?? []}::text[]
      where organization_id = ${id} and person_id = ${person}`
    for (const { source, rule } of one.sources ?? []) {
      await sql`insert into claims (organization_id, person_id, source_id, from_change, status, role, rule)
        values (${id}, ${person}, ${this.#ground.source(source)}, 1, 'active', 'member', ${rule})`
    }
    for (const { product, borrowed } of one.products ?? []) {
      if (borrowed === undefined) continue
      await sql`insert into borrows (organization_id, person_id, product_id, device_key, device, until, since)
        values (${id}, ${person}, ${this.#ground.product(product)}, 'laptop', 'Laptop', ${new Date(borrowed)}, ${NOON})`
    }
    const [row] = await sql<{ id: number }[]>`
      select id from members where organization_id = ${id} and person_id = ${person}`
    this.ids.set(one.email, row?.id ?? 0)
  }

  /** The addresses of everybody whom the filter finds. */
  async find(text: string): Promise<string[]> {
    const { sql, id } = this.#ground
    const condition = memberCondition(text, { at: AT, zone: ZONE })
    const rows = await unprepared(sql<{ email: string }[]>`
      select m.email from members m where m.organization_id = ${id} and ${whereMembers(sql, condition)} order by m.email_key`)
    return rows.map(({ email }) => email)
  }
}
