/** Current state as a batch of items finds it: read under lock, so that what is decided from it still holds when it is written. */
import type { Assignment, Member } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { readAssignments, readMembers } from './members.ts'
import { pipeline } from './pipeline.ts'

/** Everything that the items of a batch may depend on, beyond their own plan. */
export interface CurrentState {
  /** By person. */
  members: Map<number, Member>
  /** By person, then by product. */
  assignments: Map<number, Map<number, Assignment>>
}

/**
 * Lets one batch of an organization write at a time, whatever its lane: what concerns several people at once (the last seats,
 * the last administrators, an address that moves) is then decided from numbers that nobody else is changing.
 *
 * @returns the organization's new revision
 */
export async function raiseRevision(transaction: Transaction, organization: number): Promise<number> {
  const [row] = await transaction<{ revision: number }[]>`
    update organizations set revision = revision + 1 where id = ${organization} returning revision`
  if (row === undefined) throw new Error(`organization ${organization} is gone`)
  return row.revision
}

/**
 * Reads members and assignments of these people. `lock` keeps the member rows, taken in the order of people, from being
 * changed by anybody else (an invitation that is accepted just now) until the transaction ends.
 */
export async function readCurrent(
  handle: Handle,
  organization: number,
  people: number[],
  options: { lock: boolean },
): Promise<CurrentState> {
  if (options.lock) {
    await handle`
      select from members where organization_id = ${organization} and person_id = any(${people}::bigint[])
      order by person_id for update`
  }
  const [members, assignments] = await pipeline([
    readMembers(handle, organization, people),
    readAssignments(handle, organization, people),
  ])
  const held = new Map<number, Map<number, Assignment>>()
  for (const assignment of assignments) {
    const products = held.get(assignment.personId)
    if (products === undefined) held.set(assignment.personId, new Map([[assignment.productId, assignment]]))
    else products.set(assignment.productId, assignment)
  }
  return { members: new Map(members.map((member) => [member.personId, member])), assignments: held }
}

/** Whoever holds an address or a user name. */
export interface Holder {
  personId: number
  /** For sentences about a conflict. */
  name: string
}

/** Who holds these addresses and user names now, by key; removed members hold nothing. */
export async function readHolders(
  handle: Handle,
  organization: number,
  keys: { emails: string[]; userNames: string[] },
): Promise<{ emails: Map<string, Holder>; userNames: Map<string, Holder> }> {
  const [emails, userNames] = await pipeline([
    handle<(Holder & { key: string })[]>`
      select email_key as key, person_id as "personId", coalesce(nullif(display_name, ''), nullif(trim(concat_ws(' ', first_name, last_name)), ''), 'another member') as name
      from members
      where organization_id = ${organization} and state <> 'removed' and email_key = any(${keys.emails}::text[])`,
    handle<(Holder & { key: string })[]>`
      select user_name_key as key, person_id as "personId", coalesce(nullif(display_name, ''), nullif(trim(concat_ws(' ', first_name, last_name)), ''), email) as name
      from members
      where organization_id = ${organization} and state <> 'removed' and user_name_key = any(${keys.userNames}::text[])`,
  ])
  return {
    emails: new Map(emails.map((row) => [row.key, row])),
    userNames: new Map(userNames.map((row) => [row.key, row])),
  }
}

/** Active members with the role admin or owner: at least two, or as many as there are today, must stay. */
export async function countAdmins(handle: Handle, organization: number): Promise<number> {
  const [row] = await handle<{ admins: number }[]>`
    select count(*)::int as admins from members
    where organization_id = ${organization} and state = 'active' and role in ('admin', 'owner')`
  return row?.admins ?? 0
}
