/** People by hand: whoever is behind an address that nobody knows yet. */
import { nextChange } from './changes.ts'
import type { Transaction } from './connection.ts'

/**
 * A new person with a link of the pseudo-source `manual` for each address in the temporary table `chosen` that is nobody's yet. Somebody
 * without a member is nobody to everything else, so that a draft that comes to nothing leaves nothing that counts.
 */
export async function peopleByEmail(transaction: Transaction, organization: number, at: Date): Promise<void> {
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
