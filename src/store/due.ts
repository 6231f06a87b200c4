/** What has come due by the clock: waits that end, licences that expire or are back, seats and addresses that became free. */
import type { Handle } from './connection.ts'
import { onlyByHand } from './hand-grants.ts'

/** Hours until what is still due is planned again: after the first try, and at most, as each further try doubles them. */
const FIRST_PAUSE = 1
const LONGEST_PAUSE = 24

/**
 * Ids of organizations where planning everybody again would now find something that it did not before. What was planned already and is still
 * due, because it waits for an approval or failed, pauses as `rememberDue` says.
 */
export async function organizationsWithDue(handle: Handle, at: Date): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    with due as (${due(handle, at)})
    select organization_id as id from due
    where ${notTried(handle, at)} and not ${ofPushed(handle)}
    union
    select id from organizations where not retired and exists (select from dirty_people d where d.organization_id = organizations.id)
    order by id`
  return rows.map((row) => row.id)
}

/**
 * Puts on the list of those who are still to be planned whoever is due and stands in an identity provider: there somebody comes due
 * every minute, and for one person nobody looks at everybody. Returns the ids of their organizations.
 */
export async function pushDue(handle: Handle, at: Date): Promise<number[]> {
  const rows = await handle<{ id: number }[]>`
    with due as (${due(handle, at)}),
    pushed as (
      insert into pushed_people (organization_id, person_id, urgent, at)
      select distinct organization_id, person_id, false, ${at}::timestamptz from due
      where ${notTried(handle, at)} and ${ofPushed(handle)} order by organization_id, person_id
      on conflict do nothing)
    select distinct organization_id as id from due where ${notTried(handle, at)} and ${ofPushed(handle)} order by id`
  return rows.map((row) => row.id)
}

const notTried = (handle: Handle, at: Date) => handle`
  not exists (select from due_tries t where t.organization_id = due.organization_id and t.kind = due.kind
    and t.person_id = due.person_id and t.product_id = due.product_id and t.again_at > ${at})`

/** An address concerns whoever has it as well. */
const ofPushed = (handle: Handle) => handle`
  (due.person_id <> 0 and due.kind <> 'address' and exists (
    select from person_links l join sources s on s.organization_id = l.organization_id and s.id = l.source_id
    where l.organization_id = due.organization_id and l.person_id = due.person_id and l.state <> 'released'
      and s.kind = 'scim' and s.connected and s.live_at is not null))`

/**
 * Notes what was due at this instant as tried, once its planning was asked for: the next time is an hour later, then two, then four,
 * and at last a day. What is due no more is forgotten. Two daemons at once count one try.
 */
export async function rememberDue(handle: Handle, at: Date): Promise<void> {
  await handle`
    with due as materialized (${due(handle, at)}),
    over as (
      delete from due_tries t where not exists (select from due where due.organization_id = t.organization_id
        and due.kind = t.kind and due.person_id = t.person_id and due.product_id = t.product_id))
    insert into due_tries as t (organization_id, kind, person_id, product_id, tries, again_at)
    select organization_id, kind, person_id, product_id, 1, ${at}::timestamptz + make_interval(hours => ${FIRST_PAUSE})
    from due order by organization_id, kind, person_id, product_id
    on conflict (organization_id, kind, person_id, product_id) do update set tries = t.tries + 1,
      again_at = ${at}::timestamptz
        + make_interval(hours => least(${LONGEST_PAUSE}, ${FIRST_PAUSE} * power(2, least(t.tries, 10)))::int)
    where t.again_at <= ${at}`
}

/** A seat is one row a product, however many wait for it. An address is due once nobody has it, and nobody else waits for it. */
const due = (handle: Handle, at: Date) => handle`
  select w.organization_id, w.kind, w.person_id, 0 as product_id
  from organizations o join waits w on w.organization_id = o.id and w.kind in ('start', 'grace') and w.until <= ${at}
  where not o.retired
  union all
  select w.organization_id, w.kind, w.person_id, w.product_id
  from organizations o join waits w on w.organization_id = o.id and w.kind in ('absence', 'group_loss') and w.until <= ${at}
  where not o.retired and not exists (select from waits g
    where g.organization_id = w.organization_id and g.person_id = w.person_id and g.kind = 'grace')
  union all
  select a.organization_id, 'expiry', a.person_id, a.product_id
  from organizations o join assignments a on a.organization_id = o.id and a.expires_at <= ${at}
  where not o.retired and not exists (select from waits b where b.organization_id = a.organization_id
    and b.person_id = a.person_id and b.product_id = a.product_id and b.kind = 'borrow' and b.until > ${at})
  union all
  select w.organization_id, w.kind, w.person_id, w.product_id
  from organizations o join waits w on w.organization_id = o.id and w.kind = 'borrow' and w.until <= ${at}
  where not o.retired
  union all
  select p.organization_id, 'seat', 0, p.id
  from organizations o join products p on p.organization_id = o.id and p.owned > p.used
  where not o.retired and exists (select from waits w
    where w.organization_id = p.organization_id and w.kind = 'seat' and w.product_id = p.id
      and (p.owned - p.reserve > p.used or ${onlyByHand(handle, 'w', at)}))
  union all
  select w.organization_id, w.kind, w.person_id, 0
  from organizations o join waits w on w.organization_id = o.id and w.kind = 'address'
  join desired_members d on d.organization_id = w.organization_id and d.person_id = w.person_id
  where not o.retired
    and not exists (select from members m where m.organization_id = w.organization_id and m.person_id <> w.person_id
      and m.state <> 'removed' and (m.email_key = d.email_key or m.user_name_key = d.user_name_key))
    and not exists (select from waits a join desired_members r on r.organization_id = a.organization_id and r.person_id = a.person_id
      where a.organization_id = w.organization_id and a.kind = 'address' and a.person_id <> w.person_id
        and (r.email_key = d.email_key or r.user_name_key = d.user_name_key))`
