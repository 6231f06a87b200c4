/** Plans as stored documents: written once by a proposal, moved along their life by one guarded UPDATE each. */
import type { PlanHeader } from '../reconcile/canonical.ts'
import type { Consent } from '../reconcile/consent.ts'
import type {
  ActionKind,
  Evidence,
  Finding,
  ItemImage,
  Lane,
  OutcomeState,
  PlanState,
  Reason,
} from '../reconcile/model.ts'
import type { Operation } from '../reconcile/operation.ts'
import type { Handle, Transaction } from './connection.ts'
import { countOutcomes, outcomeOf } from './outcomes.ts'
import type { Part } from './proposal.ts'

export interface PlanOverride {
  count: number
  reason: string
  by: string
}

/** What the first of two administrators said of a refused plan. It stands with the plan, whose hash never changes. */
export interface PlanConsent extends Consent {
  reason: string
}

export interface SeatForecast {
  product: string
  name: string
  owned: number
  used: number
  /** Seats in use once this plan is applied as predicted. */
  after: number
  waiting: number
}

export interface PlanRow {
  id: number
  proposalId: number
  lane: Lane
  part: Part
  state: PlanState
  hash: string
  headline: string
  counts: Partial<Record<ActionKind, number>>
  seats: SeatForecast[]
  sourceIds: number[]
  findings: Finding[]
  items: number
  revision: number
  createdBy: string
  createdAt: Date
  expiresAt: Date
  approvedBy: string | null
  approvedAt: Date | null
  approvedHash: string | null
  override: PlanOverride | null
  closedReason: string | null
  supersededBy: number | null
  startedAt: Date | null
  finishedAt: Date | null
  quiet: boolean
  consent: PlanConsent | null
  /** What a person asked for; null for what sync made. */
  operation: Operation | null
  /** The upload that it was made of. */
  snapshotId: number | null
  /** Items that a reviewer left out; `items` counts them too. */
  leftOut: number
}

export const planColumns = (handle: Handle) => handle`
  id, proposal_id as "proposalId", lane, part, state, hash, headline, counts, seats, source_ids as "sourceIds", findings, items, revision,
  created_by as "createdBy", created_at as "createdAt", expires_at as "expiresAt", approved_by as "approvedBy",
  approved_at as "approvedAt", approved_hash as "approvedHash", "override", closed_reason as "closedReason",
  superseded_by as "supersededBy", started_at as "startedAt", finished_at as "finishedAt", quiet, consent, operation,
  snapshot_id as "snapshotId", left_out as "leftOut"`

export interface NewPlan {
  proposalId: number | null
  lane: Lane
  part: PlanRow['part']
  state: PlanState
  header: PlanHeader
  headline: string
  counts: Partial<Record<ActionKind, number>>
  seats: SeatForecast[]
  sourceIds: number[]
  findings: Finding[]
  items: number
  revision: number
  createdBy: string
  createdAt: Date
  expiresAt: Date
  quiet: boolean
  operation?: Operation
  snapshotId?: number
}

/** Writes the plan without its hash (see `sealPlan`) and returns its id; a first plan of a proposal gives the proposal its id. */
export async function insertPlan(handle: Handle, organization: number, plan: NewPlan): Promise<number> {
  const [row] = await handle<{ id: number }[]>`
    insert into plans (organization_id, proposal_id, lane, part, state, hash, header, headline, counts, seats, source_ids, findings,
      items, revision, created_by, created_at, expires_at, quiet, operation, snapshot_id)
    values (${organization}, ${plan.proposalId ?? 0}, ${plan.lane}, ${plan.part}, ${plan.state}, '', ${JSON.stringify(plan.header)}::text::jsonb,
      ${plan.headline}, ${JSON.stringify(plan.counts)}::text::jsonb, ${JSON.stringify(plan.seats)}::text::jsonb, ${plan.sourceIds}::int[],
      ${JSON.stringify(plan.findings)}::text::jsonb, ${plan.items}, ${plan.revision}, ${plan.createdBy}, ${plan.createdAt},
      ${plan.expiresAt}, ${plan.quiet}, ${plan.operation ? JSON.stringify(plan.operation) : null}::text::jsonb, ${plan.snapshotId ?? null})
    returning id`
  if (!row) throw new Error('a plan without an id')
  if (plan.proposalId === null) {
    await handle`update plans set proposal_id = id where organization_id = ${organization} and id = ${row.id}`
  }
  return row.id
}

/** Writes the hash over the plan's content. From here on the plan is what people approve. */
export async function sealPlan(handle: Handle, organization: number, plan: number, hash: string): Promise<void> {
  await handle`update plans set hash = ${hash} where organization_id = ${organization} and id = ${plan}`
}

