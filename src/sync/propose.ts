/**
 * Propose: evaluates whoever is dirty, finds who drifted, plans each of them, and stores at most two plans: a free one that a policy
 * approves and a waiting one for a person. All of it is one transaction under a lock of the organization, so two proposals never mix, but for
 * an urgent one beside another.
 */
import { match } from '../reconcile/match.ts'
import type { Finding } from '../reconcile/model.ts'
import type { Transaction } from '../store/connection.ts'
import { findRefused, followHolders, settleAddresses } from '../store/contested.ts'
import { addWaiters, findDrift, laneOf } from '../store/drift.ts'
import { lockAwaiting, lockJudgement, lockProposals } from '../store/locks.ts'
import { findPairs, settleDecisions, writeAdoptions } from '../store/matching.ts'
import { countMembers } from '../store/members.ts'
import { listSources, readOrganization } from '../store/organizations.ts'
import { pipeline } from '../store/pipeline.ts'
import { listPlans } from '../store/plans.ts'
import {
  allocateSeats,
  closeDependencies,
  leaveOutDirty,
  openProposal,
  type Part,
  setAsideObserved,
  takeObserved,
} from '../store/proposal.ts'
import { holdBack, liftPushedRejections, settlePushed } from '../store/pushed.ts'
import { hasPeople } from '../store/pushes.ts'
import { openReach, type Reach } from '../store/reach.ts'
import { endSpentReturns } from '../store/returns.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { inTurn } from '../store/turns.ts'
import { endSpentWaits } from '../store/waits.ts'
import { widenWorkMemory } from '../store/work-memory.ts'
import { askAboutGone } from './ask-about-gone.ts'
import { collectActions } from './collect.ts'
import { evaluateDirty } from './desire.ts'
import { isLive } from './go-live.ts'
import { judge } from './judge.ts'
import { readMirror } from './mirror.ts'
import { mirrorFindings } from './mirror-findings.ts'
import { modesOf } from './modes.ts'
import type { Actor, Parts, ProposeBecause } from './parts.ts'
import { endAtSync } from './pin-ends.ts'
import { storePlans } from './store-plans.ts'
import { awaitingPlans, urgentPlans } from './urgent.ts'

export interface Proposed {
  /** Null when everything is in step. */
  proposalId: number | null
  /** Ids of the plans of this proposal, the free one first. */
  plans: number[]
  /** Members whom no plan touches. */
  unchanged: number
}

const MOST_OPEN = 10_000
const REAL: Part[] = ['foreseen', 'free', 'waiting']
const SHOWN: Part[] = ['observed']

