/**
 * Drift: the people whose desired and current state differ, found by anti-joins in the database, each read as a case. People who
 * only wait (for a seat, a start date, a decision, a grace, a later snapshot) are left out until their wait is due, so that
 * planning again proposes nothing; so are people who stand in a plan that is still open.
 */
import { goneRows } from '../reconcile/leaving.ts'
import type { Adoption, Assignment, Case, Grant, Link, Wait } from '../reconcile/model.ts'
import { readClaims } from './claims.ts'
import type { Handle, Transaction } from './connection.ts'
import { readDesired } from './desired.ts'
import { readRows } from './directory.ts'
import { endedByDecision, endsByDecision } from './farewells.ts'
import { readGrants, readLastGivers } from './grants.ts'
import { onlyByHand } from './hand-grants.ts'
import { readAssignments, readMembers } from './members.ts'
import { type Reach, within } from './reach.ts'
import { readSightings } from './sightings.ts'
import { analyze } from './statistics.ts'

export interface DriftOptions {
  /** Some source may change administrators. */
  managesAdmins: boolean
  /** Plans that await approval are about to be replaced, so their people take part. */
  supersede: boolean
  /** Whom the proposal is about: the temporary table `concerned` names them where it is not everybody. */
  reach?: Reach
}

/** Fills the temporary table `drifting` and returns how many people it names. */
export async function findDrift(
  transaction: Transaction,
  organization: number,
  at: Date,
  options: DriftOptions,
): Promise<number> {
  const { reach = 'everybody' } = options
  await transaction`create temporary table drifting (person_id bigint primary key, planned boolean not null default false) on commit drop`
  await transaction`
    insert into drifting
    select person_id from (
      ${membershipDrift(transaction, organization, at, options)}
      union ${assignmentDrift(transaction, organization, at, reach)}
      union ${ghostDrift(transaction, organization, reach)}
      union ${returnDrift(transaction, organization, at, reach)}) differing
    where not ${isWaiting(transaction, organization, 'differing.person_id', at)}
    and not exists (select from adoptions a where a.from_person_id = differing.person_id)
    ${reach === 'everybody' ? leaveToUrgent(transaction, organization) : transaction``}
    union select person_id from adoptions`
  await leaveOutPlanned(transaction, organization, at, options)
  await analyze(transaction, 'drifting')
  const [row] = await transaction<{ count: number }[]>`select count(*)::int as count from drifting`
  return row?.count ?? 0
}

/**
 * A wait that concerns the whole person and is not due. Of whoever is to be removed once licences are back, or of whom something was
 * rejected, what is back already takes part, and nothing else.
 */
const isWaiting = (transaction: Transaction, organization: number, person: string, at: Date) => transaction`
    exists (select from waits w where w.organization_id = ${organization} and w.person_id = ${transaction(person)}
      and (w.kind = 'decision' or (w.kind = 'start' and w.until > ${at})
        or ((w.kind = 'rejected' or (w.kind = 'borrow' and w.product_id = 0 and w.until > ${at})) and not exists (select from waits r
          where r.organization_id = w.organization_id and r.person_id = w.person_id and r.kind = 'borrow' and r.until <= ${at}))))`

/** Whoever was deactivated or deleted goes by the urgent lane, which waits for nobody's approval of everything else. */
const leaveToUrgent = (transaction: Transaction, organization: number) => transaction`
    and not exists (select from pushed_people u where u.organization_id = ${organization} and u.person_id = differing.person_id and u.urgent)`

/**
 * People who stand in an open plan are left to it, but for what ends because its day has come: that waits for no plan, unless it
 * stands in one of its own already. The urgent lane takes anybody, but for those of whom it has a plan. What a person asked for and
 * nobody has approved keeps nobody from sync: it looks at everybody once more when it runs.
 */
