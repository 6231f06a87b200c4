/**
 * Whom a proposal is about. Whatever an identity provider pushes concerns few people of many, and is planned within seconds: nothing in
 * such a proposal may look at everybody.
 */
import type { Handle, Transaction } from './connection.ts'
import { analyze } from './statistics.ts'

/** Everybody; whoever was pushed and is not urgent; or whoever was deactivated or deleted. */
export type Reach = 'everybody' | 'pushed' | 'urgent'

export interface Concerned {
  reach: Reach
  /** Ids of held urgent plans that this proposal takes the place of: it names their people too. */
  replaced: number[]
}

/** Fills the temporary table `concerned`, that `within` looks into, and returns how many people it names: 0 where nobody is left out. */
export async function openReach(
  transaction: Transaction,
  organization: number,
  { reach, replaced }: Concerned,
): Promise<number> {
  if (reach === 'everybody') return 0
  await transaction`create temporary table concerned (person_id bigint primary key) on commit drop`
  const filled = await transaction`
    insert into concerned
    select person_id from pushed_people where organization_id = ${organization}
      ${reach === 'urgent' ? transaction`and urgent and not held` : transaction`and not urgent`}
    union
    select person_id from plan_items where organization_id = ${organization} and plan_id = any(${replaced}::bigint[])`
  await analyze(transaction, 'concerned')
  return filled.count
}

/** `and column in …`: nobody but those whom the proposal is about. Nothing where it is about everybody. */
export function within(handle: Handle, reach: Reach, column: string) {
  return reach === 'everybody' ? handle`` : handle`and ${handle(column)} in (select person_id from concerned)`
}
