/** A plan as it is without what was left out of it: foreseen, counted, judged and hashed as when it was made. */
import { count } from '../reconcile/amount.ts'
import { countsSentence } from '../reconcile/describe.ts'
import { headlineByHand } from '../reconcile/headline.ts'
import type { Finding } from '../reconcile/model.ts'
import type { Transaction } from '../store/connection.ts'
import { handFacts, tellBlocked } from '../store/hand-facts.ts'
import { foreseeSeats } from '../store/hand-seats.ts'
import { brokenInvariants } from '../store/invariants.ts'
import { foreseeLastAdmins } from '../store/last-admins.ts'
import { countMembers } from '../store/members.ts'
import { type Organization, readOrganization } from '../store/organizations.ts'
import { wouldPin } from '../store/pins.ts'
import type { writeEdited } from '../store/plan-edits.ts'
import { forecastSeats, touchedMembers } from '../store/plan-facts.ts'
import type { PlanRow } from '../store/plans.ts'
import { allocateSeats, type Proposal, partFacts } from '../store/proposal.ts'
import { keepForeseen, reopenProposal } from '../store/reopened.ts'
import { judge } from './judge.ts'
import { judgeByHand } from './judge-by-hand.ts'
import { MIRROR_GUARDS } from './mirror-findings.ts'
import { hashOfStored } from './plan-hash.ts'

type Edited = Parameters<typeof writeEdited>[3]
type Seen = Pick<Edited, 'headline' | 'counts' | 'findings'>

/** What the stored plan says of itself once `leftOut` of its items are left out, which they are already. */
export async function asEdited(
  transaction: Transaction,
  organization: number,
  plan: PlanRow,
  at: Date,
): Promise<Edited> {
  const { id, leftOut } = plan
  const settings = await readOrganization(transaction, organization)
  const proposal = await reopenProposal(transaction, organization, id)
  const seen =
    plan.operation === null
      ? await asProposed(proposal, settings, plan, at)
      : await asAsked(proposal, settings, { ...plan, operation: plan.operation }, at)
  const seats = await forecastSeats(transaction, organization, 'waiting')
  await keepForeseen(proposal, organization, id)
  await foreseeLastAdmins(transaction, organization, id)
  if (plan.operation !== null) await tellBlocked(transaction, organization, id)
  const headline = leftOut === 0 ? seen.headline : `${seen.headline}; ${count(leftOut, 'item')} left out`
  return { ...seen, headline, hash: await hashOfStored(transaction, organization, id), seats, leftOut }
}

async function asAsked(
  proposal: Proposal,
  settings: Organization,
  { operation, quiet }: PlanRow & { operation: NonNullable<PlanRow['operation']> },
  at: Date,
): Promise<Seen> {
  const { transaction } = proposal
  await foreseeSeats(proposal, settings.id, operation.wait ? 'wait' : 'fail')
  const facts = await handFacts(proposal)
  const pins = await wouldPin(transaction, settings.id)
  return {
    headline: headlineByHand(facts, { ...pins, pin: operation.pin }, quiet),
    counts: facts.counts,
    findings: await judgeByHand(proposal, settings, at),
  }
}

/** What sources want. The notes about what was pushed stay as they were, and so does who cannot have the address that they want. */
async function asProposed(proposal: Proposal, settings: Organization, plan: PlanRow, at: Date): Promise<Seen> {
  const { transaction } = proposal
  const members = await countMembers(transaction, settings.id)
  const judged = await judge(proposal, settings, { at, members, urgent: plan.lane === 'urgent' })
  const noted = (finding: Finding) => MIRROR_GUARDS.has(finding.guard)
  await allocateSeats(proposal, settings.id, [plan.id], { waiters: 'kept' })
  const broken = await brokenInvariants(proposal, settings.id)
  if (broken.length > 0) throw new Error(`an edited plan that ${broken.join(', and ')} is not stored`)
  const { counts } = await partFacts(proposal, 'waiting')
  const unchanged = members - (await touchedMembers(transaction, settings.id))
  return {
    headline: countsSentence(counts, members === 0 ? null : unchanged),
    counts,
    findings: [...judged, ...plan.findings.filter(noted)],
  }
}