async function leaveOutPlanned(
  transaction: Transaction,
  organization: number,
  at: Date,
  options: DriftOptions,
): Promise<void> {
  const open = transaction`i.organization_id = ${organization} and i.person_id = d.person_id and p.organization_id = i.organization_id
      and p.id = i.plan_id and (p.state in ('approved', 'applying', 'paused')
        or (p.state = 'awaiting_approval' and p.lane <> 'by_hand' and not (${options.supersede} and p.lane = ${laneOf(options.reach ?? 'everybody')})))`
  if (options.reach === 'urgent') {
    await transaction`delete from drifting d using plan_items i, plans p where ${open} and p.lane = 'urgent'`
    return
  }
  await transaction`
    update drifting d set planned = true from plan_items i, plans p
    where ${open} and p.lane <> 'urgent' and (exists (select from assignments a
        where a.organization_id = ${organization} and a.person_id = d.person_id and a.expires_at <= ${at})
      or exists (select from waits w
        where w.organization_id = ${organization} and w.person_id = d.person_id and w.kind = 'borrow' and w.until <= ${at}))`
  await transaction`delete from drifting d using plan_items i, plans p where ${open} and (not d.planned or p.lane = 'urgent')`
}

/** Where the plans of a proposal run. */
export function laneOf(reach: Reach): 'urgent' | 'sync' {
  return reach === 'urgent' ? 'urgent' : 'sync'
}

/**
 * Whoever waits for a seat takes part in the plan that frees one: otherwise a newcomer of that plan would overtake them. Adds the
 * waiters of products that drifting people hold and nobody grants them any more, and returns the ids of those products.
 */
export async function addWaiters(
  transaction: Transaction,
  organization: number,
  at: Date,
  options: DriftOptions,
): Promise<number[]> {
  const freed = await transaction<{ id: number }[]>`
    select distinct a.product_id as id from drifting d
    join assignments a on a.organization_id = ${organization} and a.person_id = d.person_id
    where exists (select from waits w where w.organization_id = ${organization} and w.kind = 'seat' and w.product_id = a.product_id)
      and not exists (select from grants g where g.organization_id = a.organization_id and g.person_id = a.person_id
        and g.product_id = a.product_id and g.to_change is null and (g.expires_at is null or g.expires_at > ${at}))
    order by 1`
  const products = freed.map((row) => row.id)
  if (products.length === 0) return products
  await transaction`
    insert into drifting
    select distinct s.person_id from waits s
    where s.organization_id = ${organization} and s.kind = 'seat' and s.product_id = any(${products}::int[])
      and not ${isWaiting(transaction, organization, 's.person_id', at)}
    on conflict do nothing`
  await leaveOutPlanned(transaction, organization, at, options)
  return products
}

/** A value that a source does not give never overwrites one that the member has. */
function membershipDrift(
  transaction: Transaction,
  organization: number,
  at: Date,
  { managesAdmins, reach = 'everybody' }: DriftOptions,
) {
  const only = within(transaction, reach, 'person_id')
  return transaction`
    select coalesce(d.person_id, m.person_id) as person_id
    from (select * from desired_members where organization_id = ${organization} ${only}) d
    full join (select * from members where organization_id = ${organization} ${only}) m on m.person_id = d.person_id
    where (coalesce(d.wanted, false) and (m.person_id is null or m.state = 'removed'))
      or (not coalesce(d.wanted, false) and m.state <> 'removed'
        and ((not coalesce(d.protected, false) and (m.role = 'member' or (m.role = 'admin' and ${managesAdmins})))
          or ${endsByDecision(transaction, 'm.organization_id', 'm.person_id')})
        and not exists (select from waits w where w.organization_id = ${organization} and w.person_id = m.person_id
          and w.kind = 'grace' and w.until > ${at} and m.state = 'suspended'))
      or (d.wanted and m.state <> 'removed' and (
        (d.email is not null and d.email <> m.email)
        or (d.email_key is not null and d.email_key <> m.email_key)
        or (d.user_name is not null and d.user_name is distinct from m.user_name)
        or (d.first_name is not null and d.first_name is distinct from m.first_name)
        or (d.last_name is not null and d.last_name is distinct from m.last_name)
        or (d.display_name is not null and d.display_name is distinct from m.display_name)
        or (d.language is not null and d.language is distinct from m.language)
        or d.role <> m.role
        or (d.status = 'suspended') <> (m.state = 'suspended')))`
}

