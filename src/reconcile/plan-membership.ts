/** Whether one person is, or stays, a member: invite, reactivate, suspend, remove, and what belongs to their links. */
import { certaintyOf, graceOf } from './absence.ts'
import { goneRows } from './leaving.ts'
import type { Action, ItemImage, Member, Reason } from './model.ts'
import { profileDelta } from './plan-profile.ts'
import { actionOn, ascending, endedBy, isByHand, isDeleted, namesOf, rowOf, type Standing, waits } from './standing.ts'

/** Links that go over to the person, since match found them, and links whose source has let go while others have not. */
export function linkActions(standing: Standing): Action[] {
  const { person, policy } = standing
  const key = (id: number) => policy.sources.get(id)?.key ?? `source ${id}`
  const words = {
    user_name: 'user name',
    email: 'e-mail address',
    external_id: 'external id',
    decision: 'decision',
  } as const
  const adopted = person.adopted.map((one) =>
    actionOn(standing, {
      kind: 'link',
      effect: 'neutral',
      sourceIds: [one.sourceId],
      after: { link: `${key(one.sourceId)}:${one.anchor}` },
      fromPersonId: one.fromPersonId,
      reason: { code: 'same_person', params: { source: namesOf(policy, [one.sourceId]), by: words[one.by] } },
    }),
  )
  const claiming = ascending(person.claims.map((claim) => claim.sourceId))
  const gone = person.links.filter((link) => link.state === 'ghost' && !claiming.includes(link.sourceId))
  const released = person.desired.wanted ? gone : []
  return [
    ...adopted,
    ...released.map((link) =>
      actionOn(standing, {
        kind: 'release_claim',
        effect: 'neutral',
        sourceIds: [link.sourceId],
        after: { link: `${key(link.sourceId)}:${link.anchor}` },
        reason: {
          code: 'still_wanted',
          params: { source: namesOf(policy, [link.sourceId]), others: namesOf(policy, claiming) },
        },
      }),
    ),
  ]
}

/** Invite, rehire, reactivate or suspend somebody who is wanted; nobody is invited while on leave or before the start. */
export function wantedMembership(standing: Standing): Action[] {
  const { person, policy, notYet, state, at } = standing
  const { desired, member } = person
  const sourceIds = ascending(person.claims.map((claim) => claim.sourceId))
  const away = desired.status === 'suspended'
  if (state === null || member === null) {
    // Removals come after invitations: an address that is left in this plan is free in the next one.
    if (notYet || away || desired.profile === null || waits(person, 0, 'address', at)) return []
    if (member !== null) return [rehire(standing, member, sourceIds)]
    // Nobody can be invited without an address; whoever reads the plan is told how many there are.
    return desired.profile.email === '' ? [] : [invite(standing, sourceIds)]
  }
  const ended = away ? endedBy(standing).filter((id) => policy.sources.get(id)?.othersKeep === 'suspended') : []
  if (ended.length > 0) {
    return state === 'suspended' || standing.shielded ? [] : [suspend(standing, goneReason(standing, ended), ended)]
  }
  if (away && state !== 'suspended' && !standing.shielded && !standing.kept) {
    const causing = sourceIds.filter((id) => !isByHand(policy, id))
    return [suspend(standing, { code: 'on_leave', params: { source: namesOf(policy, causing) } }, causing)]
  }
  if (away || state !== 'suspended' || notYet) return []
  return [
    actionOn(standing, {
      kind: 'reactivate',
      effect: 'additive',
      sourceIds,
      before: { state },
      after: { state: member.accepted ? 'active' : 'invited' },
      reason: { code: 'returned', params: { source: namesOf(policy, sourceIds) } },
      precondition: { member: { state } },
    }),
  ]
}

/**
 * Ends the membership of somebody nobody wants. An explicit leaver loses access now and is removed when the grace is
 * over and nothing is held; whoever was deleted is removed at once. Whoever is absent, or lost their last rule, is removed in the same plan, after the revokes, where a
 * person decides; a policy does with them as with a leaver, once the absence is certain.
 */
