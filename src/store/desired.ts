/**
 * Desired state: claims, grants and one row a person of what all sources together want. Evaluated for dirty people only, in
 * batches; versions are closed and written only where something differs.
 */
import type { Claim, Desired, Grant, Role } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { type ProfileColumns, profileOf } from './directory.ts'

/**
 * Takes a batch of dirty people above `after` in id order; the marks are gone when the transaction commits, and back when it does not.
 * The cursor matters: from the beginning, each batch would walk over the marks that the batches before it deleted.
 */
export async function takeDirty(
  transaction: Transaction,
  organization: number,
  after: number,
  limit: number,
): Promise<number[]> {
  const rows = await transaction<{ person_id: number }[]>`
    delete from dirty_people where ctid = any(array(
      select ctid from dirty_people where organization_id = ${organization} and person_id > ${after}
      order by person_id limit ${limit} for update skip locked))
    returning person_id`
  return rows.map((row) => row.person_id).sort((a, b) => a - b)
}

/**
 * Marks people in the transaction that changes what their evaluation reads. A mark that is there already is locked, which leaves it
 * to whoever evaluates after this transaction: passed over, it could be taken by an evaluation that still sees the old rows. In id
 * order, so that two who mark the same people wait for each other and do not stand in each other's way.
 */
export async function markDirty(handle: Handle, organization: number, people: number[]): Promise<void> {
  if (people.length === 0) return
  await handle`
    insert into dirty_people (organization_id, person_id)
    select distinct ${organization}::int, x from unnest(${people}::bigint[]) x order by x
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`
}

/** A change of rules, of the zone or of the products concerns everybody whom a source shows or a claim holds. */
export async function markEverybodyDirty(handle: Handle, organization: number): Promise<void> {
  await handle`
    insert into dirty_people (organization_id, person_id)
    select organization_id, person_id from directory_users where organization_id = ${organization} and to_change is null
    union select organization_id, person_id from claims where organization_id = ${organization} and to_change is null
    union select organization_id, person_id from grants where organization_id = ${organization} and to_change is null
    order by person_id
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`
}

/** Makes the live claims of these people exactly the given ones. */
export async function writeClaims(
  transaction: Transaction,
  organization: number,
  change: number,
  people: number[],
  claims: Claim[],
): Promise<void> {
  const rows = claims.map((claim) => ({
    person_id: claim.personId,
    source_id: claim.sourceId,
    status: claim.status,
    role: claim.role,
    start_at: claim.startAt,
    rule: claim.rule,
  }))
  const wanted = transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as
    w(person_id bigint, source_id int, status text, role text, start_at timestamptz, rule text)`
  await transaction`
    update claims c set to_change = ${change}
    where c.organization_id = ${organization} and c.person_id = any(${people}::bigint[]) and c.to_change is null
      and not exists (select from ${wanted} where w.person_id = c.person_id and w.source_id = c.source_id and w.status = c.status
        and w.role = c.role and w.start_at is not distinct from c.start_at and w.rule = c.rule)`
  if (rows.length === 0) return
  await transaction`
    insert into claims (organization_id, person_id, source_id, from_change, status, role, start_at, rule)
    select ${organization}, w.person_id, w.source_id, ${change}, w.status, w.role, w.start_at, w.rule from ${wanted}
    where not exists (select from claims c where c.organization_id = ${organization} and c.person_id = w.person_id
      and c.source_id = w.source_id and c.to_change is null)`
}

/** Makes the live grants of these people exactly the given ones. */
export async function writeGrants(
  transaction: Transaction,
  organization: number,
  change: number,
  people: number[],
  grants: Grant[],
): Promise<void> {
  const rows = grants.map((grant) => ({
    person_id: grant.personId,
    product_id: grant.productId,
    source_id: grant.sourceId,
    rule: grant.rule,
    priority: grant.priority,
    seat_priority: grant.seatPriority,
    expires_at: grant.expiresAt,
  }))
  const wanted = transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as
    w(person_id bigint, product_id int, source_id int, rule text, priority int, seat_priority int, expires_at timestamptz)`
  await transaction`
    update grants g set to_change = ${change}
    where g.organization_id = ${organization} and g.person_id = any(${people}::bigint[]) and g.to_change is null
      and not exists (select from ${wanted} where w.person_id = g.person_id and w.product_id = g.product_id
        and w.source_id = g.source_id and w.rule = g.rule and w.priority = g.priority and w.seat_priority = g.seat_priority
        and w.expires_at is not distinct from g.expires_at)`
  if (rows.length === 0) return
  await transaction`
    insert into grants (organization_id, person_id, product_id, source_id, rule, from_change, priority, seat_priority, expires_at)
    select ${organization}, w.person_id, w.product_id, w.source_id, w.rule, ${change}, w.priority, w.seat_priority, w.expires_at
    from ${wanted}
    where not exists (select from grants g where g.organization_id = ${organization} and g.person_id = w.person_id
      and g.product_id = w.product_id and g.source_id = w.source_id and g.rule = w.rule and g.to_change is null)`
}

