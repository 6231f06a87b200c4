/** By hand: what a person starts without a source. It is a plan like any other, with one item, and the same apply. */
import { RosterdError } from '../errors.ts'
import { hashHeader, itemDigest } from '../reconcile/canonical.ts'
import { countsSentence, personText } from '../reconcile/describe.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Action } from '../reconcile/model.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { reasonSentence } from '../reconcile/reasons.ts'
import { writeAudit } from '../store/audit.ts'
import { lockOrganization } from '../store/locks.ts'
import { acceptMember, countMembers, findMember, readMembers } from '../store/members.ts'
import { listSources, readOrganization } from '../store/organizations.ts'
import { personByEmail } from '../store/people.ts'
import { forecastSeats } from '../store/plan-facts.ts'
import { expectNoop, insertPlan, sealPlan } from '../store/plans.ts'
import { addActions, openProposal, writeItems } from '../store/proposal.ts'
import { inTurn } from '../store/turns.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, signed } from './parts.ts'

const PLAN_LIVES_MS = 7 * 86_400_000

export interface Invitation {
  actor: Actor
  email: string
  firstName?: string
  lastName?: string
  language?: string
  quiet?: boolean
}

/** Plans the invitation of one person and returns the plan's id; it waits for approval like every plan. */
export async function invite(parts: Parts, organization: number, invitation: Invitation): Promise<number> {
  const { actor } = invitation
  requireRole(actor, 'operator')
  const email = readEmail(invitation.email)
  if (!email.ok) throw new RosterdError('INPUT_INVALID', { detail: reasonSentence(email.code, email.params) })
  const at = parts.now()
  const name = [invitation.firstName, invitation.lastName].filter(Boolean).join(' ') || null
  return await inTurn(parts.sql, `organization ${organization}`, async (transaction) => {
    await lockOrganization(transaction, organization)
    const settings = await readOrganization(transaction, organization)
    const manual = (await listSources(transaction, organization)).find((source) => source.kind === 'manual')
    if (!manual) throw new Error('the pseudo-source manual is missing')
    const found = await personByEmail(transaction, organization, { text: email.email, key: email.key, name }, at)
    const [known] = await readMembers(transaction, organization, [found.personId])
    const former = known?.state === 'removed' ? known : undefined
    const present = known !== undefined && former === undefined
    const action: Action = {
      kind: former ? 'reactivate' : 'invite',
      effect: 'additive',
      personId: found.personId,
      subject: found.subject,
      productId: null,
      before: former ? { state: 'removed', email: former.profile.email } : null,
      after: {
        state: former?.accepted ? 'active' : 'invited',
        role: 'member',
        email: email.email,
        userName: null,
        firstName: invitation.firstName ?? null,
        lastName: invitation.lastName ?? null,
        displayName: null,
        language: invitation.language ?? null,
      },
      reason: { code: 'invited_by_hand', params: { actor: actor.name } },
      sourceIds: [manual.id],
      evidence: null,
      precondition: { member: former ? { state: 'removed' } : null },
      seatOrder: null,
      fromPersonId: null,
    }
    const header = {
      schema: 1,
      organization: settings.key,
      baseRevision: settings.revision,
      snapshots: [],
      rulesetVersion: settings.rulesetVersion,
      settingsVersion: settings.settingsVersion,
    }
    const digest = itemDigest(action, { product: String, source: () => manual.key })
    const counts = { [action.kind]: 1 }
    const proposal = await openProposal(transaction)
    await addActions(proposal, [{ action, part: 'waiting', digest, productKey: null }])
    const plan = await insertPlan(transaction, organization, {
      proposalId: null,
      lane: 'by_hand',
      part: 'waiting',
      state: 'awaiting_approval',
      header,
      headline: present
        ? memberAlready(personText(found.subject))
        : countsSentence(counts, await countMembers(transaction, organization)),
      counts,
      // What it promises, no other plan does.
      seats: await forecastSeats(transaction, organization, 'waiting'),
      sourceIds: [manual.id],
      findings: [],
      items: 1,
      revision: settings.revision,
      createdBy: actor.name,
      createdAt: at,
      expiresAt: new Date(at.getTime() + PLAN_LIVES_MS),
      quiet: invitation.quiet ?? false,
    })
    await writeItems(proposal, organization, plan, 'waiting')
    if (present) await expectNoop(transaction, organization, plan)
    const hash = hashHeader(header)
    hash.item(digest)
    await sealPlan(transaction, organization, plan, hash.hex())
    const object = showId('pln', plan)
    await writeAudit(transaction, {
      organizationId: organization,
      at,
      ...signed(actor),
      act: 'plan.created',
      object,
      planId: plan,
      after: { counts },
    })
    return plan
  })
}

/** What is left to do for a member: the claim of the person who asked, which no source can end. */
function memberAlready(name: string): string {
  return `${reasonSentence('ALREADY_MEMBER', { name })} Applied, this keeps them when their sources let go; nothing else changes.`
}

/** The account service says that the invited person has an account now. Saying it again changes nothing. */
export async function accept(
  parts: Parts,
  organization: number,
  member: number,
  options: { actor: Actor },
): Promise<void> {
  requireRole(options.actor, 'operator')
  const at = parts.now()
  await parts.sql.begin(async (transaction) => {
    if (await acceptMember(transaction, organization, member, at)) {
      const object = showId('mem', member)
      await writeAudit(transaction, {
        organizationId: organization,
        at,
        ...signed(options.actor),
        act: 'member.accepted',
        object,
      })
      return
    }
    const known = await findMember(transaction, organization, member)
    if (!known) throw new RosterdError('MEMBER_NOT_FOUND', { id: showId('mem', member) })
    throw new RosterdError('MEMBER_STATE', {
      id: showId('mem', member),
      state: known.state,
      verb: 'accepted',
      wanted: 'invited',
    })
  })
}
