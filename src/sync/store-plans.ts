/** Turns the collected actions into stored plans: counted, guarded, hashed, and in the state in which a person or a policy finds them. */
import { hashHeader, type PlanHeader } from '../reconcile/canonical.ts'
import { countsSentence } from '../reconcile/describe.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Finding, Lane, PlanState, Source } from '../reconcile/model.ts'
import { overrideCount } from '../reconcile/review.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { foresee, tellForeseen } from '../store/contested.ts'
import { brokenInvariants } from '../store/invariants.ts'
import { foreseeLastAdmins } from '../store/last-admins.ts'
import type { Organization } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { forecastSeats, sourceDigests, touchedMembers } from '../store/plan-facts.ts'
import { deletePlan, insertPlan, movePlan, type PlanRow, renewFindings, sealPlan } from '../store/plans.ts'
import { itemDigests, type Part, type PartFacts, type Proposal, partFacts, writeItems } from '../store/proposal.ts'
import { type Actor, SYSTEM, signed } from './parts.ts'

const DAY_MS = 86_400_000
const PLAN_LIVES_MS = 7 * DAY_MS

export interface StoredPlans {
  proposalId: number | null
  plans: number[]
  /** Those that a policy has approved and that may start. */
  approved: { id: number; lane: Lane }[]
  /** Members whom none of these plans touches; each plan's headline says the same number. */
  unchanged: number
}

export async function storePlans(
  proposal: Proposal,
  settings: Organization,
  options: {
    parts: Part[]
    at: Date
    actor: Actor
    /** Plans whose place these take. */
    replaced: PlanRow[]
    findings: Finding[]
    sources: Source[]
    /** Where they run; what was foreseen is urgent anyway. */
    lane: Lane
    /** Members that there are. */
    members: number
  },
): Promise<StoredPlans> {
  const { at, actor, replaced, members } = options
  const { transaction } = proposal
  const organization = settings.id
  const header: PlanHeader = {
    schema: 1,
    organization: settings.key,
    baseRevision: settings.revision,
    snapshots: await sourceDigests(transaction, organization),
    rulesetVersion: settings.rulesetVersion,
    settingsVersion: settings.settingsVersion,
  }
  const unchanged = members - (await touchedMembers(transaction, organization))
  const stored: StoredPlans = { proposalId: null, plans: [], approved: [], unchanged }
  const kept = new Set<number>()
  await foresee(transaction)
  const broken = await brokenInvariants(proposal, organization)
  if (broken.length > 0) throw new Error(`a proposal that ${broken.join(', and ')} is not stored`)
  for (const part of options.parts) {
    const facts = await partFacts(proposal, part)
    if (facts.items === 0) continue
    // Nothing that a guard stopped at is left in the free part.
    const looked = part === 'waiting' || part === 'observed'
    const judged = part === 'foreseen' ? [] : options.findings
    const findings = judged.filter((finding) => looked || finding.verdict === 'pass')
    const lane = part === 'foreseen' ? 'urgent' : options.lane
    const plan = await insertPlan(transaction, organization, {
      proposalId: stored.proposalId,
      lane,
      part,
      state: STATES[part],
      header,
      headline: countsSentence(facts.counts, members === 0 ? null : unchanged),
      counts: facts.counts,
      seats: await forecastSeats(transaction, organization, part),
      sourceIds: facts.sourceIds,
      findings,
      items: facts.items,
      revision: settings.revision,
      createdBy: actor.name,
      createdAt: at,
      expiresAt: new Date(at.getTime() + PLAN_LIVES_MS),
      quiet: false,
    })
    await writeItems(proposal, organization, plan, part)
    const hash = await hashOf(proposal, part, header)
    const same = replaced.find((old) => old.hash === hash && looked)
    await tellForeseen(transaction, organization, same?.id ?? plan)
    await foreseeLastAdmins(transaction, organization, same?.id ?? plan)
    if (same) {
      await deletePlan(transaction, organization, plan)
      await renewFindings(transaction, organization, same.id, findings)
      kept.add(same.id)
      stored.plans.push(same.id)
      stored.proposalId ??= same.proposalId
      continue
    }
    await sealPlan(transaction, organization, plan, hash)
    stored.proposalId ??= plan
    stored.plans.push(plan)
    const policy = part === 'foreseen' ? SYSTEM.name : policyOf(options.sources, facts.sourceIds)
    await announce(transaction, organization, plan, part, facts, findings, { at, actor, hash, policy })
    if (STATES[part] === 'approved') stored.approved.push({ id: plan, lane })
  }
  await supersede(
    transaction,
    organization,
    replaced.filter((old) => !kept.has(old.id)),
    stored.plans.at(-1) ?? null,
    at,
  )
  return stored
}

async function hashOf(proposal: Proposal, part: Part, header: PlanHeader): Promise<string> {
  const hash = hashHeader(header)
  for await (const page of itemDigests(proposal, part)) for (const { digest } of page) hash.item(digest)
  return hash.hex()
}

async function announce(
  transaction: Transaction,
  organization: number,
  plan: number,
  part: Part,
  facts: PartFacts,
  findings: Finding[],
  { at, actor, hash, policy }: { at: Date; actor: Actor; hash: string; policy: string },
): Promise<void> {
  const object = showId('pln', plan)
  await writeAudit(transaction, {
    organizationId: organization,
    at,
    ...signed(actor),
    act: 'plan.created',
    object,
    planId: plan,
    after: { hash, counts: facts.counts, part },
  })
  if (part === 'observed') return
  if (STATES[part] === 'approved') {
    await movePlan(transaction, organization, plan, ['approved'], 'approved', {
      approvedBy: policy,
      approvedAt: at,
      approvedHash: hash,
      startedAt: at,
    })
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      actor: policy,
      act: 'plan.approved',
      object,
      planId: plan,
      after: { hash },
    })
    return
  }
  const stopped = overrideCount(findings) !== null
  await writeAdministratorLetter(
    transaction,
    organization,
    { event: stopped ? 'plan_held' : 'plan_waits', planId: plan },
    at,
  )
}

const STATES: Record<Part, PlanState> = {
  foreseen: 'approved',
  free: 'approved',
  waiting: 'awaiting_approval',
  observed: 'draft',
}

/** `policy within_limits`: what the sources of a plan that no person looked at allow, each word once. */
function policyOf(sources: Source[], ids: number[]): string {
  if (ids.length === 0) return SYSTEM.name
  const modes = sources.filter((source) => ids.includes(source.id)).map((source) => source.approval)
  return `policy ${[...new Set(modes)].sort().join(' and ')}`
}

/** Whatever still awaits approval, or is only shown, is replaced by what is true now. */
async function supersede(
  transaction: Transaction,
  organization: number,
  replaced: PlanRow[],
  by: number | null,
  at: Date,
): Promise<void> {
  for (const plan of replaced) {
    await movePlan(transaction, organization, plan.id, ['awaiting_approval', 'draft'], 'superseded', {
      ...(by === null ? { closedReason: 'Nothing of it is left to do.' } : { supersededBy: by }),
      finishedAt: at,
    })
  }
}
