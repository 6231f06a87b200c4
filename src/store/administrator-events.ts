/** What administrators are told of a plan, a snapshot, a token or open questions, as it stands when the letter leaves. */
import { admitCount } from '../reconcile/admit.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { AdminEvent, ItemCounts, NamedItem, PlanForReview, TokenEnds } from '../reconcile/letter.ts'
import type { Finding } from '../reconcile/model.ts'
import type { Verb } from '../reconcile/operation.ts'
import { isFailureCode, reasonNext, reasonSentence } from '../reconcile/reasons.ts'
import { overrideCount } from '../reconcile/review.ts'
import { FAILED_STATES, tally } from '../reconcile/tally.ts'
import { type LinkSecret, linkOfLetter } from './administrators.ts'
import type { Sql } from './connection.ts'
import { failureFiles } from './failures.ts'
import type { LetterRow } from './member-events.ts'
import { countOutcomes } from './outcomes.ts'
import { countPeople } from './people-tally.ts'
import { HELD_DAYS } from './snapshots.ts'

interface PlanColumns {
  verb: Verb | null
  headline: string
  counts: ItemCounts
  findings: Finding[]
  expiresAt: Date
  sources: string[]
}

/** @param newSecret makes the secret of a link that leaves with the letter */
export async function readAdminEvent(sql: Sql, letter: LetterRow, newSecret: () => LinkSecret): Promise<AdminEvent> {
  switch (letter.event) {
    case 'snapshot_held':
    case 'snapshot_refused':
      return await snapshotStopped(sql, letter, letter.event)
    case 'source_silent':
      return await sourceSilent(sql, letter)
    case 'token_ends_soon':
    case 'token_ends':
      return await tokenEnds(sql, letter, letter.event)
    case 'administrator_invited':
      return await invited(sql, letter, newSecret())
    case 'decision_waits':
      return await decisionWaits(sql, letter)
    case 'plan_completed':
    case 'plan_partially_failed':
      return await planFinished(sql, letter, letter.event)
    case 'plan_waits':
    case 'plan_held':
    case 'plan_still_waits':
    case 'plan_expires':
      return await planForReview(sql, letter, letter.event)
    default:
      throw new Error(`letter ${letter.id} is about ${letter.event}, which nobody can word`)
  }
}

async function readPlanColumns(sql: Sql, letter: LetterRow): Promise<PlanColumns> {
  const [plan] = await sql<PlanColumns[]>`
    select operation->>'verb' as verb, headline, counts, findings, expires_at as "expiresAt",
      array(select name from sources where organization_id = plans.organization_id and id = any(plans.source_ids)
        order by id) as sources
    from plans where organization_id = ${letter.organizationId} and id = ${letter.planId}`
  if (plan === undefined) throw new Error(`plan ${letter.planId} of letter ${letter.id} is gone`)
  return plan
}

async function planForReview(sql: Sql, letter: LetterRow, kind: PlanForReview['kind']): Promise<AdminEvent> {
  const plan = await readPlanColumns(sql, letter)
  const people = await sql<NamedItem[]>`
    select item.subject_name as name, item.subject_email as email, item.kind, product.name as product
    from plan_items item
    left join products product on product.organization_id = item.organization_id and product.id = item.product_id
    where item.organization_id = ${letter.organizationId} and item.plan_id = ${letter.planId}
      and not item.excluded
    order by item.number limit 10`
  const plain = `rosterd approve ${showId('pln', letter.planId)}`
  const count = overrideCount(plan.findings)
  return {
    kind,
    planId: letter.planId,
    counts: plan.counts,
    verb: plan.verb,
    sources: plan.sources,
    headline: plan.headline,
    guards: plan.findings.filter((finding) => finding.verdict !== 'pass').map((finding) => finding.message),
    people,
    command: count === null ? plain : `${plain} --override ${count} --reason TEXT`,
    expiresAt: plan.expiresAt.toISOString(),
  }
}

async function planFinished(
  sql: Sql,
  letter: LetterRow,
  kind: 'plan_completed' | 'plan_partially_failed',
): Promise<AdminEvent> {
  const plan = await readPlanColumns(sql, letter)
  const outcomes = tally(await countOutcomes(sql, letter.organizationId, letter.planId))
  const people = await countPeople(sql, letter.organizationId, letter.planId)
  const failures = await commonFailures(sql, letter.organizationId, letter.planId)
  const files = await failureFiles(sql, letter.organizationId, letter.planId)
  const unreadRows = files.reduce((sum, file) => sum + file.errors, 0)
  return {
    kind,
    planId: letter.planId,
    counts: plan.counts,
    verb: plan.verb,
    sources: plan.sources,
    headline: plan.headline,
    outcomes,
    people,
    unreadRows,
    failures: failures.map(({ count, code, params }) => ({ count, ...wordsOf(code, params) })),
    command: outcomes.failed + unreadRows === 0 ? null : `rosterd failures ${showId('pln', letter.planId)}`,
  }
}

/** The most frequent codes of failed items, each with the values of its first item. */
async function commonFailures(sql: Sql, organization: number, plan: number) {
  return await sql<{ code: string; params: Record<string, string | number>; count: number }[]>`
    select code, (array_agg(params order by number))[1] as params, count(*)::int as count from outcomes
    where organization_id = ${organization} and plan_id = ${plan} and state = any(${[...FAILED_STATES]}::text[]) and code is not null
    group by code order by count(*) desc, code limit 10`
}

