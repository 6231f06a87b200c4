/** By hand: what a person starts without a source. It is a plan like any other, with one item, and the same apply. */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { PIN_DEFAULT } from '../reconcile/operation.ts'
import { reasonSentence } from '../reconcile/reasons.ts'
import { writeAudit } from '../store/audit.ts'
import { acceptMember, findMember } from '../store/members.ts'
import { requireRole } from './decide.ts'
import { draft } from './draft.ts'
import { type Actor, type Parts, signed } from './parts.ts'
import { submit } from './submit.ts'

export interface Invitation {
  actor: Actor
  email: string
  firstName?: string
  lastName?: string
  language?: string
  quiet?: boolean
}

/** Plans the invitation of one person and returns the plan's id; it waits for approval like every plan, and nobody is told of it. */
export async function invite(parts: Parts, organization: number, invitation: Invitation): Promise<number> {
  const { actor, quiet = false, ...typed } = invitation
  const email = readEmail(typed.email)
  if (!email.ok) throw new RosterdError('INPUT_INVALID', { detail: reasonSentence(email.code, email.params) })
  const { plan } = await draft(parts, organization, {
    actor,
    quiet,
    operation: {
      verb: 'invite',
      selection: { users: [typed] },
      products: [],
      allProducts: false,
      expiresAt: null,
      role: 'member',
      revokeFirst: false,
      wait: false,
      pin: PIN_DEFAULT,
    },
  })
  await submit(parts, organization, plan, { actor, silent: true })
  return plan
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