/** The same plan, judged again: what was applied meanwhile may have made it more, or less, than its guards let pass. */
export async function renewFindings(
  handle: Handle,
  organization: number,
  plan: number,
  findings: Finding[],
): Promise<void> {
  await handle`
    update plans set findings = ${JSON.stringify(findings)}::text::jsonb where organization_id = ${organization} and id = ${plan}`
}

export async function deletePlan(handle: Handle, organization: number, plan: number): Promise<void> {
  await handle`delete from plan_items where organization_id = ${organization} and plan_id = ${plan}`
  await handle`delete from plans where organization_id = ${organization} and id = ${plan}`
}

export async function readPlan(handle: Handle, organization: number, plan: number): Promise<PlanRow | null> {
  const [row] = await handle<PlanRow[]>`
    select ${planColumns(handle)} from plans where organization_id = ${organization} and id = ${plan}`
  return row ?? null
}

export interface PlanQuery {
  states?: PlanState[] | undefined
  lane?: Lane | undefined
  /** Only those in which this source has a part. */
  source?: number | undefined
  /** A part of the sentence, of the name of whoever made it or of the file; or the id. */
  search?: { text: string; id: number | null } | undefined
  limit: number
  /** Only plans with a smaller id: the cursor of the page before. */
  before?: number | undefined
}

const mentions = (handle: Handle, { text, id }: NonNullable<PlanQuery['search']>) => handle`
  (id = ${id} or position(lower(${text}) in lower(concat_ws(' ', headline, created_by, operation->'file'->>'name'))) > 0)`

/** Plans, newest first. */
export async function listPlans(handle: Handle, organization: number, query: PlanQuery): Promise<PlanRow[]> {
  return await handle<PlanRow[]>`
    select ${planColumns(handle)} from plans
    where organization_id = ${organization} and hash <> ''
      ${query.states ? handle`and state = any(${query.states}::text[])` : handle``}
      ${query.lane ? handle`and lane = ${query.lane}` : handle``}
      ${query.source ? handle`and ${query.source} = any(source_ids)` : handle``}
      ${query.search ? handle`and ${mentions(handle, query.search)}` : handle``}
      ${query.before ? handle`and id < ${query.before}` : handle``}
    order by id desc limit ${query.limit}`
}

export interface PlanMove {
  approvedBy?: string
  approvedAt?: Date
  approvedHash?: string
  override?: PlanOverride
  closedReason?: string
  supersededBy?: number
  startedAt?: Date
  finishedAt?: Date
  /** Only while its hash is this one: whoever edits it meanwhile wins. */
  ifHash?: string
}

/** Moves a plan, from these states only: false when it is in another by now. The UPDATE decides, not a look before it. */
export async function movePlan(
  handle: Handle,
  organization: number,
  plan: number,
  from: PlanState[],
  to: PlanState,
  move: PlanMove = {},
): Promise<boolean> {
  const moved = await handle`
    update plans set state = ${to},
      approved_by = coalesce(${move.approvedBy ?? null}, approved_by), approved_at = coalesce(${move.approvedAt ?? null}, approved_at),
      approved_hash = coalesce(${move.approvedHash ?? null}, approved_hash),
      "override" = coalesce(${move.override ? JSON.stringify(move.override) : null}::text::jsonb, "override"),
      closed_reason = coalesce(${move.closedReason ?? null}, closed_reason),
      superseded_by = coalesce(${move.supersededBy ?? null}, superseded_by),
      started_at = coalesce(started_at, ${move.startedAt ?? null}), finished_at = coalesce(${move.finishedAt ?? null}, finished_at)
    where organization_id = ${organization} and id = ${plan} and state = any(${from}::text[])
      ${move.ifHash === undefined ? handle`` : handle`and hash = ${move.ifHash}`}`
  return moved.count === 1
}

/**
 * Over `plans p`: somebody approved it, and what they saw counts as seen. One that was out of date before anything of it was done, or was
 * never started, shows another proposal in its place, which nobody has seen.
 */
export const seen = (handle: Handle) => handle`p.approved_at is not null and p.state not in ('stale', 'expired')`

/** How many plans that named this source somebody ever approved: the first three of a snapshot source are looked at by a person. */
export async function approvedPlans(handle: Handle, organization: number, source: number): Promise<number> {
  const [row] = await handle<{ count: number }[]>`
    select count(*)::int as count from plans p
    where p.organization_id = ${organization} and p.lane = 'sync' and ${seen(handle)} and ${source} = any(p.source_ids)`
  return row?.count ?? 0
}

/** The consent that a plan has, read under lock: of two administrators who speak at once, one is the second. */
export async function lockConsent(
  transaction: Transaction,
  organization: number,
  plan: number,
): Promise<PlanConsent | null> {
  const [row] = await transaction<{ consent: PlanConsent | null }[]>`
    select consent from plans where organization_id = ${organization} and id = ${plan} for update`
  return row?.consent ?? null
}

