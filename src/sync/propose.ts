/**
 * Propose: evaluates whoever is dirty, finds who drifted, plans each of them, and stores at most two plans: a free one that a policy
 * approves and a waiting one for a person. All of it is one transaction under the organization's lock, so two proposals never mix.
 */
import { match } from '../reconcile/match.ts'
import type { Source } from '../reconcile/model.ts'
import type { Transaction } from '../store/connection.ts'
import { addWaiters, findDrift } from '../store/drift.ts'
import { lockAwaiting, lockOrganization } from '../store/locks.ts'
import { findPairs, openDecisions, writeAdoptions } from '../store/matching.ts'
import { listSources, readOrganization } from '../store/organizations.ts'
import { approvedPlans } from '../store/plans.ts'
import { allocateSeats, closeDependencies, openProposal } from '../store/proposal.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { endSpentWaits } from '../store/waits.ts'
import { widenWorkMemory } from '../store/work-memory.ts'
import { collectActions } from './collect.ts'
import { evaluateDirty } from './desire.ts'
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
    const drifting = await findDrift(transaction, organization, at, { managesAdmins, supersede })
    const freeing = await addWaiters(transaction, organization, at, { managesAdmins, supersede })
    const proposal = await openProposal(transaction)
    if (drifting > 0) {
      const free = await freeSources(transaction, organization, sources)
      await collectActions(proposal, { settings, sources, free, freeing, at })
      await closeDependencies(proposal)
      await allocateSeats(proposal, organization)
    }
    return await storePlans(proposal, settings, { at, actor: options.actor, supersede })
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
  await openDecisions(
    transaction,
    organization,
    answers.filter((answer) => answer.kind !== 'link'),
    at,
  )
}

/** Ids of the sources whose additive actions a policy approves by itself. */
async function freeSources(transaction: Transaction, organization: number, sources: Source[]): Promise<Set<number>> {
  const free = new Set<number>()
  for (const source of sources) {
    if (source.approval !== 'additive_auto') continue
    const reviewed = await approvedPlans(transaction, organization, source.id)
    if (source.mode === 'delta' || reviewed >= REVIEWED_PLANS) free.add(source.id)
  }
  return free
}
