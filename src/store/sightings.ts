/** Whether a source has said a second time what it no longer says of somebody: in a later file that was accepted, whole or the same again. */
import type { Sighting } from '../reconcile/model.ts'
import type { Handle } from './connection.ts'

/**
 * What the snapshot sources of these people have let go of, by person. Somebody who is missing is missing since their link became a
 * ghost; of somebody who is there, the row counts, or a file after the wait began, since a row may change every night. A later file
 * repeats nothing about the people of its broken rows, nor about anybody where a broken row names nobody, or where nobody knows any more
 * which rows were broken. A file of changes ends a row only in so many words.
 */
export async function readSightings(
  handle: Handle,
  organization: number,
  people: number[],
): Promise<Map<number, Sighting[]>> {
  const rows = await handle<(Sighting & { personId: number })[]>`
    with accepted as (
      select source_id, id, at, errors from snapshots
      where organization_id = ${organization} and state in ('admitted', 'confirmed') and "full"),
    lost as (
      select l.person_id, l.source_id, l.anchor_key, l.state, case when u.anchor_key is null then l.since
          else least(c.at, (select min(w.since) from waits w where w.organization_id = ${organization} and w.person_id = l.person_id
            and w.kind = 'absence')) end as since,
        l.state = 'ghost' and coalesce((
          select not n."full" from directory_users gone
          join changes e on e.organization_id = gone.organization_id and e.number = gone.to_change and e.cause = 'snapshot'
          join snapshots n on n.organization_id = e.organization_id and n.id = e.cause_id
          where gone.organization_id = ${organization} and gone.person_id = l.person_id and gone.source_id = l.source_id
            and gone.anchor_key = l.anchor_key order by gone.to_change desc limit 1), false) as told
      from person_links l
      join sources s on s.organization_id = l.organization_id and s.id = l.source_id and s.mode = 'snapshot' and s.kind <> 'manual'
      left join directory_users u on u.organization_id = l.organization_id and u.source_id = l.source_id
        and u.anchor_key = l.anchor_key and u.to_change is null
      left join changes c on c.organization_id = u.organization_id and c.number = u.from_change
      where l.organization_id = ${organization} and l.person_id = any(${people}::bigint[]) and l.state <> 'released')
    select person_id as "personId", source_id as "sourceId", bool_and(told) as told,
      bool_and(exists (select from accepted a where a.source_id = lost.source_id and a.at > lost.since
        and (a.errors = 0 or (
          select bool_and(e.anchor_key is distinct from lost.anchor_key and e.email_key is distinct from lost.anchor_key
            and coalesce(e.anchor_key, e.email_key, e.user_name_key) is not null)
          from row_errors e where e.organization_id = ${organization} and e.snapshot_id = a.id)))) as repeated
    from lost group by person_id, source_id order by person_id, source_id`
  return Map.groupBy(
    rows.map((row) => row),
    (row) => row.personId,
  )
}