/** Keeps what the first of two administrators said of these bytes; false when the plan does not await approval with them any more. */
export async function consentToPlan(
  handle: Handle,
  organization: number,
  plan: Pick<PlanRow, 'id' | 'hash'>,
  consent: PlanConsent,
): Promise<boolean> {
  const written = await handle`
    update plans set consent = ${JSON.stringify(consent)}::text::jsonb
    where organization_id = ${organization} and id = ${plan.id} and state = 'awaiting_approval' and hash = ${plan.hash}`
  return written.count === 1
}

export interface ItemRow {
  number: number
  wave: number
  kind: string
  effect: string
  personId: number
  productId: number | null
  product: string | null
  productName: string | null
  fromPersonId: number | null
  email: string
  name: string | null
  before: ItemImage | null
  after: ItemImage | null
  reason: Reason
  sourceIds: number[]
  evidence: Evidence | null
  predicted: OutcomeState
  /** Why it is predicted not to succeed, where that is known. */
  foreseen: { code: string; params: Record<string, string | number> } | null
  state: OutcomeState | 'pending'
  code: string | null
  params: Record<string, string | number>
}

export interface ItemQuery {
  after: number
  limit: number
  kind?: string | undefined
  state?: string | undefined
  predicted?: string | undefined
}

/** Over `plan_items i` and its outcome `o`: what a reviewer left out will come to nothing, also before the plan is approved. */
const stateOf = (handle: Handle) =>
  handle`coalesce(o.state, case when i.excluded then 'skipped_excluded' else 'pending' end)`

/** The columns of `ItemRow` over `plan_items i`, its product `p` and its outcome `o`. */
export const itemColumns = (handle: Handle) => handle`
  i.number, i.wave, i.kind, i.effect, i.person_id as "personId", i.product_id as "productId", p.key as product,
  p.name as "productName", i.from_person_id as "fromPersonId", i.subject_email as email, i.subject_name as name, i.before, i.after,
  i.reason, i.source_ids as "sourceIds", i.evidence, i.predicted, i.foreseen, ${stateOf(handle)} as state, o.code,
  coalesce(o.params, '{}') as params`

/** Items in the order in which they run, with what became of them. */
export async function readItems(
  handle: Handle,
  organization: number,
  plan: number,
  query: ItemQuery,
): Promise<ItemRow[]> {
  return await handle<ItemRow[]>`
    select ${itemColumns(handle)}
    from plan_items i
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join ${outcomeOf(handle)} on true
    where i.organization_id = ${organization} and i.plan_id = ${plan} and i.number > ${query.after}
      ${query.kind ? handle`and i.kind = ${query.kind}` : handle``}
      ${query.state ? handle`and ${stateOf(handle)} = ${query.state}` : handle``}
      ${query.predicted ? handle`and i.predicted = ${query.predicted}` : handle``}
    order by i.number limit ${query.limit}`
}

/** Items of which one of these is foreseen: in the order of these, then in that in which they run. */
export async function readForeseen(
  handle: Handle,
  organization: number,
  plan: number,
  { predicted, limit }: { predicted: readonly OutcomeState[]; limit: number },
): Promise<ItemRow[]> {
  const states = [...predicted]
  return await handle<ItemRow[]>`
    with first as materialized (
      select number, array_position(${states}::text[], predicted) as place from plan_items
      where organization_id = ${organization} and plan_id = ${plan} and predicted = any(${states}::text[])
      order by place, number limit ${limit})
    select ${itemColumns(handle)}
    from first f
    join plan_items i on i.organization_id = ${organization} and i.plan_id = ${plan} and i.number = f.number
    left join products p on p.organization_id = i.organization_id and p.id = i.product_id
    left join ${outcomeOf(handle)} on true
    order by f.place, f.number`
}

/** How many items have come to what, `pending` included. */
export async function progress(
  handle: Handle,
  organization: number,
  plan: number,
): Promise<{ items: number; states: Record<string, number> }> {
  const states: Record<string, number> = await countOutcomes(handle, organization, plan)
  const [total] = await handle<{ items: number; leftOut: number }[]>`
    select items, left_out as "leftOut" from plans where organization_id = ${organization} and id = ${plan}`
  const { items, leftOut } = total ?? { items: 0, leftOut: 0 }
  // They have their outcome once the plan is approved, and will come to nothing before.
  if (leftOut > 0) states['skipped_excluded'] ??= leftOut
  const done = Object.values(states).reduce((sum, count) => sum + count, 0)
  return { items, states: items > done ? { pending: items - done, ...states } : states }
}

/** Keeps the people of a rejected plan from being proposed again before a source repeats itself. */
export async function waitRejected(handle: Handle, organization: number, plan: number, at: Date): Promise<void> {
  await handle`
    insert into waits (organization_id, person_id, kind, since, plan_id)
    select distinct ${organization}::int, person_id, 'rejected', ${at}::timestamptz, ${plan}::bigint from plan_items
    where organization_id = ${organization} and plan_id = ${plan}
    on conflict do nothing`
}
