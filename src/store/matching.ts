/** Newcomers and whom they could be: pairs found by key, adoptions of the running proposal, and decisions that people take. */

import type { Candidate, Decision, Match, Newcomer, Pair } from '../reconcile/match.ts'
import type { Adoption } from '../reconcile/model.ts'
import type { Handle, Transaction } from './connection.ts'
import { type Reach, within } from './reach.ts'
import { analyze } from './statistics.ts'

interface PairColumns {
  newcomer: Newcomer
  candidate: Candidate
}

/**
 * Everybody whom a source wants, who is no member yet, and whose user name or address belongs to somebody else; with that somebody.
 * Whoever was answered once is not asked about again; an open question is asked anew, since its reason may be gone.
 *
 * Leaves two temporary tables for the rest of the proposal: `takers`, everybody who would take up an address or a user name (newcomers,
 * those who come back, those who are renamed), and `pairs`, each taker with everybody else who has it or is shown with it.
 */
export async function findPairs(
  transaction: Transaction,
  organization: number,
  reach: Reach = 'everybody',
): Promise<{ newcomers: Newcomer[]; pairs: Pair[] }> {
  await findTakers(transaction, organization, reach)
  const rows = await transaction<PairColumns[]>`
    select
      json_build_object('personId', p.taker, 'source', json_build_object('id', s.id, 'key', s.key, 'trust', s.trust),
        'anchor', u.anchor, 'emailKey', u.email_key, 'userNameKey', u.user_name_key, 'domain', split_part(u.email_key, '@', 2),
        'name', coalesce(nullif(concat_ws(' ', u.first_name, u.last_name), ''), u.display_name)) as newcomer,
      json_build_object('personId', p.other, 'by', p.by,
        'email', coalesce(m.email, c.email), 'name', coalesce(nullif(concat_ws(' ', c.first_name, c.last_name), ''), c.display_name),
        'member', case when m.person_id is null then null else json_build_object('role', m.role, 'state', m.state,
          'removedAt', to_char(m.removed_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')) end,
        'wants', coalesce(c.wanted, false)
          and coalesce(case p.by when 'email' then c.email_key = t.email_key when 'user_name' then c.user_name_key = t.user_name_key end, false)
          and not exists (select from decisions q where q.organization_id = ${organization} and q.person_id = p.other
            and q.state = 'decided' and q.choice in ('link', 'ignore')),
        'linkedSources', coalesce((
          select json_agg(json_build_object('id', ls.id, 'key', ls.key, 'trust', ls.trust, 'state', l.state, 'anchor', l.anchor)
            order by ls.id, l.state, l.anchor_key)
          from person_links l join sources ls on ls.organization_id = l.organization_id and ls.id = l.source_id
          where l.organization_id = ${organization} and l.person_id = p.other), '[]'::json)) as candidate
    from pairs p
    join takers t on t.person_id = p.taker and t.newcomer
    join lateral (select * from directory_users u where u.organization_id = ${organization} and u.person_id = p.taker
      and u.to_change is null order by u.source_id limit 1) u on true
    join sources s on s.organization_id = u.organization_id and s.id = u.source_id
    left join desired_members c on c.organization_id = ${organization} and c.person_id = p.other
    left join members m on m.organization_id = ${organization} and m.person_id = p.other
    join people w on w.organization_id = ${organization} and w.id = p.other and w.merged_into is null
    order by p.taker, p.other, p.by`
  const newcomers = new Map(rows.map((row) => [row.newcomer.personId, row.newcomer]))
  return {
    newcomers: [...newcomers.values()],
    pairs: rows.map((row) => ({ newcomer: row.newcomer.personId, candidate: row.candidate })),
  }
}

