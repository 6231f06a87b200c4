/** Who a member is: address, user name, names, language and role, as the sources tell them now. */
import type { Action, ItemImage, Member, MemberState, Profile, Role } from './model.ts'
import { actionOn, ascending, namesOf, type Standing, waits } from './standing.ts'

export interface ProfileDelta {
  /** The address or the user name differs by its comparison key: a rename. Case alone is none. */
  renamed: boolean
  before: ItemImage
  after: ItemImage
}

const PLAIN = ['firstName', 'lastName', 'displayName', 'language'] as const
const RANK: Record<Role, number> = { member: 0, admin: 1, owner: 2 }

/** What differs between what the organization has and what the sources say. A missing value never overwrites. */
export function profileDelta(current: Profile, wanted: Profile | null): ProfileDelta {
  const before: ItemImage = {}
  const after: ItemImage = {}
  if (wanted === null) return { renamed: false, before, after }
  if (wanted.email !== '' && wanted.email !== current.email) {
    before.email = current.email
    after.email = wanted.email
  }
  if (wanted.userName !== null && wanted.userName !== current.userName) {
    before.userName = current.userName
    after.userName = wanted.userName
  }
  for (const key of PLAIN) {
    if (wanted[key] === null || wanted[key] === current[key]) continue
    before[key] = current[key]
    after[key] = wanted[key]
  }
  const renamed =
    (after.email !== undefined && wanted.emailKey !== current.emailKey) ||
    (after.userName !== undefined && wanted.userNameKey !== current.userNameKey)
  return { renamed, before, after }
}

const IDENTITY = ['email', 'userName'] as const

/**
 * One item at most: a rename carries the other differences with it. But where somebody else has the new address and keeps it, nothing
 * but the rename may fail, so the rest is an item of its own; and where they will leave it, the rename waits and the rest does not.
 */
export function profileActions(standing: Standing): Action[] {
  const { person, policy, state, at } = standing
  const { member, desired } = person
  if (member === null || state === null) return []
  const { renamed, before, after } = profileDelta(member.profile, desired.profile)
  const waiting = renamed && waits(person, 0, 'address', at)
  const parts: { renames: boolean; before: ItemImage; after: ItemImage }[] =
    waiting || (renamed && policy.refused?.has(person.personId) === true)
      ? [
          ...(waiting ? [] : [{ renames: true, before: only(before, IDENTITY), after: only(after, IDENTITY) }]),
          { renames: false, before: only(before, PLAIN), after: only(after, PLAIN) },
        ]
      : [{ renames: renamed, before, after }]
  return parts.flatMap((part) =>
    Object.keys(part.after).length === 0 ? [] : [profileAction(standing, member, state, part)],
  )
}

function only(image: ItemImage, keys: readonly ((typeof PLAIN)[number] | (typeof IDENTITY)[number])[]): ItemImage {
  return Object.fromEntries(keys.flatMap((key) => (image[key] === undefined ? [] : [[key, image[key]]])))
}

function profileAction(
  standing: Standing,
  member: Member,
  state: Exclude<MemberState, 'removed'>,
  { renames, before, after }: { renames: boolean; before: ItemImage; after: ItemImage },
): Action {
  const { person, policy } = standing
  const from = person.desired.profileSourceId
  const sourceIds = from === null ? ascending(person.claims.map((claim) => claim.sourceId)) : [from]
  return actionOn(standing, {
    kind: renames ? 'update_identity' : 'update_profile',
    effect: 'neutral',
    sourceIds,
    before,
    after,
    reason: {
      code: renames ? 'identity_changed' : 'profile_changed',
      params: { source: namesOf(policy, sourceIds) },
    },
    precondition: { member: renames ? { state, email: member.profile.email } : { state } },
  })
}

/**
 * Raises or lowers the role. Runs after a suspend or a reactivate of the same plan, so it expects the state that those
 * leave behind.
 *
 * @param expected the member's state when the item's turn comes.
 */
export function roleActions(standing: Standing, expected: Standing['state']): Action[] {
  const { person, policy } = standing
  const { member, desired } = person
  if (member === null || expected === null || member.role === desired.role) return []
  const lower = RANK[desired.role] < RANK[member.role]
  if (lower && standing.shielded) return []
  const sourceIds = lower ? standing.causing : ascending(person.claims.map((claim) => claim.sourceId))
  return [
    actionOn(standing, {
      kind: 'update_role',
      effect: lower ? 'subtractive' : 'additive',
      sourceIds,
      before: { role: member.role },
      after: { role: desired.role },
      reason: { code: 'role_changed', params: { source: namesOf(policy, sourceIds) } },
      precondition: { member: { state: expected, role: member.role } },
    }),
  ]
}