/** What live grants give together (the latest end wins, and no end beats every end) against what is assigned. */
function assignmentDrift(transaction: Transaction, organization: number, at: Date, reach: Reach) {
  const only = within(transaction, reach, 'person_id')
  return transaction`
    select coalesce(g.person_id, a.person_id) as person_id
    from (
      select person_id, product_id, nullif(max(coalesce(expires_at, 'infinity')), 'infinity') as expires_at
      from grants
      where organization_id = ${organization} and to_change is null and (expires_at is null or expires_at > ${at}) ${only}
      group by person_id, product_id) g
    full join (select person_id, product_id, expires_at from assignments where organization_id = ${organization} ${only}) a
      on a.person_id = g.person_id and a.product_id = g.product_id
    where (g.person_id is null or a.person_id is null or g.expires_at is distinct from a.expires_at)
      and not (a.person_id is null and exists (
        select from waits w join products p on p.organization_id = w.organization_id and p.id = w.product_id
        where w.organization_id = ${organization} and w.person_id = g.person_id and w.product_id = g.product_id and w.kind = 'seat'
          and (p.owned <= p.used or (p.owned - p.reserve <= p.used and not ${onlyByHand(transaction, 'w', at)}))))
      and (a.person_id is not null or exists (select from products p
        where p.organization_id = ${organization} and p.id = g.product_id and not p.retired))
      and not (g.person_id is null and exists (
        select from waits w where w.organization_id = ${organization} and w.person_id = a.person_id and w.product_id = a.product_id
          and w.kind = 'borrow' and w.until > ${at}))`
}

/** Whoever has brought back what was to be taken from them, or whose time with it is over. */
function returnDrift(transaction: Transaction, organization: number, at: Date, reach: Reach) {
  return transaction`
    select person_id from waits where organization_id = ${organization} and kind = 'borrow' and until <= ${at}
      ${within(transaction, reach, 'person_id')}`
}

/** A source that no longer shows somebody whom others still want lets go of them. */
function ghostDrift(transaction: Transaction, organization: number, reach: Reach) {
  return transaction`
    select l.person_id from person_links l
    join desired_members d on d.organization_id = l.organization_id and d.person_id = l.person_id and d.wanted
    where l.organization_id = ${organization} and l.state = 'ghost' ${within(transaction, reach, 'l.person_id')}`
}

/**
 * Cases of drifting people in id order, a page at a time; with `sightings` where a policy may take away what is missing. `pushing` are
 * the ids of sources that push and of which a policy approves what is taken away: there it counts how something was given.
 */
export async function* readCases(
  transaction: Transaction,
  organization: number,
  page: number,
  options: { sightings?: boolean; pushing?: ReadonlySet<number> } = {},
): AsyncGenerator<Case[], void, undefined> {
  for (let after = 0; ; ) {
    const rows = await transaction<{ person_id: number; planned: boolean }[]>`
      select person_id, planned from drifting where person_id > ${after} order by person_id limit ${page}`
    const people = rows.map((row) => row.person_id)
    const last = people.at(-1)
    if (last === undefined) return
    after = last
    const planned = new Set(rows.flatMap((row) => (row.planned ? [row.person_id] : [])))
    const sightings = options.sightings ? await readSightings(transaction, organization, people) : null
    const cases = await assembleCases(transaction, organization, people, options.pushing)
    yield cases.map((one) => ({
      ...one,
      ...(planned.has(one.personId) && { planned: true }),
      ...(sightings && { sightings: sightings.get(one.personId) ?? [] }),
    }))
  }
}

