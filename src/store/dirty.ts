/** People whose desired state has to be evaluated again: marked by whoever changes what evaluation reads, taken by whoever evaluates. */
import type { Handle, Transaction } from './connection.ts'
import type { Reach } from './reach.ts'

/**
 * Takes a batch of dirty people above `after` in id order; the marks are gone when the transaction commits, and back when it does not.
 * The cursor matters: from the beginning, each batch would walk over the marks that the batches before it deleted. Of others than
 * everybody only those who were pushed: the rest is left to whoever evaluates everybody. Who is urgent is waited for where another is
 * evaluating them just now; nobody else is.
 */
export async function takeDirty(
  transaction: Transaction,
  organization: number,
  after: number,
  limit: number,
  reach: Reach = 'everybody',
): Promise<number[]> {
  const pushed = transaction`
    select d.ctid from pushed_people x
    join dirty_people d on d.organization_id = x.organization_id and d.person_id = x.person_id
    where x.organization_id = ${organization} and x.person_id > ${after}
      ${reach === 'urgent' ? transaction`and x.urgent` : transaction`and not x.urgent`}
    order by x.person_id limit ${limit} for update of d ${reach === 'urgent' ? transaction`` : transaction`skip locked`}`
  const everyone = transaction`
    select ctid from dirty_people where organization_id = ${organization} and person_id > ${after}
    order by person_id limit ${limit} for update skip locked`
  const rows = await transaction<{ person_id: number }[]>`
    delete from dirty_people where ctid = any(array(
      ${reach === 'everybody' ? everyone : pushed}))
    returning person_id`
  return rows.map((row) => row.person_id).sort((a, b) => a - b)
}

/**
 * Marks people in the transaction that changes what their evaluation reads. A mark that is there already is locked, which leaves it
 * to whoever evaluates after this transaction: passed over, it could be taken by an evaluation that still sees the old rows. In id
 * order, so that two who mark the same people wait for each other and do not stand in each other's way.
 */
export async function markDirty(handle: Handle, organization: number, people: number[]): Promise<void> {
  if (people.length === 0) return
  await handle`
    insert into dirty_people (organization_id, person_id)
    select distinct ${organization}::int, x from unnest(${people}::bigint[]) x order by x
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`
}

/** Everybody whom this source shows or holds by a claim or a grant. */
export async function markSourceDirty(handle: Handle, organization: number, source: number): Promise<void> {
  await handle`
    insert into dirty_people (organization_id, person_id)
    select organization_id, person_id from directory_users
    where organization_id = ${organization} and source_id = ${source} and to_change is null
    union select organization_id, person_id from claims
    where organization_id = ${organization} and source_id = ${source} and to_change is null
    union select organization_id, person_id from grants
    where organization_id = ${organization} and source_id = ${source} and to_change is null
    order by person_id
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`
}

/** A change of rules, of the zone or of the products concerns everybody whom a source shows or a claim holds. */
export async function markEverybodyDirty(handle: Handle, organization: number): Promise<void> {
  await handle`
    insert into dirty_people (organization_id, person_id)
    select organization_id, person_id from directory_users where organization_id = ${organization} and to_change is null
    union select organization_id, person_id from claims where organization_id = ${organization} and to_change is null
    union select organization_id, person_id from grants where organization_id = ${organization} and to_change is null
    order by person_id
    on conflict (organization_id, person_id) do update set person_id = excluded.person_id where false`
}
