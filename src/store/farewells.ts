/**
 * Questions about members whom an identity provider says are gone and from whom no source takes anything: owners, administrators whom
 * none may change, and people who are protected. An answer counts for as long as they are gone.
 */
import { type Farewell, farewellWhy } from '../reconcile/farewell.ts'
import type { Handle, Transaction } from './connection.ts'
import { type Reach, within } from './reach.ts'

export interface FarewellOptions {
  /** Ids of the identity providers whose word counts. */
  sources: number[]
  /** Some source may change administrators. */
  managesAdmins: boolean
  reach: Reach
}

/**
 * Asks about whoever is gone and was not asked about, and takes back what nobody needs to ask any more, answered or not.
 *
 * @returns the id of the last question that was opened; null where none was
 */
export async function settleFarewells(
  transaction: Transaction,
  organization: number,
  options: FarewellOptions,
  at: Date,
): Promise<number | null> {
  const gone = goneAndShielded(transaction, organization, options)
  const known = await transaction<{ id: number }[]>`
    select q.person_id as id from decisions q
    where q.organization_id = ${organization} and q.kind = 'gone' ${within(transaction, options.reach, 'q.person_id')}`
  // Named one by one: they are few, and whatever the statistics say, nobody looks at all members for them.
  const people = known.map((row) => row.id)
  if (people.length > 0)
    await transaction`
      delete from decisions q where q.organization_id = ${organization} and q.kind = 'gone' and q.person_id = any(${people}::bigint[])
        and q.person_id not in (select m.person_id ${gone} and m.person_id = any(${people}::bigint[]))`
  if (options.sources.length === 0) return null
  const found = await transaction<Farewell[]>`
    select m.person_id as "personId", u.source_id as "sourceId", u.source, u.anchor, m.email, m.role ${gone}
      ${within(transaction, options.reach, 'm.person_id')} and m.state in ('invited', 'active')
      and not exists (select from decisions q where q.organization_id = m.organization_id and q.person_id = m.person_id and q.kind = 'gone')
    order by m.person_id`
  if (found.length === 0) return null
  const rows = found.map((one) => ({
    person_id: one.personId,
    evidence: { code: 'GONE_BUT_KEPT', why: farewellWhy(one), sourceId: one.sourceId, anchor: one.anchor },
  }))
  const opened = await transaction<{ id: number }[]>`
    insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
    select ${organization}, 'gone', person_id, '[]', evidence, 'open', ${at}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(person_id bigint, evidence jsonb)
    on conflict do nothing returning id`
  return opened.reduce<number | null>((last, { id }) => (last === null || id > last ? id : last), null)
}

/** From `members m` on: those who are there, gone according to `u`, and shielded. */
function goneAndShielded(transaction: Transaction, organization: number, { sources, managesAdmins }: FarewellOptions) {
  return transaction`
    from members m
    join desired_members d on d.organization_id = m.organization_id and d.person_id = m.person_id
    join lateral (select u.source_id, s.name as source, u.anchor from directory_users u
      join sources s on s.organization_id = u.organization_id and s.id = u.source_id
      where u.organization_id = m.organization_id and u.person_id = m.person_id and u.to_change is null
        and u.source_id = any(${sources}::int[]) and u.status in ('leaver', 'deleted') order by s.key, u.anchor limit 1) u on true
    where m.organization_id = ${organization} and m.state <> 'removed' and (not d.wanted or d.status = 'suspended')
      and (d.protected or m.role = 'owner' or (m.role = 'admin' and not ${managesAdmins}))`
}

/** How many people, and the first of them. */
export interface Some {
  count: number
  names: string[]
}

/** As many are named. */
const NAMED = 5

/** Whom nobody has decided about yet, of those whom the proposal is about. */
export async function openFarewells(transaction: Transaction, organization: number, reach: Reach): Promise<Some> {
  const [row] = await transaction<Some[]>`
    select count(*)::int as count, coalesce((array_agg(m.email order by m.email))[:${NAMED}::int], '{}') as names from decisions q
    join members m on m.organization_id = q.organization_id and m.person_id = q.person_id
    where q.organization_id = ${organization} and q.kind = 'gone' and q.state = 'open' ${within(transaction, reach, 'q.person_id')}`
  return { count: row?.count ?? 0, names: row?.names ?? [] }
}

/** A condition: the access of this person of an organization (names of columns) ends, although they are shielded, since a person has said so. */
export const endsByDecision = (handle: Handle, organization: string, person: string) => handle`exists (
  select from decisions gone where gone.organization_id = ${handle(organization)} and gone.person_id = ${handle(person)}
    and gone.kind = 'gone' and gone.choice = 'end_access')`

/** Those of these people whose access ends, although they are shielded, since a person has said so. */
export async function endedByDecision(handle: Handle, organization: number, people: number[]): Promise<Set<number>> {
  const rows = await handle<{ id: number }[]>`
    select person_id as id from decisions where organization_id = ${organization} and person_id = any(${people}::bigint[])
      and kind = 'gone' and choice = 'end_access'`
  return new Set(rows.map((row) => row.id))
}