async function findTakers(transaction: Transaction, organization: number, reach: Reach): Promise<void> {
  // A key that the member has already is left out. "not in" is answered from a hash whatever the statistics say. They know nothing of an
  // organization that is new in large tables, and as a join this would be done person by person over everybody.
  const known = transaction`d.person_id not in (select q.person_id from decisions q where q.organization_id = ${organization} and q.state = 'decided')
        and d.person_id not in (select l.person_id from person_links l
          join sources s on s.organization_id = l.organization_id and s.id = l.source_id
          where l.organization_id = ${organization} and s.kind = 'manual')`
  // Of a few people it is the other way round; as an array they are looked up one by one, whatever the statistics say.
  const few =
    reach === 'everybody' ? transaction`` : transaction`and d.person_id = any(array(select person_id from concerned))`
  const fewKnown = transaction`not exists (select from decisions q where q.organization_id = d.organization_id
          and q.person_id = d.person_id and q.state = 'decided')
        and not exists (select from person_links l join sources s on s.organization_id = l.organization_id and s.id = l.source_id
          where l.organization_id = d.organization_id and l.person_id = d.person_id and s.kind = 'manual')`
  await transaction`
    create temporary table takers on commit drop as
    select d.person_id, case when m.person_id is null or d.email_key <> m.email_key then nullif(d.email_key, '') end as email_key,
      case when m.person_id is null or d.user_name_key is distinct from m.user_name_key then d.user_name_key end as user_name_key,
      not exists (select from members r where r.organization_id = d.organization_id and r.person_id = d.person_id)
        and ${reach === 'everybody' ? known : fewKnown} as newcomer
    from ${taking(transaction, organization)} ${few}`
  await analyze(transaction, 'takers')
  await transaction`
    create temporary table pairs on commit drop as
    select t.person_id as taker, m.person_id as other, 'email' as by from takers t
      join members m on m.organization_id = ${organization} and m.email_key = t.email_key and m.person_id <> t.person_id
    union select t.person_id, m.person_id, 'user_name' from takers t
      join members m on m.organization_id = ${organization} and m.user_name_key = t.user_name_key and m.person_id <> t.person_id
    union select t.person_id, u.person_id, 'email' from takers t
      join directory_users u on u.organization_id = ${organization} and u.to_change is null and u.email_key = t.email_key
        and u.person_id <> t.person_id
    union select t.person_id, u.person_id, 'user_name' from takers t
      join directory_users u on u.organization_id = ${organization} and u.to_change is null
        and u.user_name_key = t.user_name_key and u.person_id <> t.person_id
    union select t.person_id, was.person_id, 'external_id' from takers t
      join person_links l on l.organization_id = ${organization} and l.person_id = t.person_id and l.state = 'linked'
      join sources s on s.organization_id = l.organization_id and s.id = l.source_id and s.kind = 'scim'
      join mirror_resources r on r.organization_id = l.organization_id and r.source_id = l.source_id and r.type = 'User'
        and r.id = case when s.kind = 'scim' then l.anchor_key::uuid end
      join mirror_resources gone on gone.organization_id = r.organization_id and gone.source_id = r.source_id and gone.type = 'User'
        and gone.external_id = r.external_id and gone.deleted_at is not null
      join person_links was on was.organization_id = gone.organization_id and was.source_id = gone.source_id
        and was.anchor_key = gone.id::text and was.person_id <> t.person_id
      where t.newcomer`
  await transaction`analyze pairs`
  if (reach === 'everybody') return
  // Whom the proposal is not about, and who would take up what somebody of it has or wants: so that neither gets it, or one leaves it.
  await transaction`
    insert into takers
    select d.person_id, case when m.person_id is null or d.email_key <> m.email_key then nullif(d.email_key, '') end,
      case when m.person_id is null or d.user_name_key is distinct from m.user_name_key then d.user_name_key end, false
    from ${taking(transaction, organization)} and d.person_id in (select other from pairs)
      and not exists (select from takers t where t.person_id = d.person_id)`
}

/** Who is wanted under an address or a user name that the member does not have. */
const taking = (transaction: Transaction, organization: number) => transaction`desired_members d
    left join members m on m.organization_id = d.organization_id and m.person_id = d.person_id and m.state <> 'removed'
    where d.organization_id = ${organization} and d.wanted and d.email_key is not null
      and (m.person_id is null or d.email_key <> m.email_key or d.user_name_key <> coalesce(m.user_name_key, ''))`

/** Fills the temporary table `adoptions`: found by match, or decided by a person and not yet applied. */
export async function writeAdoptions(
  transaction: Transaction,
  organization: number,
  matches: Match[],
  reach: Reach = 'everybody',
): Promise<void> {
  const only = within(transaction, reach, 'q.person_id')
  const rows = matches.map(({ personId, adoption }) => ({ person_id: personId, ...snake(adoption) }))
  await transaction`
    create temporary table adoptions (person_id bigint, from_person_id bigint primary key, source_id int, anchor text, by text)
    on commit drop`
  await transaction`
    insert into adoptions
    select person_id, from_person_id, source_id, anchor, by from json_to_recordset(${JSON.stringify(rows)}::text::json) as
      x(person_id bigint, from_person_id bigint, source_id int, anchor text, by text)
    union all
    select q.target_id, q.person_id, l.source_id, l.anchor, 'decision' from decisions q
    join person_links l on l.organization_id = q.organization_id and l.person_id = q.person_id
    where q.organization_id = ${organization} and q.state = 'decided' and q.choice = 'link' and q.target_id is not null ${only}
    on conflict do nothing`
}

const snake = (adoption: Adoption) => ({
  from_person_id: adoption.fromPersonId,
  source_id: adoption.sourceId,
  anchor: adoption.anchor,
  by: adoption.by,
})

/**
 * Stores open questions, and a wait for each, so that nothing happens with the newcomer until somebody answers. A question that is
 * open already is brought up to date. Returns how many were opened or changed.
 */
