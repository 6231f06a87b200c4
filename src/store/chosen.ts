/**
 * Whom an operation is about: the rows of an upload, or members, in a temporary table, with the people they were found to be. Everything
 * is set-based, so that a file of 100,000 rows needs no more memory than one of ten.
 */
import type { Verb } from '../reconcile/operation.ts'
import type { Transaction } from './connection.ts'
import { type MemberCondition, whereMembers } from './member-filter.ts'
import type { Fragment } from './mirror-list.ts'
import { unprepared } from './mirror-unusual.ts'
import { analyze } from './statistics.ts'

/** Opens the empty table `chosen`; it ends with the transaction. */
export async function openChosen(transaction: Transaction): Promise<void> {
  await transaction`
    create temporary table chosen (
      line int, email text, email_key text collate "C", anchor_key text collate "C", user_name text, first_name text, last_name text,
      display_name text, language text, products jsonb, expires_at timestamptz, role text, seat_priority int, also_revoke text, never boolean,
      person_id bigint) on commit drop`
}

/** Chooses the rows of an upload, and returns how many there are. */
export async function chooseStaged(transaction: Transaction, organization: number, snapshot: number): Promise<number> {
  const rows = await transaction`
    insert into chosen (line, email, email_key, anchor_key, user_name, first_name, last_name, display_name, language, products, expires_at,
      role, seat_priority, also_revoke, never)
    select line, email, email_key, anchor_key, user_name, first_name, last_name, display_name, language, products, expires_at, role,
      seat_priority, attributes->>'also_revoke', attributes->>'expires' = 'never'
    from staged_rows where organization_id = ${organization} and snapshot_id = ${snapshot}`
  return rows.count
}

/** Chooses the members who fulfil the condition and are not removed, and returns how many there are. */
export async function chooseWhere(
  transaction: Transaction,
  organization: number,
  condition: MemberCondition,
): Promise<number> {
  return await choose(transaction, organization, whereMembers(transaction, condition))
}

/** Chooses members by their ids, and returns the ids that are of nobody who is not removed. */
export async function chooseMembers(
  transaction: Transaction,
  organization: number,
  ids: readonly number[],
): Promise<number[]> {
  await choose(transaction, organization, transaction`m.id = any(${[...ids]}::bigint[])`)
  const rows = await transaction<{ id: number }[]>`
    select id from unnest(${[...ids]}::bigint[]) id where id not in (select m.id from chosen c
      join members m on m.organization_id = ${organization} and m.person_id = c.person_id) order by id`
  return rows.map((row) => row.id)
}

async function choose(transaction: Transaction, organization: number, condition: Fragment): Promise<number> {
  const rows = await unprepared(transaction`
    insert into chosen (email, email_key, anchor_key, products, person_id)
    select m.email, m.email_key, m.email_key, '[]', m.person_id from members m
    where m.organization_id = ${organization} and m.state <> 'removed' and ${condition}`)
  return rows.count
}

/**
 * Finds the people: by the address where a row has one (a live member's, else one that a source shows, else one that was named by hand
 * before, and, but for an invitation, that of somebody who was removed), else by the id that some source knows them by. No
 * member is found by an address that they only had once: by now it is meant for somebody else.
 */
