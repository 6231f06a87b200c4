/** Turns collected actions by hand into a stored draft, which people read and approve. */
import { hashHeader } from '../reconcile/canonical.ts'
import { headlineByHand } from '../reconcile/headline.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Operation } from '../reconcile/operation.ts'
import { writeAudit } from '../store/audit.ts'
import { handFacts, tellBlocked } from '../store/hand-facts.ts'
import { brokenInvariants } from '../store/invariants.ts'
import { foreseeLastAdmins } from '../store/last-admins.ts'
import type { Organization } from '../store/organizations.ts'
import { wouldPin } from '../store/pins.ts'
import { forecastSeats } from '../store/plan-facts.ts'
import { insertPlan, sealPlan } from '../store/plans.ts'
import { itemDigests, type Proposal, writeItems } from '../store/proposal.ts'
import { judgeByHand } from './judge-by-hand.ts'
import { type Actor, signed } from './parts.ts'

const PLAN_LIVES_MS = 7 * 86_400_000

export interface Drafted {
  plan: number
  /** The plan was there already: the same file, asked for in the same way within a day. */
  repeated: boolean
  /** People whom a source still wants, or still gives what is revoked, and who are pinned against it. */
  pinned: number
  /** People who get a letter once it is applied as predicted. */
  letters: number
}

interface Storing {
  actor: Actor
  operation: Operation
  quiet: boolean
  at: Date
  snapshot: { id: number } | null
  manual: number
}

/** Writes the collected actions as a draft: counted, judged, hashed. */
export async function storeDraft(
  proposal: Proposal,
  settings: Organization,
  { actor, operation, quiet, at, snapshot, manual }: Storing,
): Promise<Drafted> {
  const { transaction } = proposal
  const organization = settings.id
  const broken = await brokenInvariants(proposal, organization, 'draft')
  if (broken.length > 0) throw new Error(`a draft that ${broken.join(', and ')} is not stored`)
  const facts = await handFacts(proposal)
  const pins = await wouldPin(transaction, organization)
  const findings = await judgeByHand(proposal, settings, at)
  const header = {
    schema: 1,
    organization: settings.key,
    baseRevision: settings.revision,
    snapshots: [],
    rulesetVersion: settings.rulesetVersion,
    settingsVersion: settings.settingsVersion,
    operation,
  }
  const plan = await insertPlan(transaction, organization, {
    proposalId: null,
    lane: 'by_hand',
    part: 'waiting',
    state: 'draft',
    header,
    headline: headlineByHand(facts, { ...pins, pin: operation.pin }, quiet),
    counts: facts.counts,
    seats: await forecastSeats(transaction, organization, 'waiting'),
    sourceIds: [manual],
    findings,
    items: facts.items,
    revision: settings.revision,
    createdBy: actor.name,
    createdAt: at,
    expiresAt: new Date(at.getTime() + PLAN_LIVES_MS),
    quiet,
    operation,
    ...(snapshot !== null && { snapshotId: snapshot.id }),
  })
  await writeItems(proposal, organization, plan, 'waiting')
  await foreseeLastAdmins(transaction, organization, plan)
  await tellBlocked(transaction, organization, plan)
  const hash = hashHeader(header)
  for await (const page of itemDigests(proposal, 'waiting')) for (const { digest } of page) hash.item(digest)
  const hex = hash.hex()
  await sealPlan(transaction, organization, plan, hex)
  await writeAudit(transaction, {
    organizationId: organization,
    at,
    ...signed(actor),
    act: 'plan.created',
    object: showId('pln', plan),
    planId: plan,
    after: { hash: hex, counts: facts.counts, verb: operation.verb },
  })
  return { plan, repeated: false, pinned: pins.people, letters: quiet ? 0 : facts.letters }
}
