/** What the mirror forgets in time: deleted resources, and what is only known of those. */
import type { Handle } from './connection.ts'

/**
 * Forgets resources that were deleted before that instant, of every organization. A deleted group whose place nobody has taken stays
 * as long as people are known to have been in it, or in a deleted group that was in it: what they hold because of it is frozen.
 * Returns how many.
 */
export async function forgetDeleted(handle: Handle, before: Date): Promise<number> {
  const [row] = await handle<{ count: number }[]>`
    with forgotten as (
      delete from mirror_resources r where r.deleted_at < ${before}
        and (r.replaced_at is not null or not exists (select from mirror_members m
          where m.organization_id = r.organization_id and m.source_id = r.source_id and m.group_id = r.id))
        and not exists (select from mirror_resources below where below.organization_id = r.organization_id
          and below.source_id = r.source_id and below.was_in is not null and r.id = any(below.was_in))
      returning r.organization_id, r.source_id, r.id),
    members as (
      delete from mirror_members m using forgotten f
      where m.organization_id = f.organization_id and m.source_id = f.source_id and m.group_id = f.id)
    select count(*)::int as count from forgotten`
  return row?.count ?? 0
}

/** Forgets how often the members of groups changed that are forgotten themselves and did not change since that instant. */
export async function forgetMemberChanges(handle: Handle, before: Date): Promise<number> {
  const forgotten = await handle`
    delete from mirror_member_changes c where c.at < ${before} and not exists (
      select from mirror_resources r where r.organization_id = c.organization_id and r.source_id = c.source_id and r.id = c.group_id)`
  return forgotten.count
}
