/** Members and what is assigned to them, read. Only apply writes them. */
import type { Assignment, Member, MemberState, Role } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'
import { type ProfileColumns, profileOf } from './directory.ts'

type MemberColumns = ProfileColumns & {
  id: number
  person_id: number
  state: MemberState
  role: Role
  version: number
  accepted_at: Date | null
  removed_at: Date | null
}

/** Members of these people, removed ones included, in person order. */
export async function readMembers(handle: Handle, organization: number, people: number[]): Promise<Member[]> {
  const rows = await handle<MemberColumns[]>`
    select * from members where organization_id = ${organization} and person_id = any(${people}::bigint[]) order by person_id`
  return rows.map(toMember)
}

function toMember(row: MemberColumns): Member {
  return {
    id: row.id,
    personId: row.person_id,
    state: row.state,
    role: row.role,
    profile: profileOf(row),
    version: row.version,
    accepted: row.accepted_at !== null,
    removedAt: row.removed_at?.toISOString() ?? null,
  }
}

export async function readAssignments(handle: Handle, organization: number, people: number[]): Promise<Assignment[]> {
  const rows = await handle<(Omit<Assignment, 'expiresAt'> & { expiresAt: Date | null })[]>`
    select person_id as "personId", product_id as "productId", expires_at as "expiresAt", version from assignments
    where organization_id = ${organization} and person_id = any(${people}::bigint[]) order by person_id, product_id`
  return rows.map((row) => ({ ...row, expiresAt: row.expiresAt?.toISOString() ?? null }))
}

/** Invited becomes active when the account service says so; false when the member is in no state to accept. */
export async function acceptMember(handle: Handle, organization: number, member: number, at: Date): Promise<boolean> {
  const accepted = await handle`
    update members set state = case when state = 'invited' then 'active' else state end,
      accepted_at = coalesce(accepted_at, ${at}), version = version + (state = 'invited')::int
    where organization_id = ${organization} and id = ${member} and state in ('invited', 'active', 'suspended')`
  return accepted.count === 1
}

/** The member with this id, or null. */
export async function findMember(handle: Handle, organization: number, member: number): Promise<Member | null> {
  const [row] = await handle<
    MemberColumns[]
  >`select * from members where organization_id = ${organization} and id = ${member}`
  return row ? toMember(row) : null
}

export async function countMembers(handle: Handle, organization: number): Promise<number> {
  const [row] = await handle<{ count: number }[]>`
    select count(*)::int as count from members where organization_id = ${organization} and state <> 'removed'`
  return row?.count ?? 0
}
