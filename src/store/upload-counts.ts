/** What an upload would change, counted before anything is planned of it. */
import type { Verb } from '../reconcile/operation.ts'
import type { Handle } from './connection.ts'

export interface UploadCounts {
  /** No members. Who is invited is never unknown. */
  unknown: number
  /** It is so already: nothing would change. */
  unchanged: number
}

/** Counts over the staged people, but for those whose rows came to nothing. A row without products changes what is named beside the file, so it counts as a change. */
export async function countUpload(
  handle: Handle,
  organization: number,
  snapshot: number,
  verb: Verb,
): Promise<UploadCounts> {
  const asked = handle`
    jsonb_to_recordset(s.products) as asked(product text, "expiresAt" timestamptz)
    left join products p on p.organization_id = ${organization} and p.key = asked.product
    left join assignments a on a.organization_id = ${organization} and a.person_id = m.person_id and a.product_id = p.id`
  const end = handle`coalesce(asked."expiresAt", s.expires_at)`
  const toDo = handle`select from ${asked} where a.person_id is null or (${end} is not null and ${end} is distinct from a.expires_at)`
  const same = {
    invite: handle`not exists (${toDo})`,
    remove: handle`false`,
    assign: handle`s.products <> '[]' and not exists (${toDo})`,
    revoke: handle`s.products <> '[]' and not exists (select from ${asked} where a.person_id is not null)`,
  }[verb]
  const [counts] = await handle<UploadCounts[]>`
    select count(*) filter (where ${verb !== 'invite'} and m.person_id is null)::int as unknown,
      count(*) filter (where m.person_id is not null and ${same})::int as unchanged
    from staged_rows s
    left join members e on e.organization_id = s.organization_id and e.email_key = s.email_key and e.state <> 'removed'
    left join lateral (
      select x.person_id from sources o
      join person_links l on l.organization_id = o.organization_id and l.source_id = o.id and l.anchor_key = s.anchor_key
      join members x on x.organization_id = l.organization_id and x.person_id = l.person_id and x.state <> 'removed'
      where s.email_key = '' and o.organization_id = s.organization_id limit 1) i on true
    cross join lateral (select coalesce(e.person_id, i.person_id) as person_id) m
    where s.organization_id = ${organization} and s.snapshot_id = ${snapshot} and not exists (select from row_errors e
      where e.organization_id = s.organization_id and e.snapshot_id = s.snapshot_id and e.line = s.line)`
  if (!counts) throw new Error('an aggregate without a row')
  return counts
}

/** The first values with other characters than ASCII, in the order of the file: how a person sees whether an encoding is right. */
export async function foreignValues(
  handle: Handle,
  organization: number,
  snapshot: number,
  most: number,
): Promise<string[]> {
  const rows = await handle<{ value: string }[]>`
    select value from staged_rows s
    cross join lateral unnest(array[s.first_name, s.last_name, s.display_name, s.email]) value
    where s.organization_id = ${organization} and s.snapshot_id = ${snapshot} and octet_length(value) <> char_length(value)
    group by value order by min(s.line), value limit ${most}`
  return rows.map((row) => row.value)
}