export async function findChosen(transaction: Transaction, organization: number, verb: Verb): Promise<void> {
  await analyze(transaction, 'chosen')
  const removed =
    verb === 'invite'
      ? transaction``
      : transaction`union all
          select k.email_key, m.person_id, 4 from keys k join members m
            on m.organization_id = ${organization} and m.email_key = k.email_key and m.state = 'removed'`
  const manual = transaction`(select id from sources where organization_id = ${organization} and kind = 'manual')`
  await transaction`
    with keys as (select distinct email_key from chosen where person_id is null and email_key <> ''),
    found as (
      select distinct on (email_key) email_key, person_id from (
        select k.email_key, m.person_id, 1 as rank from keys k join members m
          on m.organization_id = ${organization} and m.email_key = k.email_key and m.state <> 'removed'
        union all
        select k.email_key, u.person_id, 2 from keys k join directory_users u
          on u.organization_id = ${organization} and u.email_key = k.email_key and u.to_change is null and u.source_id <> ${manual}
        union all
        select k.email_key, l.person_id, 3 from keys k
          join person_links l on l.organization_id = ${organization} and l.source_id = ${manual} and l.anchor_key = k.email_key
          where not exists (select from members m
            where m.organization_id = ${organization} and m.person_id = l.person_id and m.state <> 'removed')
        ${removed}) known
      order by email_key, rank, person_id)
    update chosen c set person_id = found.person_id from found where c.person_id is null and c.email_key = found.email_key`
  await transaction`
    update chosen c set person_id = found.person_id
    from (select l.anchor_key, min(l.person_id) as person_id from person_links l
      where l.organization_id = ${organization} and l.anchor_key in (select anchor_key from chosen where person_id is null and email_key = '')
      group by 1 having count(distinct l.person_id) = 1) found
    where c.person_id is null and c.email_key = '' and c.anchor_key = found.anchor_key`
}

/** Readies `chosen` for being read by the page, once everybody in it is known. */
export async function indexChosen(transaction: Transaction): Promise<void> {
  await transaction`create index on chosen (person_id, line)`
  await analyze(transaction, 'chosen')
}

/** A row of nobody who is known, or of several people. */
export interface Unknown {
  line: number
  /** What the row names the person by. */
  named: string
  /** Addresses of those whom the id could mean; empty where it is nobody's. */
  candidates: string[]
  /** Addresses of members that look alike, for the first twenty. */
  alike: string[]
}

/**
 * Takes out the rows that concern nobody: for an invitation, whom nobody could invite; for what only members can be given, who is none;
 * for what is taken away, who never was one.
 */
export async function takeUnknown(transaction: Transaction, organization: number, verb: Verb): Promise<Unknown[]> {
  const live = verb === 'assign' ? transaction`and m.state <> 'removed'` : transaction``
  const nobody =
    verb === 'invite'
      ? transaction`c.person_id is null`
      : transaction`not exists (select from members m
          where m.organization_id = ${organization} and m.person_id = c.person_id ${live})`
  return await transaction<Unknown[]>`
    with gone as (delete from chosen c where ${nobody} returning c.*),
    first as (select line from gone where email_key <> '' order by line limit 20)
    select g.line, coalesce(nullif(g.email, ''), g.anchor_key) as named,
      coalesce((select array_agg(distinct coalesce(m.email, u.email, l.anchor)) from person_links l
        left join members m on m.organization_id = l.organization_id and m.person_id = l.person_id and m.state <> 'removed'
        left join directory_users u on u.organization_id = l.organization_id and u.person_id = l.person_id and u.to_change is null
        where g.email_key = '' and l.organization_id = ${organization} and l.anchor_key = g.anchor_key), '{}') as candidates,
      coalesce((select array_agg(near.email) from (
        select m.email from members m
        where g.line in (select line from first) and m.organization_id = ${organization} and m.state <> 'removed'
          and m.email_key >= left(g.email_key, 1) and m.email_key < left(g.email_key, 1) || chr(1114111)
          and split_part(m.email_key, '@', -1) = split_part(g.email_key, '@', -1)
          and abs(length(m.email_key) - length(g.email_key)) <= 2
        order by m.email_key limit 5000) near), '{}') as alike
    from gone g order by g.line`
}

/** Rows that name no product, where none is named for everybody. */
export async function rowsWithoutProducts(transaction: Transaction): Promise<{ lines: number[]; others: number }> {
  const [row] = await transaction<{ lines: number[]; others: number }[]>`
    with bare as (delete from chosen where products = '[]' returning line)
    select coalesce(array_agg(line order by line), '{}') as lines, (select count(*)::int from chosen where products <> '[]') as others from bare`
  return row ?? { lines: [], others: 0 }
}

/** Whether a row asks for a role above that of a member. */
export async function choosesAdministrators(transaction: Transaction): Promise<boolean> {
  const rows = await transaction`select from chosen where role in ('admin', 'owner') limit 1`
  return rows.length > 0
}
