/** People by hand: whoever is behind an address that nobody knows yet. */
import { nextChange } from './changes.ts'
import type { Transaction } from './connection.ts'

/**
 * Members who were named by an address in `chosen` and have another one since are known by that one from now on, so that the first is
 * free for whoever has it now.
 */
async function knowByTheirAddress(transaction: Transaction, organization: number): Promise<void> {
  await transaction`
    with manual as (select id from sources where organization_id = ${organization} and kind = 'manual'),
    moved as (
      update person_links l set anchor_key = m.email_key, anchor = m.email
      from manual s, members m
      where l.organization_id = ${organization} and l.source_id = s.id
        and l.anchor_key in (select email_key from chosen where person_id is null and email_key <> '')
        and m.organization_id = l.organization_id and m.person_id = l.person_id and m.state <> 'removed'
        and m.email_key <> l.anchor_key and not exists (select from person_links o
          where o.organization_id = l.organization_id and o.source_id = s.id and o.anchor_key = m.email_key)
      returning l.person_id, l.anchor_key, l.anchor)
    update directory_users u set anchor_key = moved.anchor_key, anchor = moved.anchor, email_key = moved.anchor_key, email = moved.anchor
    from moved, manual s
    where u.organization_id = ${organization} and u.source_id = s.id and u.person_id = moved.person_id and u.to_change is null`
}

/**
 * A new person with a link of the pseudo-source `manual` for each address in the temporary table `chosen` that is nobody's yet. Somebody
 * without a member is nobody to everything else, so that a draft that comes to nothing leaves nothing that counts.
 */
export async function peopleByEmail(transaction: Transaction, organization: number, at: Date): Promise<void> {
  await knowByTheirAddress(transaction, organization)
  const change = await nextChange(transaction, organization, at, 'manual')
  await transaction`
    with fresh as materialized (
      select email_key, min(email) as email, nextval('person_ids') as id from chosen where person_id is null and email_key <> ''
      group by email_key),
    linked as (
      insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
      select ${organization}, s.id, f.email_key, f.email, f.id, 'linked', ${at}::timestamptz
      from fresh f, sources s where s.organization_id = ${organization} and s.kind = 'manual'
      on conflict do nothing returning person_id),
    born as (
      insert into people (organization_id, id, from_change) select ${organization}, person_id, ${change} from linked returning id)
    update chosen c set person_id = f.id from fresh f join born on born.id = f.id where c.person_id is null and c.email_key = f.email_key`
}
