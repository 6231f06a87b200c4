/** The organization that rosterd keeps: members and assignments, written by apply alone, many rows a statement. */
import type { Assignment, Member } from '../reconcile/model.ts'
import type { Transaction } from './connection.ts'

/** A member as it shall stand; `id` and `version` are given by the store. */
export type MemberWrite = Pick<Member, 'personId' | 'state' | 'role' | 'profile'>

/**
 * Makes members exactly as given, each person at most once. New ones get their ids in the order given.
 *
 * Addresses may move between people of the batch in any way, swaps included: whoever gives one up is first parked on a value
 * that no address can have, because the index would refuse the row in the middle of the statement.
 */
export async function writeMembers(
  transaction: Transaction,
  organization: number,
  writes: { created: MemberWrite[]; changed: MemberWrite[] },
  at: Date,
): Promise<void> {
  if (writes.changed.length > 0) await changeMembers(transaction, organization, writes.changed, at)
  if (writes.created.length > 0) {
    await transaction`
      insert into members (organization_id, person_id, id, state, role, email, email_key, user_name, user_name_key, first_name,
        last_name, display_name, language, invited_at, accepted_at)
      select ${organization}, person_id, nextval('member_ids'), state, role, email, email_key, user_name, user_name_key, first_name,
        last_name, display_name, language, ${at}, case when state = 'active' then ${at}::timestamptz end
      from ${recordset(transaction, writes.created)}`
  }
}

async function changeMembers(
  transaction: Transaction,
  organization: number,
  changed: MemberWrite[],
  at: Date,
): Promise<void> {
  await transaction`
    update members member
    set email_key = chr(1) || 'parked ' || member.person_id,
      user_name_key = case when member.user_name_key is null then null else chr(1) || 'parked ' || member.person_id end
    from ${recordset(transaction, changed)}
    where member.organization_id = ${organization} and member.person_id = new.person_id and member.state <> 'removed'
      and (member.email_key <> new.email_key or member.user_name_key is distinct from new.user_name_key)`
  await transaction`
    update members member
    set state = new.state, role = new.role, email = new.email, email_key = new.email_key, user_name = new.user_name,
      user_name_key = new.user_name_key, first_name = new.first_name, last_name = new.last_name,
      display_name = new.display_name, language = new.language, version = member.version + 1,
      invited_at = case when member.state = 'removed' and new.state <> 'removed' then ${at} else member.invited_at end,
      accepted_at = case when new.state = 'active' then coalesce(member.accepted_at, ${at}) else member.accepted_at end,
      suspended_at = case when new.state <> 'suspended' then null else coalesce(member.suspended_at, ${at}) end,
      removed_at = case when new.state <> 'removed' then null else coalesce(member.removed_at, ${at}) end
    from ${recordset(transaction, changed)}
    where member.organization_id = ${organization} and member.person_id = new.person_id`
}

function recordset(transaction: Transaction, members: MemberWrite[]) {
  const rows = members.map(({ personId, state, role, profile }) => ({
    person_id: personId,
    state,
    role,
    email: profile.email,
    email_key: profile.emailKey,
    user_name: profile.userName,
    user_name_key: profile.userNameKey,
    first_name: profile.firstName,
    last_name: profile.lastName,
    display_name: profile.displayName,
    language: profile.language,
  }))
  return transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as new(person_id bigint, state text, role text,
    email text, email_key text, user_name text, user_name_key text, first_name text, last_name text, display_name text, language text)`
}

/** What a batch does to assignments: the products' seats are moved apart (`moveSeats`). */
export interface AssignmentWrites {
  created: Omit<Assignment, 'version'>[]
  changed: Omit<Assignment, 'version'>[]
  ended: { personId: number; productId: number }[]
}

/** Writes assignments, each (person, product) at most once. */
export async function writeAssignments(
  transaction: Transaction,
  organization: number,
  writes: AssignmentWrites,
  at: Date,
): Promise<void> {
  if (writes.ended.length > 0) {
    await transaction`
      delete from assignments held using ${pairs(transaction, writes.ended)}
      where held.organization_id = ${organization} and held.person_id = new.person_id and held.product_id = new.product_id`
  }
  if (writes.changed.length > 0) {
    await transaction`
      update assignments held set expires_at = new.expires_at, version = held.version + 1
      from ${pairs(transaction, writes.changed)}
      where held.organization_id = ${organization} and held.person_id = new.person_id and held.product_id = new.product_id`
  }
  if (writes.created.length > 0) {
    await transaction`
      insert into assignments (organization_id, person_id, product_id, expires_at, since)
      select ${organization}, person_id, product_id, expires_at, ${at} from ${pairs(transaction, writes.created)}`
  }
}

function pairs(transaction: Transaction, list: { personId: number; productId: number; expiresAt?: string | null }[]) {
  const rows = list.map((one) => ({
    person_id: one.personId,
    product_id: one.productId,
    expires_at: one.expiresAt ?? null,
  }))
  return transaction`json_to_recordset(${JSON.stringify(rows)}::text::json)
    as new(person_id bigint, product_id integer, expires_at timestamptz)`
}

/** Did the database refuse the values themselves (SQLSTATE classes 22 and 23)? Then the same statement will never succeed. */
export function refusesValues(error: unknown): boolean {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' && /^2[23]\w{3}$/.test(error.code)
}
