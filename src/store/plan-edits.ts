/** What people leave out of a plan before it is approved, and what their edits left in the audit. */
import { ACTION_KINDS } from '../reconcile/model.ts'
import { DEPENDS_ON } from '../reconcile/order.ts'
import type { Handle, Transaction } from './connection.ts'
import type { PlanRow } from './plans.ts'

export interface PlanEdit {
  at: Date
  actor: string
  act: 'leave_out' | 'put_back'
  people: number
}

/** Edits of a plan since it had this hash, or one that begins so, oldest first; none where it never had. */
export async function editsSince(
  handle: Handle,
  organization: number,
  plan: number,
  hash: string,
): Promise<PlanEdit[]> {
  return await handle<PlanEdit[]>`
    with edits as (
      select id, at, actor, before, after from audit
      where organization_id = ${organization} and plan_id = ${plan} and act = 'plan.edited')
    select at, actor, after->>'act' as act, (after->>'people')::int as people from edits
    where id >= (select max(id) from edits where starts_with(before->>'hash', ${hash})) order by id`
}

/** Gives what was left out its outcome, once the plan is approved: it stays to be seen, and nobody comes to do it. */
export async function settleLeftOut(handle: Handle, organization: number, plan: number, at: Date): Promise<void> {
  await handle`
    insert into outcomes (organization_id, plan_id, number, state, code, params, at)
    select i.organization_id, i.plan_id, i.number, 'skipped_excluded', 'LEFT_OUT',
      jsonb_build_object('who', coalesce(said.who, 'A reviewer'), 'name', coalesce(i.subject_name, i.subject_email)), ${at}
    from plan_items i
    cross join (select string_agg(distinct actor, ' and ' order by actor) as who from audit
      where organization_id = ${organization} and plan_id = ${plan} and act = 'plan.edited' and after->>'act' = 'leave_out') said
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.excluded`
}

/** Items by their numbers, by whom they concern, or by their product: whatever is named by one of the three. */
export interface ItemChoice {
  items: number[]
  people: number[]
  /** As the plan shows them, and their keys. */
  emails: string[]
  emailKeys: string[]
  products: string[]
}

export interface MovedItems {
  items: number
  people: number
  /** How many of them were not named, and go along because of one that was; and the numbers of the first of these. */
  also: number
  alsoItems: number[]
}

const MOST_NAMED = 100

/**
 * Leaves items out of a plan, or puts them back. Whatever depends on one that is left out goes with it, and whatever one that is put back
 * depends on comes with it.
 */
export async function moveItems(
  transaction: Transaction,
  organization: number,
  plan: number,
  choice: ItemChoice,
  excluded: boolean,
): Promise<MovedItems> {
  const partners = ACTION_KINDS.map((kind) => ({
    kind,
    partners: excluded ? DEPENDS_ON[kind] : ACTION_KINDS.filter((other) => DEPENDS_ON[other].includes(kind)),
  }))
  // Items of a person are looked at beside each other and found again by their key. A join could be taken for a small one, as nobody has
  // statistics of a plan that was written a moment ago.
  const [moved] = await transaction<MovedItems[]>`
    with open as (
      select i.number, i.person_id, i.kind, (i.number = any(${choice.items}::int[]) or i.person_id = any(${choice.people}::bigint[])
          or i.subject_email = any(${choice.emails}::text[])
          or i.person_id in (select person_id from members
            where organization_id = ${organization} and email_key = any(${choice.emailKeys}::text[]))
          or coalesce(i.product_id in (select id from products
            where organization_id = ${organization} and key = any(${choice.products}::text[])), false)) as named
      from plan_items i
      where i.organization_id = ${organization} and i.plan_id = ${plan} and i.excluded <> ${excluded}),
    beside as (select *, array_agg(kind) filter (where named) over (partition by person_id) as kinds from open),
    chosen as materialized (
      select b.number, b.person_id, b.named from beside b
      join json_to_recordset(${JSON.stringify(partners)}::text::json) as p(kind text, partners text[]) on p.kind = b.kind
      where b.named or b.kinds && p.partners),
    moved as (
      update plan_items i set excluded = ${excluded}
      where i.organization_id = ${organization} and i.plan_id = ${plan} and i.number = any(array(select number from chosen)))
    select count(*)::int as items, count(distinct person_id)::int as people, (count(*) filter (where not named))::int as also,
      array(select number from chosen where not named order by number limit ${MOST_NAMED}) as "alsoItems"
    from chosen`
  return moved ?? { items: 0, people: 0, also: 0, alsoItems: [] }
}

/** What of the choice is of no item of the plan, left out or not, as it was named. */
export async function notInPlan(
  handle: Handle,
  organization: number,
  plan: number,
  {
    items,
    people,
    emails,
    products,
  }: Omit<ItemChoice, 'emails' | 'emailKeys'> & { emails: { email: string; key: string | null }[] },
): Promise<string[]> {
  const [row] = await handle<{ missing: string[] }[]>`
    with of_plan as materialized (
      select number, person_id, product_id, subject_email from plan_items where organization_id = ${organization} and plan_id = ${plan})
    select array(
      select e.email from json_to_recordset(${JSON.stringify(emails)}::text::json) as e(email text, key text)
        where not exists (select from of_plan i where i.subject_email = e.email)
          and not exists (select from of_plan i join members m on m.organization_id = ${organization} and m.person_id = i.person_id
            where m.email_key = e.key)
      union all select 'per_' || id from unnest(${people}::bigint[]) id where id not in (select person_id from of_plan)
      union all select 'item ' || n from unnest(${items}::int[]) n where n not in (select number from of_plan)
      union all select key from unnest(${products}::text[]) key where key not in (
        select p.key from products p where p.organization_id = ${organization} and p.id in (select product_id from of_plan))) as missing`
  return row?.missing ?? []
}

/** Whoever decides on the plan, or edits it, waits for this transaction. */
export async function lockPlan(transaction: Transaction, organization: number, plan: number): Promise<void> {
  await transaction`select from plans where organization_id = ${organization} and id = ${plan} for update`
}

/** Gives the plan what it is without its items left out. A consent spoke of other bytes, and is gone. */
export async function writeEdited(
  transaction: Transaction,
  organization: number,
  plan: number,
  edited: Pick<PlanRow, 'hash' | 'headline' | 'counts' | 'seats' | 'findings' | 'leftOut'>,
): Promise<void> {
  const { hash, headline, counts, seats, findings, leftOut } = edited
  await transaction`
    update plans set hash = ${hash}, headline = ${headline}, counts = ${JSON.stringify(counts)}::text::jsonb,
      seats = ${JSON.stringify(seats)}::text::jsonb, findings = ${JSON.stringify(findings)}::text::jsonb, left_out = ${leftOut}, consent = null
    where organization_id = ${organization} and id = ${plan}`
}
