/** Turns the collected actions into stored plans: counted, guarded, hashed, and in the state in which a person or a policy finds them. */
import { hashHeader, type PlanHeader } from '../reconcile/canonical.ts'
import { countsSentence } from '../reconcile/describe.ts'
import { guard, limitsSchema } from '../reconcile/guard.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Finding } from '../reconcile/model.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { countMembers } from '../store/members.ts'
import type { Organization } from '../store/organizations.ts'
import { writeAdministratorLetter } from '../store/outbox.ts'
import { forecastSeats, holders, sourceDigests } from '../store/plan-facts.ts'
import { deletePlan, insertPlan, listPlans, movePlan, type PlanRow, sealPlan } from '../store/plans.ts'
import { itemDigests, type Part, type PartFacts, type Proposal, partFacts, writeItems } from '../store/proposal.ts'
import type { Actor } from './parts.ts'

const DAY_MS = 86_400_000
const PLAN_LIVES_MS = 7 * DAY_MS

export interface StoredPlans {
  proposalId: number | null
  plans: number[]
  /** Those that a policy has approved and that may start. */
  approved: number[]
  unchanged: number
}

export async function storePlans(
  proposal: Proposal,
  settings: Organization,
  options: { at: Date; actor: Actor; supersede: boolean },
): Promise<StoredPlans> {
  const { at, actor } = options
  const { transaction } = proposal
  const organization = settings.id
  const members = await countMembers(transaction, organization)
  const replaced = options.supersede
    ? await listPlans(transaction, organization, { states: ['awaiting_approval'], lane: 'sync', limit: 10_000 })
    : []
  const header: PlanHeader = {
    schema: 1,
    organization: settings.key,
    baseRevision: settings.revision,
    snapshots: await sourceDigests(transaction, organization),
    rulesetVersion: settings.rulesetVersion,
    settingsVersion: settings.settingsVersion,
  }
  const limits = limitsSchema.parse(settings.settings.limits ?? {})
  const stored: StoredPlans = { proposalId: null, plans: [], approved: [], unchanged: members }
  const kept = new Set<number>()
  let touched = 0
  for (const part of ['free', 'waiting'] as const) {
    const facts = await partFacts(proposal, part)
    if (facts.items === 0) continue
    const findings =
      part === 'waiting' ? guard(await guardFacts(transaction, organization, facts, members), limits) : []
    touched += facts.people
    const plan = await insertPlan(transaction, organization, {
      proposalId: stored.proposalId,
      lane: 'sync',
      part,
      state: part === 'free' ? 'approved' : 'awaiting_approval',
      header,
      headline: countsSentence(facts.counts, members === 0 ? null : Math.max(0, members - facts.people)),
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
    const same = replaced.find((old) => old.hash === hash && part === 'waiting')
    if (same) {
      await deletePlan(transaction, organization, plan)
      kept.add(same.id)
      stored.plans.push(same.id)
      stored.proposalId ??= same.proposalId
      continue
    }
    await sealPlan(transaction, organization, plan, hash)
    stored.proposalId ??= plan
    stored.plans.push(plan)
    await announce(transaction, organization, plan, part, facts, findings, { at, actor, hash })
    if (part === 'free') stored.approved.push(plan)
  }
  stored.unchanged = Math.max(0, members - touched)
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

async function guardFacts(transaction: Transaction, organization: number, facts: PartFacts, members: number) {
  const held = await holders(transaction, organization)
  return {
    removes: facts.removes,
    suspends: facts.suspends,
    members,
    revokes: facts.revokes.map((revoke) => ({ ...revoke, holders: 0, ...held.get(revoke.product) })),
  }
}

async function announce(
  transaction: Transaction,
  organization: number,
  plan: number,
  part: Part,
  facts: PartFacts,
  findings: Finding[],
  { at, actor, hash }: { at: Date; actor: Actor; hash: string },
): Promise<void> {
  const object = showId('pln', plan)
  await writeAudit(transaction, {
    organizationId: organization,
    at,
    actor: actor.name,
    act: 'plan.created',
    object,
    planId: plan,
    after: { hash, counts: facts.counts, part },
  })
  if (part === 'free') {
    const policy = 'policy additive_auto'
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
  const stopped = findings.some((finding) => finding.verdict !== 'pass')
  await writeAdministratorLetter(
    transaction,
    organization,
    { event: stopped ? 'plan_held' : 'plan_waits', planId: plan },
    at,
  )
}

/** Whatever still awaits approval is replaced by what is true now. */
async function supersede(
  transaction: Transaction,
  organization: number,
  replaced: PlanRow[],
  by: number | null,
  at: Date,
): Promise<void> {
  for (const plan of replaced) {
    await movePlan(transaction, organization, plan.id, ['awaiting_approval'], 'superseded', {
      ...(by === null ? { closedReason: 'Nothing of it is left to do.' } : { supersededBy: by }),
      finishedAt: at,
    })
  }
}