function wordsOf(code: string, params: Record<string, string | number>): { message: string; nextStep: string } {
  if (!isFailureCode(code)) return { message: code, nextStep: '' }
  return { message: reasonSentence(code, params), nextStep: reasonNext(code, params) }
}

async function snapshotStopped(
  sql: Sql,
  letter: LetterRow,
  kind: 'snapshot_held' | 'snapshot_refused',
): Promise<AdminEvent> {
  const [snapshot] = await sql<
    {
      source: string
      file: string
      rows: number
      missing: number
      errors: number
      findings: Finding[]
      at: Date
      state: string
    }[]
  >`
    select source.name as source, snapshot.file, snapshot.rows, snapshot.missing, snapshot.errors, snapshot.findings, snapshot.at, snapshot.state
    from snapshots snapshot
    join sources source on source.organization_id = snapshot.organization_id and source.id = snapshot.source_id
    where snapshot.organization_id = ${letter.organizationId} and snapshot.id = ${letter.snapshotId}`
  if (snapshot === undefined) throw new Error(`snapshot ${letter.snapshotId} of letter ${letter.id} is gone`)
  const guards = snapshot.findings.filter((finding) => finding.verdict !== 'pass').map((finding) => finding.message)
  return {
    kind,
    snapshotId: letter.snapshotId,
    source: snapshot.source,
    file: snapshot.file,
    rows: snapshot.rows,
    headline: guards[0] ?? 'The file was stopped before anything of it was used.',
    guards,
    // A file that could not be read at all has nothing that anybody could let in.
    command:
      snapshot.state === 'unreadable'
        ? null
        : `rosterd admit ${showId('snp', letter.snapshotId)} --count ${admitCount(snapshot).count}`,
    expiresAt: new Date(snapshot.at.getTime() + HELD_DAYS * 86_400_000).toISOString(),
  }
}

async function sourceSilent(sql: Sql, letter: LetterRow): Promise<AdminEvent> {
  const [last] = await sql<{ source: string; file: string; at: Date }[]>`
    select source.name as source, snapshot.file, snapshot.at
    from snapshots snapshot
    join sources source on source.organization_id = snapshot.organization_id and source.id = snapshot.source_id
    where snapshot.organization_id = ${letter.organizationId} and snapshot.id = ${letter.snapshotId}`
  if (last === undefined) throw new Error(`snapshot ${letter.snapshotId} of letter ${letter.id} is gone`)
  return { kind: 'source_silent', source: last.source, file: last.file, since: last.at.toISOString() }
}

async function decisionWaits(sql: Sql, letter: LetterRow): Promise<AdminEvent> {
  const rows = await sql<{ decisionId: number; email: string; why: string; open: number }[]>`
    select q.id as "decisionId", m.email, q.evidence->>'why' as why, count(*) over ()::int as open from decisions q
    join members m on m.organization_id = q.organization_id and m.person_id = q.person_id
    where q.organization_id = ${letter.organizationId} and q.kind = 'gone' and q.state = 'open' order by q.id desc limit 10`
  const questions = rows.map(({ decisionId, email, why }) => ({ decisionId, email, why }))
  return { kind: 'decision_waits', questions, open: rows[0]?.open ?? 0 }
}

async function invited(sql: Sql, letter: LetterRow, secret: LinkSecret): Promise<AdminEvent> {
  const link = await linkOfLetter(sql, letter, secret)
  const invitation = link === null ? null : { ...link, expiresAt: link.expiresAt.toISOString() }
  return { kind: 'administrator_invited', invitation }
}

async function tokenEnds(sql: Sql, letter: LetterRow, kind: TokenEnds['kind']): Promise<AdminEvent> {
  const [token] = await sql<
    {
      hint: string
      key: string
      name: string
      organizationKey: string
      expiresAt: Date
      lastUsedAt: Date | null
      revoked: boolean
      others: number
    }[]
  >`
    select t.hint, s.key, s.name, o.key as "organizationKey", t.expires_at as "expiresAt", t.last_used_at as "lastUsedAt",
      t.revoked_at is not null as revoked,
      (select count(*)::int from tokens other
        where other.organization_id = t.organization_id and other.source_id = t.source_id and other.id <> t.id
          and other.revoked_at is null and (other.expires_at is null or other.expires_at > t.expires_at)) as others
    from tokens t
    join sources s on s.organization_id = t.organization_id and s.id = t.source_id
    join organizations o on o.id = t.organization_id
    where t.organization_id = ${letter.organizationId} and t.id = ${letter.tokenId} and t.expires_at is not null`
  if (token === undefined) throw new Error(`token ${letter.tokenId} of letter ${letter.id} is gone`)
  const { hint, key, name, organizationKey, expiresAt, lastUsedAt, revoked, others } = token
  return {
    kind,
    tokenId: letter.tokenId,
    hint,
    source: { key, name },
    organizationKey,
    expiresAt: expiresAt.toISOString(),
    lastUsedAt: lastUsedAt?.toISOString() ?? null,
    others,
    revoked,
  }
}