/** Everything that planning these people needs; whoever is adopted is already merged into the person they were found to be. */
async function assembleCases(
  transaction: Transaction,
  organization: number,
  people: number[],
  pushing: ReadonlySet<number> = new Set(),
): Promise<Case[]> {
  const adoptions = await transaction<(Adoption & { personId: number })[]>`
    select person_id as "personId", from_person_id as "fromPersonId", source_id as "sourceId", anchor, by from adoptions
    where person_id = any(${people}::bigint[]) order by from_person_id`
  const home = new Map(adoptions.map((adoption) => [adoption.fromPersonId, adoption.personId]))
  const everybody = [...people, ...home.keys()]
  const [links, rows, claims, grants, desired, members, assignments, waits] = await Promise.all([
    readLinks(transaction, organization, everybody),
    readRows(transaction, organization, everybody),
    readClaims(transaction, organization, everybody),
    readGrants(transaction, organization, everybody),
    readDesired(transaction, organization, everybody),
    readMembers(transaction, organization, people),
    readAssignments(transaction, organization, people),
    readWaits(transaction, organization, people),
  ])
  const by = <T extends { personId: number }>(values: T[]) => {
    const groups = new Map<number, T[]>()
    for (const value of values) {
      const personId = home.get(value.personId) ?? value.personId
      const group = groups.get(personId)
      const moved = personId === value.personId ? value : { ...value, personId }
      if (group) group.push(moved)
      else groups.set(personId, [moved])
    }
    return (personId: number) => groups.get(personId) ?? []
  }
  const linksOf = by(links)
  const rowsOf = by(rows)
  const claimsOf = by(claims)
  const grantsOf = by(grants)
  const assignmentsOf = by(assignments)
  const waitsOf = by(waits)
  const gone = people.filter((personId) => goneRows(rowsOf(personId)).length > 0)
  const losing = people.filter(
    (personId) =>
      rowsOf(personId).some((row) => pushing.has(row.sourceId)) &&
      losesSome(assignmentsOf(personId), grantsOf(personId)),
  )
  const told = [...new Set([...gone, ...losing])]
  const givers = told.length === 0 ? [] : await readLastGivers(transaction, organization, told)
  const giversOf = Map.groupBy(givers, (one) => one.personId)
  const ended = gone.length === 0 ? new Set() : await endedByDecision(transaction, organization, gone)
  const memberOf = new Map(members.map((member) => [member.personId, member]))
  return people.map((personId) => {
    const member = memberOf.get(personId) ?? null
    const profile = member?.profile ?? desired.get(personId)?.profile ?? rowsOf(personId)[0]?.profile ?? null
    const oldest = linksOf(personId)[0]
    const name = profile ? [profile.firstName, profile.lastName].filter(Boolean).join(' ') || profile.displayName : null
    return {
      personId,
      subject: {
        key: oldest ? `${oldest.source}:${oldest.anchorKey}` : `email:${profile?.emailKey ?? personId}`,
        email: profile?.email ?? '',
        name,
      },
      links: linksOf(personId).map(({ source, ...link }) => link),
      rows: rowsOf(personId),
      claims: claimsOf(personId),
      grants: grantsOf(personId),
      desired: desired.get(personId) ?? nobodyWants(personId),
      member,
      assignments: assignmentsOf(personId),
      waits: waitsOf(personId),
      ...(giversOf.has(personId) && { lastGivers: giversOf.get(personId) ?? [] }),
      ...(ended.has(personId) && { endedByDecision: true }),
      adopted: adoptions
        .filter((adoption) => adoption.personId === personId)
        .map(({ personId: _, ...adoption }) => adoption),
    }
  })
}

/** Whether somebody holds what nobody gives them, or not so long. */
function losesSome(assignments: Assignment[], grants: Grant[]): boolean {
  return assignments.some(({ productId, expiresAt }) =>
    grants.every(
      (grant) =>
        grant.productId !== productId ||
        (grant.expiresAt !== null && (expiresAt === null || grant.expiresAt < expiresAt)),
    ),
  )
}

function nobodyWants(personId: number): Case['desired'] {
  return {
    personId,
    wanted: false,
    status: 'active',
    leaver: false,
    role: 'member',
    startAt: null,
    protected: false,
    profile: null,
    profileSourceId: null,
  }
}

/** Links, oldest first: person ids rise with time, and within a person sources are few. */
async function readLinks(
  handle: Handle,
  organization: number,
  people: number[],
): Promise<(Link & { source: string })[]> {
  return await handle<(Link & { source: string })[]>`
    select l.person_id as "personId", l.source_id as "sourceId", s.key as source, l.anchor, l.anchor_key as "anchorKey", l.state
    from person_links l join sources s on s.organization_id = l.organization_id and s.id = l.source_id
    where l.organization_id = ${organization} and l.person_id = any(${people}::bigint[])
    order by l.person_id, l.since, l.source_id, l.anchor_key`
}

async function readWaits(handle: Handle, organization: number, people: number[]): Promise<Wait[]> {
  const rows = await handle<(Omit<Wait, 'since' | 'until'> & { since: Date; until: Date | null })[]>`
    select w.person_id as "personId", w.product_id as "productId", w.kind, w.since, w.until, p.approved_by as "askedBy"
    from waits w
    left join plans p on w.kind = 'borrow' and p.organization_id = w.organization_id and p.id = w.plan_id
    where w.organization_id = ${organization} and w.person_id = any(${people}::bigint[])
    order by w.person_id, w.product_id, w.kind`
  return rows.map(({ askedBy, ...row }) => ({
    ...row,
    since: row.since.toISOString(),
    until: row.until?.toISOString() ?? null,
    ...(row.kind === 'borrow' && askedBy && { askedBy }),
  }))
}