export async function propose(
  parts: Parts,
  organization: number,
  options: { actor: Actor; because: ProposeBecause },
): Promise<Proposed> {
  const { sql, log } = parts
  const { actor, because } = options
  const started = Date.now()
  const lane = because === 'urgent' ? 'urgent' : 'sync'
  const stored = await inTurn(sql, `proposals ${organization} ${lane}`, async (transaction) => {
    // From the first evaluation to the stored plan: a second proposal must not start from people who are half evaluated.
    await lockProposals(transaction, organization, lane)
    // Not before it is this one's turn: what is read now is later than every plan that there is already.
    const at = parts.now()
    await widenWorkMemory(transaction)
    const reach = await reachOf(transaction, organization, because)
    const supersede = because !== 'due' && because !== 'pushed'
    const urgent = reach === 'urgent' ? await urgentPlans(transaction, organization, at) : null
    // A plan that names whom another one named looks at all of them as they are now.
    const renewing = urgent !== null && urgent.replaced.length > 0
    const bringUp = async () => {
      if (because !== 'due') await readMirror(sql, organization, at, { urgent: urgent !== null && !renewing })
      await endAtSync(parts, organization, because, at)
      const evaluated = await evaluateDirty(sql, organization, at, reach)
      return renewing ? evaluated + (await evaluateDirty(sql, organization, at, 'pushed')) : evaluated
    }
    // To count them takes longer than to bring a few up to date, so both are done at once.
    const counted = reach === 'everybody' ? Promise.resolve(null) : countMembers(sql, organization)
    const [evaluated, known] = await pipeline([bringUp(), counted])
    await analyzeOutgrown(sql, 'propose', evaluated)
    if (reach === 'everybody' && supersede) await lockAwaiting(transaction, organization)
    const concerned = { reach, replaced: (urgent?.replaced ?? []).map(({ id }) => id) }
    const people = await openReach(transaction, organization, concerned)
    if (known !== null && people === 0)
      return { proposalId: null, plans: [], approved: [], unchanged: known, unseen: false, asked: false }
    await liftPushedRejections(transaction, organization)
    await endSpentWaits(transaction, organization, reach)
    await endSpentReturns(transaction, organization, at, reach)
    const settings = await readOrganization(transaction, organization)
    const sources = await listSources(transaction, organization)
    await matchNewcomers(transaction, organization, new Set(settings.settings.domains), at, reach)
    const managesAdmins = sources.some((source) => source.managesAdmins)
    const asked = await askAboutGone(transaction, organization, sources, { reach, at })
    await settleAddresses(transaction, organization, at, { managesAdmins, reach })
    const drift = { managesAdmins, supersede: urgent === null ? supersede : renewing, reach }
    const drifting = await findDrift(transaction, organization, at, drift)
    // A seat that somebody leaves at once is given away by the next plan that is in no hurry.
    const freeing = urgent === null ? await addWaiters(transaction, organization, at, drift) : []
    const proposal = await openProposal(transaction)
    const members = known ?? (await countMembers(transaction, organization))
    const occasion = { at, members, urgent: urgent !== null }
    const notes = await mirrorFindings(transaction, organization, sources, { reach, at })
    for (const { guard, scope, measured } of reach === 'pushed' ? [] : notes)
      log.warn({ organization, guard, scope, measured }, 'pushed, and without the effect that people may expect')
    const replaced = urgent?.replaced ?? (supersede ? await awaitingPlans(transaction, organization, 'sync') : [])
    const over = replaced.map(({ id }) => id)
    let findings: Finding[] = []
    let observed = 0
    if (drifting > 0) {
      const modes = await modesOf(transaction, settings, sources, reach)
      const refused = await findRefused(transaction)
      await collectActions(proposal, { settings, sources, modes, freeing, refused, at })
      // Whoever is gone is gone, whatever else was changed.
      if (urgent === null) await leaveOutDirty(proposal, organization)
      await lockJudgement(transaction, organization)
      await followHolders(transaction)
      await closeDependencies(proposal)
      observed = await setAsideObserved(proposal)
      findings = await judge(proposal, settings, occasion)
      findings.push(...notes)
      // What guards took from the policy takes along what depends on it.
      await followHolders(transaction)
      await closeDependencies(proposal)
      await allocateSeats(proposal, organization, over)
    }
    if (urgent?.waits === true && !renewing) await holdBack(transaction, organization, at)
    await settlePushed(transaction, organization, reach, over)
    const about = { at, actor, sources, members: occasion.members, lane: laneOf(reach) }
    const stored = await storePlans(proposal, settings, { ...about, parts: REAL, replaced, findings })
    // What is only shown, is shown whole: by a proposal that is about everybody.
    if (reach !== 'everybody') return { ...stored, unseen: observed > 0, asked }
    const drafts = await listPlans(transaction, organization, { states: ['draft'], lane: 'sync', limit: MOST_OPEN })
    if (observed === 0 && drafts.length === 0) return { ...stored, unseen: false, asked }
    // As if it were all that happened: what an observed source would do, with the guards and the seats that it would meet.
    if (observed > 0) {
      await takeObserved(proposal)
      findings = [...(await judge(proposal, settings, occasion)), ...notes]
      await allocateSeats(proposal, organization, [...over, ...stored.plans])
    }
    const shown = await storePlans(proposal, settings, { ...about, parts: SHOWN, replaced: drafts, findings })
    const plans = [...stored.plans, ...shown.plans]
    return { ...stored, proposalId: stored.proposalId ?? shown.proposalId, plans, unseen: false, asked }
  })
  const { unseen, asked, ...result } = stored
  const told = { organization, because, ...result, milliseconds: Date.now() - started }
  log.info({ ...(stored.plans.length > 0 && { event: 'plan.proposed' as const }), ...told }, 'proposed')
  for (const { id, lane } of stored.approved) await parts.jobs.execute(organization, id, lane)
  if (unseen) await parts.jobs.propose(organization, 'due')
  if (stored.plans.length > 0 || asked) await parts.jobs.deliver()
  return { proposalId: stored.proposalId, plans: stored.plans, unchanged: stored.unchanged }
}

/**
 * Whom a proposal is about. What a source would do that is not live yet is shown whole, whoever was pushed, once it knows anybody. So is
 * what is to be shown in the place of a draft from before a source went live, where the daemon died before that was done.
 */
async function reachOf(transaction: Transaction, organization: number, because: ProposeBecause): Promise<Reach> {
  if (because === 'urgent') return 'urgent'
  if (because !== 'pushed') return 'everybody'
  const sources = await listSources(transaction, organization)
  const shown = sources.filter((source) => source.connected && !isLive(source)).map(({ id }) => id)
  if (await hasPeople(transaction, organization, shown)) return 'everybody'
  const drafts = await listPlans(transaction, organization, { states: ['draft'], lane: 'sync', limit: MOST_OPEN })
  const wentLive = (id: number, since: Date) =>
    sources.some((source) => source.id === id && source.liveAt !== null && source.liveAt >= since)
  const outlived = drafts.some((draft) => draft.sourceIds.some((id) => wentLive(id, draft.createdAt)))
  return outlived ? 'everybody' : 'pushed'
}

/** Who is new: nobody we know, somebody we know (a link of this proposal), or a question for a person. */
async function matchNewcomers(
  transaction: Transaction,
  organization: number,
  verifiedDomains: Set<string>,
  at: Date,
  reach: Reach,
): Promise<void> {
  const { newcomers, pairs } = await findPairs(transaction, organization, reach)
  const answers = match(newcomers, pairs, { verifiedDomains, at: at.toISOString() })
  await writeAdoptions(
    transaction,
    organization,
    answers.filter((answer) => answer.kind === 'link'),
    reach,
  )
  await settleDecisions(
    transaction,
    organization,
    answers.filter((answer) => answer.kind !== 'link'),
    at,
    reach,
  )
}
