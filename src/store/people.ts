/** People by hand: the person behind an address that somebody types, found or made. */
import type { Subject } from '../reconcile/model.ts'
import { nextChange } from './changes.ts'
import type { Transaction } from './connection.ts'

export interface FoundPerson {
  personId: number
  subject: Subject
}

/**
 * The person whom this address names: a live member's, else one that a source shows, else one that was named by hand before, else
 * a new person with a link of the pseudo-source `manual`.
 */
export async function personByEmail(
  transaction: Transaction,
  organization: number,
  email: { text: string; key: string; name: string | null },
  at: Date,
): Promise<FoundPerson> {
  const [known] = await transaction<{ personId: number; name: string | null; key: string | null }[]>`
    select found.person_id as "personId", coalesce(nullif(concat_ws(' ', d.first_name, d.last_name), ''), d.display_name) as name,
      (select s.key || ':' || l.anchor_key from person_links l
        join sources s on s.organization_id = l.organization_id and s.id = l.source_id
        where l.organization_id = ${organization} and l.person_id = found.person_id order by l.since, l.source_id limit 1) as key
    from (
      select person_id, 1 as rank from members
      where organization_id = ${organization} and email_key = ${email.key} and state <> 'removed'
      union all select person_id, 2 from directory_users
      where organization_id = ${organization} and email_key = ${email.key} and to_change is null
      union all select l.person_id, 3 from person_links l join sources s on s.organization_id = l.organization_id and s.id = l.source_id
      where l.organization_id = ${organization} and s.kind = 'manual' and l.anchor_key = ${email.key}
      order by rank, person_id limit 1) found
    left join desired_members d on d.organization_id = ${organization} and d.person_id = found.person_id`
  if (known) {
    const key = known.key ?? `email:${email.key}`
    return { personId: known.personId, subject: { key, email: email.text, name: known.name ?? email.name } }
  }
  const change = await nextChange(transaction, organization, at, 'manual')
  const [born] = await transaction<{ personId: number }[]>`
    with born as (
      insert into people (organization_id, id, from_change) values (${organization}, nextval('person_ids'), ${change}) returning id)
    insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
    select ${organization}, s.id, ${email.key}, ${email.text}, born.id, 'linked', ${at}::timestamptz
    from born, sources s where s.organization_id = ${organization} and s.kind = 'manual'
    returning person_id as "personId"`
  if (!born) throw new Error('the pseudo-source manual is missing')
  return { personId: born.personId, subject: { key: `manual:${email.key}`, email: email.text, name: email.name } }
}
