/** How one person stands before anything is planned: whom an action would act for, and what shields them. */
import { COLUMN } from './evaluate.ts'
import { currentRows, DEFAULT_LEAVING, GROUP_LOSS_WAIT, goneRows, isGone, type Leaving } from './leaving.ts'
import type {
  Action,
  Assignment,
  Case,
  DirectoryRow,
  Evidence,
  Instant,
  MemberState,
  Product,
  Source,
  WaitKind,
} from './model.ts'
import type { CompiledRules } from './rules.ts'

/** What planning needs to know besides the person. */
export interface Policy {
  sources: ReadonlyMap<number, Source>
  products: ReadonlyMap<number, Product>
  /** IANA name of the organization's zone. */
  zone: string
  /** Products of which this plan frees seats: those who wait for one are asked about again, and the seats decide. */
  freeing?: ReadonlySet<number>
  /** Ids of the sources of which a policy approves also what is taken away: there an absence has to be repeated first. */
  approving?: ReadonlySet<number>
  /** How long leaving takes, by source id; the usual times where a source is not named. */
  leaving?: ReadonlyMap<number, Leaving>
  /** People whose new address or user name somebody else has and keeps: what else changes about them goes apart from it. */
  refused?: ReadonlySet<number>
  /** The compiled rules by source id: only for the words of reasons. */
  rules?: ReadonlyMap<number, CompiledRules>
}

export interface Standing {
  person: Case
  policy: Policy
  at: Instant
  /** Invited, active or suspended; null for nobody and for a removed member. */
  state: Exclude<MemberState, 'removed'> | null
  /** Wanted, but only from a later day. */
  notYet: boolean
  /** Ids of the sources for which a subtractive action would act, ascending; none = no such action. */
  causing: number[]
  /** Nothing may be taken away by a source. */
  shielded: boolean
  /** Only people have asked for them: their membership is nobody's to end, whatever becomes of products that a source gave. */
  kept: boolean
}

export function standingOf(person: Case, policy: Policy, at: Instant): Standing {
  const { desired, member } = person
  const causing = causingSources(person, policy)
  const state = member === null || member.state === 'removed' ? null : member.state
  return {
    person,
    policy,
    at,
    state,
    notYet: desired.wanted && desired.startAt !== null && desired.startAt > at,
    causing,
    shielded: causing.length === 0 || isShielded(person, policy, causing) || isPutOff(person, at),
    kept: person.claims.length > 0 && person.claims.every((claim) => isByHand(policy, claim.sourceId)),
  }
}

/** True while a wait of the kind holds; one without a date holds until somebody lifts it. */
export function waits(person: Case, productId: number, kind: WaitKind, at: Instant): boolean {
  return person.waits.some(
    (wait) => wait.kind === kind && wait.productId === productId && (wait.until === null || wait.until > at),
  )
}

/**
 * Protected by a rule, an owner, or an administrator whom none of these sources may change: a source never takes anything from them,
 * unless a person has decided so.
 */
function isShielded(person: Case, policy: Policy, causing: number[]): boolean {
  if (person.endedByDecision) return false
  const role = person.member?.role ?? 'member'
  if (person.desired.protected || role === 'owner') return true
  return role === 'admin' && !causing.some((id) => policy.sources.get(id)?.managesAdmins === true)
}

/** An end of the membership that a person rejected. */
function isPutOff(person: Case, at: Instant): boolean {
  return !person.desired.wanted && waits(person, 0, 'rejected', at)
}

/** The longest of a time that these sources leave for going. */
export function longest(policy: Policy, sourceIds: number[], time: keyof Leaving): number {
  const times = sourceIds.map((id) => policy.leaving?.get(id) ?? DEFAULT_LEAVING)
  return times.map((one) => one[time] ?? GROUP_LOSS_WAIT).reduce((a, b) => Math.max(a, b), 0)
}

/**
 * The connected sources that have, or had until now, something to say of the person. Of an explicit leaver only those
 * that say so. What was done by hand causes nothing here, nor does a disconnected source.
 */
