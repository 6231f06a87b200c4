/** What apply does to links: letting go of people, bringing a newcomer together with whom they were found to be, claims by hand. */
import type { Profile, Role } from '../reconcile/model.ts'
import type { Transaction } from './connection.ts'
import { markDirty } from './dirty.ts'

/**
 * These sources no longer show these people, and that has had its effect: the link is kept, so that the same anchor brings
 * back the same person, but it causes nothing any more.
 *
 * @param releases `sourceIds` null = every source that no longer shows them
 */
export async function releaseLinks(
  transaction: Transaction,
  organization: number,
  releases: { personId: number; sourceIds: number[] | null }[],
  at: Date,
): Promise<void> {
  if (releases.length === 0) return
  const rows = releases.map(({ personId, sourceIds }) => ({ person_id: personId, source_ids: sourceIds }))
  await transaction`
    update person_links link set state = 'released', since = ${at}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as released(person_id bigint, source_ids integer[])
    where link.organization_id = ${organization} and link.person_id = released.person_id and link.state = 'ghost'
      and (released.source_ids is null or link.source_id = any(released.source_ids))`
}

/**
 * Re-points links, directory rows, claims, grants, waits and what people decided of emptied people to whom they were found to be. Versions are
 * closed and written anew, so that what held before still reads as it was; both people are evaluated again.
 */
