/** How the people of one source stand with the organization, for whoever is about to let it go live. */
import type { Handle } from './connection.ts'

/**
 * `question`: somebody has to say who they are. `link`: the shown plan finds them here already. `member`: they are a member.
 * `inactive`: the source itself says that they have no access. `no_address`: wanted, and nowhere to be invited to. `new`: wanted, and
 * nobody here. `unseen`: not compared yet. `unwanted`: no rule wants them.
 */
export const STANDINGS = ['question', 'link', 'member', 'inactive', 'no_address', 'new', 'unseen', 'unwanted'] as const
export type Standing = (typeof STANDINGS)[number]

/** More are not looked through while a page waits. */
export const MOST_STANDING = 20_000

/**
 * Everybody whom the source shows is counted once, so that the numbers add up; of more than `MOST_STANDING` people the first.
 *
 * @param plan that shows what the source would do; null where there is none
 */
export async function countStandings(
  handle: Handle,
  organization: number,
  source: number,
  plan: number | null,
): Promise<Map<Standing, number>> {
  const rows = await handle<{ standing: Standing; people: number }[]>`
    with theirs as materialized (
      select person_id, min(status) as status from (
        select person_id, status from directory_users
        where organization_id = ${organization} and source_id = ${source} and to_change is null
        order by anchor_key limit ${MOST_STANDING}) first
      group by person_id),
    asked as materialized (
      select person_id from decisions where organization_id = ${organization} and state = 'open'),
    linked as materialized (
      select from_person_id from plan_items
      where organization_id = ${organization} and plan_id = ${plan ?? 0} and kind = 'link' and from_person_id is not null)
    select standing, count(*)::int as people from (
      select case
        when t.person_id in (select person_id from asked) then 'question'
        when t.person_id in (select from_person_id from linked) then 'link'
        when m.person_id is not null then 'member'
        when t.status <> 'active' then 'inactive'
        when y.person_id is not null or d.person_id is null then 'unseen'
        when d.wanted and coalesce(d.email_key, '') = '' then 'no_address'
        when d.wanted then 'new'
        else 'unwanted' end as standing
      from theirs t
      left join members m on m.organization_id = ${organization} and m.person_id = t.person_id and m.state <> 'removed'
      left join desired_members d on d.organization_id = ${organization} and d.person_id = t.person_id
      left join dirty_people y on y.organization_id = ${organization} and y.person_id = t.person_id) each
    group by standing`
  return new Map(rows.map(({ standing, people }) => [standing, people]))
}