export async function openDecisions(
  transaction: Transaction,
  organization: number,
  found: Decision[],
  at: Date,
): Promise<number> {
  if (found.length === 0) return 0
  const rows = found.map((one) => ({
    kind: one.kind,
    person_id: one.newcomer,
    candidates: one.candidates,
    evidence: { code: one.code, why: one.why, sourceId: one.sourceId, anchor: one.anchor },
  }))
  const opened = await transaction`
    insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
    select ${organization}, kind, person_id, candidates, evidence, 'open', ${at}
    from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(kind text, person_id bigint, candidates jsonb, evidence jsonb)
    on conflict (organization_id, person_id, kind) do update set candidates = excluded.candidates, evidence = excluded.evidence
      where decisions.state = 'open'
        and (decisions.candidates, decisions.evidence) is distinct from (excluded.candidates, excluded.evidence)`
  await transaction`
    insert into waits (organization_id, person_id, kind, since)
    select ${organization}, q.person_id, 'decision', ${at}::timestamptz from decisions q
    where q.organization_id = ${organization} and q.state = 'open' and q.person_id = any(${found.map((one) => one.newcomer)}::bigint[])
    on conflict do nothing`
  return opened.count
}

/**
 * Takes back open questions that nobody needs to ask any more: the source was corrected, or somebody is gone. Whoever is only a
 * candidate of a shared address waits as long as its question is open.
 *
 * @param found every question that there is to ask now of those whom the proposal is about
 */
export async function settleDecisions(
  transaction: Transaction,
  organization: number,
  found: Decision[],
  at: Date,
  reach: Reach = 'everybody',
): Promise<void> {
  const rows = found.map((one) => ({ kind: one.kind, person_id: one.newcomer }))
  await transaction`
    delete from decisions q where q.organization_id = ${organization} and q.state = 'open' and q.kind <> 'gone'
      ${within(transaction, reach, 'q.person_id')}
      and (q.kind, q.person_id) not in (
      select kind, person_id from json_to_recordset(${JSON.stringify(rows)}::text::json) as x(kind text, person_id bigint))`
  await openDecisions(transaction, organization, found, at)
  await transaction`
    create temporary table sharing on commit drop as
    select distinct c.id::bigint as person_id
    from decisions q, jsonb_array_elements_text(q.candidates) c(id)
    where q.organization_id = ${organization} and q.state = 'open' and q.kind = 'shared' and not exists (select from decisions own
      where own.organization_id = q.organization_id and own.person_id = c.id::bigint and own.state = 'decided' and own.kind <> 'gone')`
  await transaction`
    delete from waits w where w.organization_id = ${organization} and w.kind = 'decision' ${within(transaction, reach, 'w.person_id')}
      and w.person_id not in (select person_id from sharing)
      and not exists (select from decisions q where q.organization_id = w.organization_id and q.person_id = w.person_id
        and q.kind <> 'gone' and (q.state = 'open' or q.choice = 'ignore'))`
  await transaction`
    insert into waits (organization_id, person_id, kind, since)
    select ${organization}, person_id, 'decision', ${at}::timestamptz from sharing on conflict do nothing`
}

export interface StoredDecision {
  id: number
  /** `gone`: about the access of a member who is gone; the others: about who a newcomer is. */
  kind: Decision['kind'] | 'gone'
  personId: number
  candidates: number[]
  evidence: { code: string; why: string; sourceId: number; anchor: string }
  state: 'open' | 'decided'
  choice: string | null
  targetId: number | null
  at: Date
  decidedBy: string | null
  decidedAt: Date | null
}

export async function readDecision(handle: Handle, organization: number, id: number): Promise<StoredDecision | null> {
  const [row] = await handle<StoredDecision[]>`
    select id, kind, person_id as "personId", candidates, evidence, state, choice, target_id as "targetId", at,
      decided_by as "decidedBy", decided_at as "decidedAt"
    from decisions where organization_id = ${organization} and id = ${id}`
  return row ?? null
}

/**
 * Writes the answer where none was given yet, and ends the wait unless the newcomer is to be ignored; false when somebody was first.
 * Whoever was kept although they are gone may be let go of later.
 */
export async function answerDecision(
  transaction: Transaction,
  organization: number,
  id: number,
  answer: { choice: string; target: number | null; by: string; at: Date },
): Promise<boolean> {
  const answered = await transaction<{ personId: number }[]>`
    update decisions set state = 'decided', choice = ${answer.choice}, target_id = ${answer.target}, decided_by = ${answer.by},
      decided_at = ${answer.at}
    where organization_id = ${organization} and id = ${id}
      and (state = 'open' or (kind = 'gone' and choice = 'keep' and ${answer.choice}::text <> choice)) returning person_id as "personId"`
  const [row] = answered
  if (!row) return false
  if (answer.choice === 'link' || answer.choice === 'create_new') {
    await transaction`
      delete from waits where organization_id = ${organization} and person_id = ${row.personId} and kind = 'decision'`
  }
  return true
}