export async function mergePeople(
  transaction: Transaction,
  organization: number,
  merges: { fromPersonId: number; personId: number }[],
  change: number,
): Promise<void> {
  if (merges.length === 0) return
  // The marks come first, as an evaluation takes them first: whoever holds a person's mark writes that person's claims alone.
  await markDirty(
    transaction,
    organization,
    merges.flatMap((merge) => [merge.fromPersonId, merge.personId]),
  )
  const rows = merges.map((merge) => ({ from_id: merge.fromPersonId, to_id: merge.personId }))
  const moved = transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as moved(from_id bigint, to_id bigint)`
  await transaction`
    update person_links link set person_id = moved.to_id
    from ${moved} where link.organization_id = ${organization} and link.person_id = moved.from_id`
  await transaction`
    with closed as (
      update directory_users row set to_change = ${change}
      from ${moved} where row.organization_id = ${organization} and row.person_id = moved.from_id and row.to_change is null
      returning row.*, moved.to_id)
    insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key, user_name,
      user_name_key, first_name, last_name, display_name, language, status, start_at, role, groups, products, expires_at,
      seat_priority, attributes, hash, snapshot_id, line)
    select organization_id, source_id, anchor_key, ${change}, to_id, anchor, email, email_key, user_name, user_name_key, first_name,
      last_name, display_name, language, status, start_at, role, groups, products, expires_at, seat_priority, attributes, hash,
      snapshot_id, line
    from closed`
  await transaction`
    with closed as (
      update claims claim set to_change = ${change}
      from ${moved} where claim.organization_id = ${organization} and claim.person_id = moved.from_id and claim.to_change is null
      returning claim.*, moved.to_id)
    insert into claims (organization_id, person_id, source_id, from_change, status, role, start_at, rule)
    select distinct on (to_id, source_id) organization_id, to_id, source_id, ${change}, status, role, start_at, rule from closed
    on conflict do nothing`
  await transaction`
    with closed as (
      update grants held set to_change = ${change}
      from ${moved} where held.organization_id = ${organization} and held.person_id = moved.from_id and held.to_change is null
      returning held.*, moved.to_id)
    insert into grants (organization_id, person_id, product_id, source_id, rule, from_change, priority, seat_priority, expires_at)
    select distinct on (to_id, product_id, source_id, rule) organization_id, to_id, product_id, source_id, rule, ${change}, priority,
      seat_priority, expires_at
    from closed on conflict do nothing`
  await transaction`
    with gone as (
      delete from waits wait using ${moved}
      where wait.organization_id = ${organization} and wait.person_id = moved.from_id returning wait.*, moved.to_id)
    insert into waits (organization_id, person_id, product_id, kind, since, until, plan_id)
    select organization_id, to_id, product_id, kind, since, until, plan_id from gone where kind <> 'decision'
    on conflict do nothing`
  await transaction`
    with gone as (
      delete from hand_grants given using ${moved}
      where given.organization_id = ${organization} and given.person_id = moved.from_id returning given.*, moved.to_id)
    insert into hand_grants (organization_id, person_id, product_id, expires_at, actor, plan_id, since)
    select distinct on (to_id, product_id) organization_id, to_id, product_id, expires_at, actor, plan_id, since from gone
    on conflict do nothing`
  await transaction`
    with gone as (
      delete from pins pin using ${moved}
      where pin.organization_id = ${organization} and pin.person_id = moved.from_id returning pin.*, moved.to_id)
    insert into pins (organization_id, person_id, product_id, kind, until, next_sync, reason, created_by, plan_id, since)
    select distinct on (to_id, product_id, kind) organization_id, to_id, product_id, kind, until, next_sync, reason, created_by, plan_id,
      since
    from gone on conflict do nothing`
  await transaction`
    delete from desired_members wanted using ${moved}
    where wanted.organization_id = ${organization} and wanted.person_id = moved.from_id`
  await transaction`
    update people person set merged_into = moved.to_id
    from ${moved} where person.organization_id = ${organization} and person.id = moved.from_id`
}

/** Somebody invited by an administrator's own hand. */
export interface InvitedByHand {
  personId: number
  profile: Profile
  role: Role
  /** Who did it, as reasons will tell. */
  actor: string
}

/**
 * Writes what the pseudo-source `manual` wants: a link, a directory row and a claim, so that evaluation knows these people and no
 * source's absence ever removes them.
 */
export async function claimByHand(
  transaction: Transaction,
  organization: number,
  invited: InvitedByHand[],
  change: number,
  at: Date,
): Promise<void> {
  if (invited.length === 0) return
  await markDirty(
    transaction,
    organization,
    invited.map((one) => one.personId),
  )
  const [manual] = await transaction<{ id: number }[]>`
    select id from sources where organization_id = ${organization} and kind = 'manual' order by id limit 1`
  if (manual === undefined) throw new Error(`organization ${organization} has no source of kind manual`)
  const rows = invited.map(({ personId, profile, role, actor }) => ({
    person_id: personId,
    email: profile.email,
    email_key: profile.emailKey,
    user_name: profile.userName,
    user_name_key: profile.userNameKey,
    first_name: profile.firstName,
    last_name: profile.lastName,
    display_name: profile.displayName,
    language: profile.language,
    role,
    attributes: { actor },
  }))
  const people = transaction`json_to_recordset(${JSON.stringify(rows)}::text::json) as invited(person_id bigint, email text,
    email_key text, user_name text, user_name_key text, first_name text, last_name text, display_name text, language text,
    role text, attributes jsonb)`
  // Whoever was removed and is invited again at the same address takes the old link over.
  await transaction`
    insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
    select ${organization}, ${manual.id}, email_key, email, person_id, 'linked', ${at} from ${people}
    on conflict (organization_id, source_id, anchor_key) do update
      set person_id = excluded.person_id, state = 'linked', since = excluded.since`
  await transaction`
    update directory_users row set to_change = ${change} from ${people}
    where row.organization_id = ${organization} and row.source_id = ${manual.id} and row.anchor_key = invited.email_key
      and row.to_change is null`
  await transaction`
    insert into directory_users (organization_id, source_id, anchor_key, from_change, person_id, anchor, email, email_key, user_name,
      user_name_key, first_name, last_name, display_name, language, status, role, groups, products, attributes, hash)
    select ${organization}, ${manual.id}, email_key, ${change}, person_id, email, email, email_key, user_name, user_name_key,
      first_name, last_name, display_name, language, 'active', role, '{}', '[]', attributes,
      substring(sha256(convert_to(row_to_json(invited)::text, 'UTF8')) for 16)
    from ${people}`
  await transaction`
    insert into claims (organization_id, person_id, source_id, from_change, status, role, rule)
    select ${organization}, person_id, ${manual.id}, ${change}, 'active', role, 'manual' from ${people}
    on conflict do nothing`
}

/** Takes back what `claimByHand` wrote of these people: nobody has asked for them by hand any more. */
export async function unclaimByHand(
  transaction: Transaction,
  organization: number,
  people: number[],
  change: number,
  at: Date,
): Promise<void> {
  if (people.length === 0) return
  await markDirty(transaction, organization, people)
  const manual = transaction`
    (select id from sources where organization_id = ${organization} and kind = 'manual' order by id limit 1)`
  await transaction`
    update directory_users set to_change = ${change}
    where organization_id = ${organization} and source_id = ${manual} and person_id = any(${people}::bigint[]) and to_change is null`
  await transaction`
    update claims set to_change = ${change}
    where organization_id = ${organization} and source_id = ${manual} and person_id = any(${people}::bigint[]) and to_change is null`
  await transaction`
    update person_links set state = 'released', since = ${at}
    where organization_id = ${organization} and source_id = ${manual} and person_id = any(${people}::bigint[]) and state <> 'released'`
}