export function unwantedMembership(standing: Standing, reason: Reason): Action[] {
  const { person, state, causing, at } = standing
  const shielded = standing.shielded || standing.kept
  const { member } = person
  if (state === null || member === null || shielded) return []
  const atOnce = person.desired.leaver ? isDeleted(standing) : certaintyOf(standing, causing, 0) === 'decided'
  if (atOnce) return [remove(standing, member, reason)]
  if (state !== 'suspended') return [suspend(standing, reason, causing)]
  const until = graceOf(standing)?.until ?? null
  return until !== null && until <= at ? [remove(standing, member, reason)] : []
}

/** Why nobody wants the person any more: said so, gone, or still there without a rule. */
export function unwantedReason(standing: Standing): Reason {
  const { person, policy, causing } = standing
  const source = namesOf(policy, causing)
  const ended = endedBy(standing)
  if (person.desired.leaver && ended.length === causing.length) return goneReason(standing, causing)
  if (person.desired.leaver) return { code: 'leaver', params: { source } }
  const there = person.rows.some((row) => causing.includes(row.sourceId))
  return { code: there ? 'no_rule' : 'absent', params: { source } }
}

/** Identity providers say that the person is gone; others may not know it, or want them all the same. */
function goneReason({ person, policy }: Standing, sourceIds: number[]): Reason {
  const rows = goneRows(person.rows).filter((row) => sourceIds.includes(row.sourceId))
  const others = ascending(person.claims.map((claim) => claim.sourceId))
  return {
    code: rows.every((row) => row.status === 'deleted') ? 'deleted' : 'deactivated',
    params: {
      source: namesOf(policy, sourceIds),
      ...(others.length > 0 && { others: namesOf(policy, others) }),
    },
  }
}

function invite(standing: Standing, sourceIds: number[]): Action {
  const { person } = standing
  const { desired } = person
  return actionOn(standing, {
    kind: 'invite',
    effect: 'additive',
    sourceIds,
    after: { state: 'invited', role: desired.role, ...wholeProfile(standing) },
    reason: joinedReason(standing, sourceIds),
    precondition: { member: null },
  })
}

function joinedReason(standing: Standing, sourceIds: number[]): Reason {
  const { person, policy } = standing
  const told = sourceIds.filter((id) => !isByHand(policy, id))
  if (told.length > 0) return { code: 'joined', params: { source: namesOf(policy, told) } }
  const actor = rowOf(person, policy, sourceIds)?.attributes['actor'] ?? 'an administrator'
  return { code: 'invited_by_hand', params: { actor } }
}

/**
 * The same member again: id, history and audit go on; role and profile are what the sources say today. The address and
 * the user name are always named, since a removed member held none and somebody else may have them by now.
 */
function rehire(standing: Standing, member: Member, sourceIds: number[]): Action {
  const { desired } = standing.person
  const delta = profileDelta(member.profile, desired.profile)
  const role = member.role === desired.role ? {} : { role: desired.role }
  const held = { email: member.profile.email, userName: member.profile.userName }
  const oldRole = member.role === desired.role ? {} : { role: member.role }
  return actionOn(standing, {
    kind: 'reactivate',
    effect: 'additive',
    sourceIds,
    before: { state: 'removed', ...oldRole, ...held, ...delta.before },
    after: {
      state: member.accepted ? 'active' : 'invited',
      ...role,
      ...held,
      ...delta.after,
      userName: desired.profile?.userName ?? null,
    },
    reason: { code: 'returned', params: { source: namesOf(standing.policy, sourceIds) } },
    precondition: { member: { state: 'removed' } },
  })
}

function suspend(standing: Standing, reason: Reason, sourceIds: number[]): Action {
  const state = standing.state ?? 'active'
  return actionOn(standing, {
    kind: 'suspend',
    effect: 'subtractive',
    sourceIds,
    before: { state },
    after: { state: 'suspended' },
    reason,
    precondition: { member: { state } },
  })
}

function remove(standing: Standing, member: Member, reason: Reason): Action {
  return actionOn(standing, {
    kind: 'remove',
    effect: 'subtractive',
    sourceIds: standing.causing,
    before: { state: member.state, role: member.role, email: member.profile.email },
    after: { state: 'removed' },
    reason,
    precondition: { member: { state: member.state, role: member.role } },
  })
}

function wholeProfile(standing: Standing): ItemImage {
  const { profile } = standing.person.desired
  if (profile === null) return {}
  const { email, userName, firstName, lastName, displayName, language } = profile
  return { email, userName, firstName, lastName, displayName, language }
}