function causingSources(person: Case, policy: Policy): number[] {
  const ids = person.desired.leaver
    ? goneRows(person.rows).map((row) => row.sourceId)
    : [
        ...person.links.filter((link) => link.state !== 'released').map((link) => link.sourceId),
        ...person.rows.map((row) => row.sourceId),
        ...person.claims.map((claim) => claim.sourceId),
      ]
  return ascending(ids.filter((id) => policy.sources.get(id)?.connected === true && !isByHand(policy, id)))
}

/** The identity providers that say the person is gone, ascending: what nobody else gave ends in their name alone. */
export function endedBy({ person, policy }: Standing): number[] {
  const gone = goneRows(person.rows).map((row) => row.sourceId)
  return ascending(
    gone.filter((id) => policy.sources.get(id)?.kind === 'scim' && policy.sources.get(id)?.connected === true),
  )
}

/** Whether this is an identity provider in which the person still is: what it gives them less may come back with the next request. */
export function isMovedBy({ person, policy }: Standing, sourceId: number): boolean {
  if (policy.sources.get(sourceId)?.kind !== 'scim') return false
  return currentRows(person.rows).some((row) => row.sourceId === sourceId && !isGone(row.status))
}

/**
 * The identity providers whose entitlements were what gave the product last, ascending; none where anything else gave it. They have taken
 * it back in so many words, from somebody who is still there: that is no move from group to group.
 */
export function takenBack(standing: Standing, productId: number): number[] {
  const givers = (standing.person.lastGivers ?? []).filter((one) => one.productId === productId)
  const entitled = givers.every((one) => one.rule === COLUMN && isMovedBy(standing, one.sourceId))
  return entitled ? ascending(givers.map((one) => one.sourceId)) : []
}

/** Whoever said so has deleted them, which nobody takes back: there is no grace to wait for. */
export function isDeleted({ person }: Standing): boolean {
  const gone = goneRows(person.rows)
  return person.desired.leaver && gone.length > 0 && gone.every((row) => row.status === 'deleted')
}

export function isByHand(policy: Policy, sourceId: number): boolean {
  return policy.sources.get(sourceId)?.kind === 'manual'
}

export function ascending(ids: number[]): number[] {
  return [...new Set(ids)].sort((a, b) => a - b)
}

/** The names of sources for a sentence: `HR feed and Partners`. */
export function namesOf(policy: Policy, sourceIds: number[]): string {
  const names = sourceIds.map((id) => policy.sources.get(id)?.name ?? `source ${id}`)
  return [...new Set(names)].sort().join(' and ')
}

export function productName(policy: Policy, productId: number): string {
  return policy.products.get(productId)?.name ?? `product ${productId}`
}

/** The row that an action rests on: of the causing sources the first by key, and there the first by anchor. */
export function rowOf(person: Case, policy: Policy, sourceIds: number[]): DirectoryRow | undefined {
  const key = (row: DirectoryRow) => `${policy.sources.get(row.sourceId)?.key ?? ''}\n${row.anchorKey}`
  const rows = person.rows.filter((row) => sourceIds.includes(row.sourceId))
  return rows.sort((a, b) => (key(a) < key(b) ? -1 : 1))[0]
}

/** What an action that takes away an assignment finds, and what must still hold when it runs. */
export function assignmentImages(assignment: Assignment): Pick<Action, 'before' | 'precondition'> {
  return {
    before: { expiresAt: assignment.expiresAt },
    precondition: { assignment: { version: assignment.version } },
  }
}

/** An action with everything that most kinds share; the caller says what differs. */
export function actionOn(
  standing: Standing,
  own: Pick<Action, 'kind' | 'effect' | 'reason' | 'sourceIds'> & Partial<Action>,
): Action {
  const { person, policy } = standing
  const evidence: Evidence | null = rowOf(person, policy, own.sourceIds)?.evidence ?? null
  return {
    personId: person.personId,
    subject: person.subject,
    productId: null,
    before: null,
    after: null,
    evidence,
    precondition: {},
    seatOrder: null,
    fromPersonId: null,
    ...own,
  }
}
