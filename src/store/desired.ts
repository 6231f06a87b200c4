/** Desired members: one row a person of what all sources together want, so that drift is a plain comparison with the members. */
import { isDeepStrictEqual } from 'node:util'
import type { Desired, Role } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { copyBoolean, copyInto, copyLine, copyText } from './copy.ts'
import { type ProfileColumns, profileOf } from './directory.ts'

/** Writes the desired rows that differ from what is stored; `stored` is what `readDesired` gave for the same people. */
export async function writeDesired(
  transaction: Transaction,
  organization: number,
  desired: Desired[],
  stored: ReadonlyMap<number, Desired>,
): Promise<void> {
  const first = desired.filter((one) => !stored.has(one.personId))
  const changed = desired.filter((one) => {
    const before = stored.get(one.personId)
    return before !== undefined && !isDeepStrictEqual(before, one)
  })
  if (changed.length > 0) {
    // Deleted and written again: one way of writing, and no unchanged row is touched.
    await transaction`
      delete from desired_members where organization_id = ${organization}
        and person_id = any(${changed.map((one) => one.personId)}::bigint[])`
  }
  const lines = [...first, ...changed].map((one) => desiredLine(organization, one))
  if (lines.length > 0) await copyInto(transaction, 'desired_members', DESIRED_COLUMNS, [lines.join('')])
}

const DESIRED_COLUMNS = [
  'organization_id',
  'person_id',
  'wanted',
  'status',
  'leaver',
  'role',
  'start_at',
  'protected',
  'email',
  'email_key',
  'user_name',
  'user_name_key',
  'first_name',
  'last_name',
  'display_name',
  'language',
  'profile_source_id',
] as const

function desiredLine(organization: number, one: Desired): string {
  const { profile } = one
  return copyLine([
    copyText(organization),
    copyText(one.personId),
    copyBoolean(one.wanted),
    copyText(one.status),
    copyBoolean(one.leaver),
    copyText(one.role),
    copyText(one.startAt),
    copyBoolean(one.protected),
    copyText(profile?.email ?? null),
    copyText(profile?.emailKey ?? null),
    copyText(profile?.userName ?? null),
    copyText(profile?.userNameKey ?? null),
    copyText(profile?.firstName ?? null),
    copyText(profile?.lastName ?? null),
    copyText(profile?.displayName ?? null),
    copyText(profile?.language ?? null),
    copyText(one.profileSourceId),
  ])
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
