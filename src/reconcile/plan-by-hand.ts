/**
 * Planning by hand: from what was asked of one person to actions. Everybody who was chosen gets at least one, also where nothing is left
 * to do for them, so that the numbers of a plan add up to the rows that somebody gave.
 */
import { byHand } from './hand-action.ts'
import type { Chosen, HandCase, HandGround } from './hand-case.ts'
import type { Action, Instant, Member } from './model.ts'
import { assigns, revokes } from './plan-by-hand-products.ts'

/**
 * The actions for one person, in the order in which they run. What finds things as it would make them is an action too, and settling it
 * says that nothing changes.
 *
 * @param at now: what sources gave until before it counts no more
 */
export function planByHand(chosen: Chosen, person: HandCase, ground: HandGround, at: Instant): Action[] {
  switch (ground.operation.verb) {
    case 'invite':
      return [invite(chosen, person, ground), ...assigns(chosen, person, ground, at)]
    case 'remove': {
      const first = ground.operation.revokeFirst || chosen.alsoRevoke
      const held = first ? person.assignments.map((one) => one.productId) : []
      return [...revokes(held, chosen, person, ground, 'revoked_first'), remove(chosen, person, ground)]
    }
    case 'assign':
      return assigns(chosen, person, ground, at)
    case 'revoke': {
      const actions = revokes(toRevoke(chosen, person, ground), chosen, person, ground, 'revoked_by_hand')
      return actions.length > 0 ? actions : [nothingHeld(chosen, person, ground)]
    }
  }
}

/** Of somebody who holds nothing when everything is to be revoked. */
function nothingHeld(chosen: Chosen, person: HandCase, ground: HandGround): Action {
  const reason = { code: 'revoked_by_hand', params: { actor: ground.actor } } as const
  return byHand(chosen, person, ground, { kind: 'revoke', effect: 'neutral', reason })
}

/** Products named for everybody and those of the row, or all that are held; one that nobody configured is left out. */
function toRevoke(chosen: Chosen, person: HandCase, { operation, products }: HandGround): number[] {
  if (operation.allProducts) return person.assignments.map((one) => one.productId)
  const keys = new Set([...operation.products, ...chosen.products.map((one) => one.product)])
  return [...keys].flatMap((key) => products.get(key)?.id ?? []).sort((a, b) => a - b)
}

function invite(chosen: Chosen, person: HandCase, ground: HandGround): Action {
  const former = person.member?.state === 'removed' ? person.member : null
  const { email, userName, firstName, lastName, displayName, language } = chosen
  const before = former?.profile ?? null
  return byHand(chosen, person, ground, {
    kind: former === null ? 'invite' : 'reactivate',
    effect: 'additive',
    before: former === null ? null : { state: 'removed', email: former.profile.email },
    after: {
      state: former?.accepted ? 'active' : 'invited',
      role: chosen.role ?? ground.operation.role,
      email,
      // Whoever comes back may find the user name with somebody else, and takes none up that nobody asked for.
      userName,
      firstName: firstName ?? before?.firstName ?? null,
      lastName: lastName ?? before?.lastName ?? null,
      displayName: displayName ?? before?.displayName ?? null,
      language: language ?? before?.language ?? null,
    },
    reason: { code: 'invited_by_hand', params: { actor: ground.actor } },
    precondition: { member: former === null ? null : { state: 'removed' } },
  })
}

function remove(chosen: Chosen, person: HandCase, ground: HandGround): Action {
  const { member } = person
  return byHand(chosen, person, ground, {
    kind: 'remove',
    effect: member === null || member.state === 'removed' ? 'neutral' : 'subtractive',
    before: member === null ? null : imageOf(member),
    after: { state: 'removed' },
    reason: { code: 'removed_by_hand', params: { actor: ground.actor } },
    precondition: { member: member === null ? null : { state: member.state, role: member.role } },
  })
}

function imageOf({ state, role, profile }: Member): Action['before'] {
  return { state, role, email: profile.email }
}
