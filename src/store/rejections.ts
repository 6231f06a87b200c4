/** What a person rejected is left alone until the source that wanted it says it again. */
import type { Handle } from './connection.ts'

/** What a source has just said again. */
export interface Repetition {
  source: number
  /**
   * Admitted and still staged: it repeats the people whom it names, and, where `absences` have meaning, that the others are gone. Null:
   * the very file that was admitted last, which repeats everything.
   */
  snapshot: { id: number; absences: boolean } | null
}

/**
 * Lifts the rejections of people about whom the source repeats itself, so that the same may be proposed again. A file that lists only
 * changes says nothing of the people whom it does not name; and whoever stands in a broken row, or may stand in one that names nobody,
 * is not said to be gone.
 */
export async function liftRejections(
  handle: Handle,
  organization: number,
  { source, snapshot }: Repetition,
): Promise<void> {
  const waiting = await handle`
    select from waits where organization_id = ${organization} and kind = 'rejected' limit 1`
  if (waiting.length === 0) return
  await handle`
    delete from waits w using person_links l
    where w.organization_id = ${organization} and w.kind = 'rejected'
      and l.organization_id = w.organization_id and l.person_id = w.person_id and l.source_id = ${source}
      and (w.plan_id is null or ${source} = any(${causes(handle)}))
      and ${snapshot === null ? handle`true` : repeatedBy(handle, organization, snapshot)}`
}

/**
 * The sources behind what was rejected: of what takes away where the plan had any of that for the person, else of everything. That one
 * source says again what it gives does not repeat that another has let go.
 */
const causes = (handle: Handle) => handle`array(
  select unnest(case when i.source_ids = '{}' then array[l.source_id] else i.source_ids end) from plan_items i
  where i.organization_id = w.organization_id and i.person_id = w.person_id and i.plan_id = w.plan_id
    and (i.effect = 'subtractive' or not exists (select from plan_items loss
      where loss.organization_id = i.organization_id and loss.person_id = i.person_id and loss.plan_id = i.plan_id
        and loss.effect = 'subtractive')))`

const repeatedBy = (
  handle: Handle,
  organization: number,
  { id, absences }: NonNullable<Repetition['snapshot']>,
) => handle`(
  exists (select from staged_rows s where s.organization_id = ${organization} and s.snapshot_id = ${id}
    and s.anchor_key = l.anchor_key)
  or (${absences}
    and not exists (select from directory_users u where u.organization_id = l.organization_id and u.source_id = l.source_id
      and u.anchor_key = l.anchor_key and u.to_change is null)
    and not exists (select from row_errors e where e.organization_id = ${organization} and e.snapshot_id = ${id}
      and (e.anchor_key = l.anchor_key or e.email_key = l.anchor_key
        or (e.anchor_key is null and e.email_key is null and e.user_name_key is null)))))`