export async function writeDesired(transaction: Transaction, organization: number, desired: Desired[]): Promise<void> {
  if (desired.length === 0) return
  const rows = desired.map((one) => ({
    person_id: one.personId,
    wanted: one.wanted,
    status: one.status,
    leaver: one.leaver,
    role: one.role,
    start_at: one.startAt,
    protected: one.protected,
    email: one.profile?.email ?? null,
    email_key: one.profile?.emailKey ?? null,
    user_name: one.profile?.userName ?? null,
    user_name_key: one.profile?.userNameKey ?? null,
    first_name: one.profile?.firstName ?? null,
    last_name: one.profile?.lastName ?? null,
    display_name: one.profile?.displayName ?? null,
    language: one.profile?.language ?? null,
    profile_source_id: one.profileSourceId,
  }))
  await transaction`
    insert into desired_members (organization_id, person_id, wanted, status, leaver, role, start_at, protected, email, email_key,
      user_name, user_name_key, first_name, last_name, display_name, language, profile_source_id)
    select ${organization}, * from json_to_recordset(${JSON.stringify(rows)}::text::json) as w(person_id bigint, wanted boolean,
      status text, leaver boolean, role text, start_at timestamptz, protected boolean, email text, email_key text, user_name text,
      user_name_key text, first_name text, last_name text, display_name text, language text, profile_source_id int)
    on conflict (organization_id, person_id) do update set wanted = excluded.wanted, status = excluded.status,
      leaver = excluded.leaver, role = excluded.role, start_at = excluded.start_at, protected = excluded.protected,
      email = excluded.email, email_key = excluded.email_key, user_name = excluded.user_name, user_name_key = excluded.user_name_key,
      first_name = excluded.first_name, last_name = excluded.last_name, display_name = excluded.display_name,
      language = excluded.language, profile_source_id = excluded.profile_source_id`
}

export async function readClaims(handle: Handle, organization: number, people: number[]): Promise<Claim[]> {
  const rows = await handle<
    { personId: number; sourceId: number; status: Claim['status']; role: Role; startAt: Date | null; rule: string }[]
  >`
    select person_id as "personId", source_id as "sourceId", status, role, start_at as "startAt", rule from claims
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) and to_change is null
    order by person_id, source_id`
  return rows.map((row) => ({ ...row, startAt: row.startAt?.toISOString() ?? null }))
}

export async function readGrants(handle: Handle, organization: number, people: number[]): Promise<Grant[]> {
  const rows = await handle<(Omit<Grant, 'expiresAt'> & { expiresAt: Date | null })[]>`
    select person_id as "personId", product_id as "productId", source_id as "sourceId", rule, priority,
      seat_priority as "seatPriority", expires_at as "expiresAt"
    from grants
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) and to_change is null
    order by person_id, product_id, source_id, rule`
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt?.toISOString() ?? null }))
}

type DesiredColumns = Omit<ProfileColumns, 'email' | 'email_key'> & {
  email: string | null
  email_key: string | null
  person_id: number
  wanted: boolean
  status: Desired['status']
  leaver: boolean
  role: Role
  start_at: Date | null
  protected: boolean
  profile_source_id: number | null
}

export async function readDesired(
  handle: Handle,
  organization: number,
  people: number[],
): Promise<Map<number, Desired>> {
  const rows = await handle<DesiredColumns[]>`
    select * from desired_members where organization_id = ${organization} and person_id = any(${people}::bigint[])`
  return new Map(rows.map((row) => [row.person_id, toDesired(row)]))
}

function toDesired(row: DesiredColumns): Desired {
  const { email, email_key } = row
  return {
    personId: row.person_id,
    wanted: row.wanted,
    status: row.status,
    leaver: row.leaver,
    role: row.role,
    startAt: row.start_at?.toISOString() ?? null,
    protected: row.protected,
    profile: email !== null && email_key !== null ? profileOf({ ...row, email, email_key }) : null,
    profileSourceId: row.profile_source_id,
  }
}
