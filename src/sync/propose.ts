/**
 * Propose: evaluates whoever is dirty, finds who drifted, plans each of them, and stores at most two plans: a free one that a policy
 * approves and a waiting one for a person. All of it is one transaction under the organization's lock, so two proposals never mix.
 */
import { match } from '../reconcile/match.ts'
import type { ApprovalMode, Finding, Source } from '../reconcile/model.ts'
import type { Transaction } from '../store/connection.ts'
import { findRefused, followHolders, settleAddresses } from '../store/contested.ts'
import { addWaiters, findDrift } from '../store/drift.ts'
import { lockAwaiting, lockOrganization } from '../store/locks.ts'
import { findPairs, settleDecisions, writeAdoptions } from '../store/matching.ts'
import { listSources, type Organization, readOrganization } from '../store/organizations.ts'
import { changedSince } from '../store/plan-facts.ts'
import { approvedPlans, listPlans, type PlanQuery } from '../store/plans.ts'
import {
  allocateSeats,
  closeDependencies,
  openProposal,
  type Part,
  setAsideObserved,
  takeObserved,
} from '../store/proposal.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { endSpentWaits } from '../store/waits.ts'
import { widenWorkMemory } from '../store/work-memory.ts'
import { collectActions } from './collect.ts'
import { evaluateDirty } from './desire.ts'
import { judge } from './judge.ts'
import type { Actor, Parts, ProposeBecause } from './parts.ts'
import { storePlans } from './store-plans.ts'

export interface Proposed {
  /** Null when everything is in step. */
  proposalId: number | null
  /** Ids of the plans of this proposal, the free one first. */
  plans: number[]
  /** Members whom no plan touches. */
  unchanged: number
}

/** Plans that a newer proposal takes the place of. */
const REPLACEABLE = { states: ['awaiting_approval'], lane: 'sync' } satisfies Omit<PlanQuery, 'limit'>
const MOST_OPEN = 10_000
const REAL: Part[] = ['foreseen', 'free', 'waiting']
const SHOWN: Part[] = ['observed']

/** Snapshot sources are looked at by a person this many times before a policy may approve anything. */
const REVIEWED_PLANS = 3

export async function propose(
  parts: Parts,
  organization: number,
  options: { actor: Actor; because: ProposeBecause },
): Promise<Proposed> {
  const { sql, log } = parts
  const at = parts.now()
  const started = Date.now()
  const stored = await sql.begin(async (transaction) => {
    // From the first evaluation to the stored plan: a second proposal must not start from people who are half evaluated.
    await lockOrganization(transaction, organization)
    await widenWorkMemory(transaction)
    const evaluated = await evaluateDirty(sql, organization, at)
    await analyzeOutgrown(sql, 'propose', evaluated)
    if (options.because !== 'due') await lockAwaiting(transaction, organization)
    await endSpentWaits(transaction, organization)
    const settings = await readOrganization(transaction, organization)
    const sources = await listSources(transaction, organization)
    await matchNewcomers(transaction, organization, new Set(settings.settings.domains), at)
    const supersede = options.because !== 'due'
    const managesAdmins = sources.some((source) => source.managesAdmins)
    await settleAddresses(transaction, organization, at, { managesAdmins })
    const drifting = await findDrift(transaction, organization, at, { managesAdmins, supersede })
    const freeing = await addWaiters(transaction, organization, at, { managesAdmins, supersede })
    const proposal = await openProposal(transaction)
    let findings: Finding[] = []
    let observed = 0
    if (drifting > 0) {
      const modes = await modesOf(transaction, settings, sources)
      const refused = await findRefused(transaction)
      await collectActions(proposal, { settings, sources, modes, freeing, refused, at })
      await followHolders(transaction)
      await closeDependencies(proposal)
      observed = await setAsideObserved(proposal)
      findings = await judge(proposal, settings, at)
      // What guards took from the policy takes along what depends on it.
      await followHolders(transaction)
      await closeDependencies(proposal)
      await allocateSeats(proposal, organization)
    }
    const { actor } = options
    const replaced = supersede ? await listPlans(transaction, organization, { ...REPLACEABLE, limit: MOST_OPEN }) : []
    const stored = await storePlans(proposal, settings, { parts: REAL, at, actor, replaced, findings, sources })
    const drafts = await listPlans(transaction, organization, { states: ['draft'], lane: 'sync', limit: MOST_OPEN })
    if (observed === 0 && drafts.length === 0) return stored
    // As if it were all that happened: what an observed source would do, with the guards and the seats that it would meet.
    if (observed > 0) {
      await takeObserved(proposal)
      findings = await judge(proposal, settings, at)
      await allocateSeats(proposal, organization)
    }
    const shown = await storePlans(proposal, settings, { parts: SHOWN, at, actor, replaced: drafts, findings, sources })
    return { ...stored, proposalId: stored.proposalId ?? shown.proposalId, plans: [...stored.plans, ...shown.plans] }
  })
  log.info({ organization, because: options.because, ...stored, milliseconds: Date.now() - started }, 'proposed')
  for (const plan of stored.approved) await parts.jobs.execute(organization, plan)
  if (stored.plans.length > 0) await parts.jobs.deliver()
  return { proposalId: stored.proposalId, plans: stored.plans, unchanged: stored.unchanged }
}

/** Who is new: nobody we know, somebody we know (a link of this proposal), or a question for a person. */
async function matchNewcomers(
  transaction: Transaction,
  organization: number,
  verifiedDomains: Set<string>,
  at: Date,
): Promise<void> {
  const { newcomers, pairs } = await findPairs(transaction, organization)
  const answers = match(newcomers, pairs, { verifiedDomains, at: at.toISOString() })
  await writeAdoptions(
    transaction,
    organization,
    answers.filter((answer) => answer.kind === 'link'),
  )
  await settleDecisions(
    transaction,
    organization,
    answers.filter((answer) => answer.kind !== 'link'),
    at,
  )
}

/**
 * What a policy approves of each source now. A person looks at the first plans of a snapshot source, and, where a policy would approve
 * also what is taken away, at the first plan after rules or settings changed: what they decide need not wait for a second file.
 */
async function modesOf(
  transaction: Transaction,
  settings: Organization,
  sources: Source[],
): Promise<Map<number, ApprovalMode>> {
  const { rules, settings: limits } = await changedSince(transaction, settings)
  const modes = new Map<number, ApprovalMode>()
  for (const { id, approval, mode } of sources) {
    const automatic = approval === 'additive_auto' || approval === 'within_limits'
    const fresh =
      automatic && mode === 'snapshot' && (await approvedPlans(transaction, settings.id, id)) < REVIEWED_PLANS
    modes.set(id, fresh || (approval === 'within_limits' && (rules || limits)) ? 'manual' : approval)
  }
  return modes
}
