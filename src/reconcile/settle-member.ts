/** The items that concern the membership itself. */

import { count } from './amount.ts'
import { backAt, borrowParams, lastOf } from './borrow.ts'
import type { Member } from './model.ts'
import {
  type Current,
  done,
  ended,
  type MemberChange,
  nameOf,
  type Settled,
  type SettledItem,
  stale,
  staleness,
} from './settled.ts'

export function settleMember(item: SettledItem, current: Current): Settled {
  const { member } = current
  if (item.kind === 'invite' && member !== null && member.state !== 'removed') {
    return ended(item, 'noop', 'ALREADY_MEMBER', { name: nameOf(item) })
  }
  if (item.kind === 'remove' && (member === null || member.state === 'removed')) return ended(item, 'noop')
  if (item.kind !== 'invite' && member !== null && alreadySo(item, member)) return ended(item, 'noop')
  if (item.kind !== 'invite' && member === null) {
    return ended(item, 'failed_permanent', 'MEMBER_NOT_FOUND', { v: item.subject.email })
  }
  const what = staleness(item, current)
  if (what !== null) return stale(item, current, what)
  return (
    addressTaken(item, current) ??
    lastAdmin(item, current) ??
    lent(item, current) ??
    stillHolding(item, current) ??
    write(item)
  )
}

/** Everything that the item would change is as it would make it. */
function alreadySo(item: SettledItem, member: Member): boolean {
  const { state, role, ...profile } = item.after ?? {}
  if (state !== undefined && state !== member.state && !(state === 'invited' && member.state === 'active')) return false
  if (role !== undefined && role !== member.role) return false
  return PROFILE.every((key) => profile[key] === undefined || profile[key] === member.profile[key])
}

const PROFILE = ['email', 'userName', 'firstName', 'lastName', 'displayName', 'language'] as const

function addressTaken(item: SettledItem, current: Current): Settled | null {
  const after = item.after ?? {}
  if (after.email !== undefined && current.emailTakenBy !== null) {
    return ended(item, 'failed_permanent', 'EMAIL_IN_USE', { v: after.email, other: current.emailTakenBy })
  }
  if (after.userName !== undefined && after.userName !== null && current.userNameTakenBy !== null) {
    return ended(item, 'failed_permanent', 'USERNAME_IN_USE', { v: after.userName, other: current.userNameTakenBy })
  }
  return null
}

/** No item lowers the administrators able to sign in below two, or below today's number where that is smaller. */
function lastAdmin(item: SettledItem, current: Current): Settled | null {
  const { member, activeAdmins, atLeastAdmins } = current
  const counts = member?.state === 'active' && member.role !== 'member'
  const { state = member?.state, role = member?.role } = item.after ?? {}
  const stays = state === 'active' && role !== 'member'
  if (!counts || stays || activeAdmins - 1 >= atLeastAdmins) return null
  const params = { left: count(activeAdmins - 1, 'administrator'), min: atLeastAdmins }
  return ended(item, 'failed_permanent', 'LAST_ADMIN', params)
}

/** A removal whose revoke waits for a borrowed licence is not blocked by it: it waits as well, and happens with it. */
export function waitsWithIt({ kind }: SettledItem, cause: { code: string }): boolean {
  return kind === 'remove' && cause.code === 'BORROWED_OFFLINE'
}

/** Nobody is removed who has a licence on a device. Where its revoke was asked for too, both happen once it is back. */
function lent(item: SettledItem, current: Current): Settled | null {
  if (item.kind !== 'remove') return null
  const { personId } = item
  const { blockedBy } = current
  const last = lastOf(current.borrows)
  const wait = { do: 'wait_for_return', personId, productId: 0, until: last === null ? null : backAt(last) } as const
  // It came back after the revoke had been put off.
  if (last === null) return blockedBy === null ? null : ended(item, 'waiting_borrow', 'BLOCKED_BY', blockedBy, [wait])
  const params = { name: nameOf(item), ...borrowParams(last) }
  if (blockedBy !== null) return ended(item, 'waiting_borrow', 'BORROWED_OFFLINE', params, [wait])
  const after = 'With --revoke-first the removal then happens by itself.'
  return ended(item, 'failed_permanent', 'BORROWED_OFFLINE', { ...params, after })
}

function stillHolding(item: SettledItem, current: Current): Settled | null {
  if (item.kind !== 'remove' || current.holds.length === 0) return null
  return ended(item, 'failed_permanent', 'HAS_PRODUCTS', {
    name: nameOf(item),
    list: [...current.holds].sort().join(', '),
  })
}

function write(item: SettledItem): Settled {
  const { personId } = item
  const after = item.after ?? {}
  if (item.kind === 'invite') {
    const { email = item.subject.email, userName = null, firstName = null, lastName = null } = after
    const { displayName = null, language = null, role = 'member' } = after
    const profile = { email, userName, firstName, lastName, displayName, language }
    return done(item, [{ do: 'create_member', personId, state: 'invited', role, profile }])
  }
  const set: MemberChange = {}
  if (after.state !== undefined) set.state = after.state
  if (after.role !== undefined) set.role = after.role
  if (after.email !== undefined) set.email = after.email
  for (const key of ['userName', 'firstName', 'lastName', 'displayName', 'language'] as const) {
    const value = after[key]
    if (value !== undefined) set[key] = value
  }
  const released = item.kind === 'remove' ? [{ do: 'release_link', personId, sourceId: null } as const] : []
  return done(item, [{ do: 'change_member', personId, set }, ...released])
}
