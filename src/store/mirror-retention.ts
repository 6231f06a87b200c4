/** What the mirror forgets in time: deleted resources, and versions of groups that later ones have taken the place of. */
import type { Handle } from './connection.ts'

/**
 * Forgets resources that were deleted before that instant, of every organization. A deleted group stays as long as people are known to
 * have been in it: what they hold because of it is frozen until a group of its name takes its place. Returns how many.
 */
export async function forgetDeleted(handle: Handle, before: Date): Promise<number> {
  const forgotten = await handle`
    delete from mirror_resources r where r.deleted_at < ${before}
      and not exists (select from mirror_members m where m.organization_id = r.organization_id and m.source_id = r.source_id
        and m.group_id = r.id)`
  return forgotten.count
}

/** Forgets versions of groups from before that instant, but for the last one of each. */
export async function forgetMemberChanges(handle: Handle, before: Date): Promise<number> {
  const forgotten = await handle`
    delete from mirror_member_changes c where c.at < ${before} and exists (
      select from mirror_member_changes later where later.organization_id = c.organization_id and later.source_id = c.source_id
        and later.group_id = c.group_id and later.version > c.version)`
  return forgotten.count
}
