/**
 * What a source no longer says is weaker than what it says: a file may have been cut, and identity providers move people from group to
 * group in two requests. A person who looks at the plan decides at once; a policy waits until a second file has said the same, and for a
 * day at least, or for an hour after a group was left.
 */
import type { Action, Instant, Wait } from './model.ts'
import { isDeleted, isMovedBy, longest, type Standing, takenBack } from './standing.ts'

/**
 * `decided`: a person looks, or a row said it in so many words, so there is nothing to wait for. `waits`: not sure yet.
 * `confirmed`: long enough ago, and of files said twice.
 */
export type Certainty = 'decided' | 'waits' | 'confirmed'

/** How certain it is that these sources have let go: of the whole person (product 0), or of one product. */
export function certaintyOf(standing: Standing, sourceIds: number[], productId: number): Certainty {
  const { person, policy, at } = standing
  if (person.desired.leaver && !person.desired.wanted) return 'decided'
  if (sourceIds.length === 0 || !sourceIds.every((id) => policy.approving?.has(id) === true)) return 'decided'
  const doubts = doubtsOf(standing, sourceIds)
  if (doubts.length === 0) return 'decided'
  const over = doubts.every((kind) => {
    const since = storedWait(standing, productId, kind)?.since
    return since !== undefined && after(since, longest(policy, sourceIds, TIMES[kind])) <= at
  })
  return over && silentOf(standing, sourceIds).every((id) => sightingOf(standing, id)?.repeated === true)
    ? 'confirmed'
    : 'waits'
}

type Doubt = 'absence' | 'group_loss'
const TIMES = { absence: 'absenceWait', group_loss: 'groupLossWait' } as const

/** Why what these sources no longer say may not be meant. */
function doubtsOf(standing: Standing, sourceIds: number[]): Doubt[] {
  const moved = sourceIds.some((id) => isMovedBy(standing, id))
  return [
    ...(silentOf(standing, sourceIds).length > 0 ? (['absence'] as const) : []),
    ...(moved ? (['group_loss'] as const) : []),
  ]
}

/** Of these, the snapshot sources that have not said it in so many words. */
function silentOf(standing: Standing, sourceIds: number[]): number[] {
  const { sources } = standing.policy
  return sourceIds.filter((id) => sources.get(id)?.mode === 'snapshot' && sightingOf(standing, id)?.told !== true)
}

/** What of a person's actions has to wait, and the waits for the products among them: the person's own is told apart from any action. */
export function putOff(standing: Standing, actions: Action[]): { now: Action[]; waits: Wait[] } {
  const waits = new Map<number, Wait[]>()
  const now = actions.filter((action) => {
    if (!isLoss(standing, action) || isTakenBack(standing, action)) return true
    const productId = standing.person.desired.wanted ? (action.productId ?? 0) : 0
    if (certaintyOf(standing, action.sourceIds, productId) !== 'waits') return true
    if (productId !== 0) waits.set(productId, uncertain(standing, action.sourceIds, productId))
    return false
  })
  return { now, waits: [...waits.values()].flat() }
}

/** Somebody, or a product of theirs, is missing: what is stored keeps its beginning. */
export function uncertain(standing: Standing, sourceIds: number[], productId: number): Wait[] {
  const { person, policy, at } = standing
  return doubtsOf(standing, sourceIds).map((kind) => {
    const since = storedWait(standing, productId, kind)?.since ?? at
    const until = after(since, longest(policy, sourceIds, TIMES[kind]))
    return { personId: person.personId, productId, kind, since, until }
  })
}

/**
 * The time that is left to somebody who was suspended on their way out and holds nothing any more: of a leaver from now on, of somebody
 * who is missing from the first file. What is stored keeps its end. Null for whoever is not there yet, or is removed without it.
 */
export function graceOf(standing: Standing): Wait | null {
  const { person, policy, at, state, causing } = standing
  const { leaver } = person.desired
  if (state !== 'suspended' || person.assignments.length > 0 || isDeleted(standing)) return null
  if (!leaver && certaintyOf(standing, causing, 0) !== 'confirmed') return null
  const stored = person.waits.find((one) => one.kind === 'grace' && one.productId === 0)
  if (stored !== undefined) return stored
  const until = leaver
    ? after(at, longest(policy, causing, 'leaverGrace'))
    : after(firstDoubt(standing) ?? at, longest(policy, causing, 'absenceGrace'))
  return { personId: person.personId, productId: 0, kind: 'grace', since: at, until }
}

function after(since: Instant, milliseconds: number): Instant {
  return new Date(Date.parse(since) + milliseconds).toISOString()
}

function storedWait({ person }: Standing, productId: number, kind: Doubt): Wait | undefined {
  return person.waits.find((wait) => wait.kind === kind && wait.productId === productId)
}

/** Since when the whole person is missing somewhere. */
function firstDoubt(standing: Standing): Instant | undefined {
  const since = (kind: Doubt) => storedWait(standing, 0, kind)?.since
  return [since('absence'), since('group_loss')].filter((one) => one !== undefined).sort()[0]
}

function sightingOf({ person }: Standing, sourceId: number) {
  return person.sightings?.find((one) => one.sourceId === sourceId)
}

const isTakenBack = (standing: Standing, { productId }: Action): boolean =>
  productId !== null && takenBack(standing, productId).length > 0

/** A leave is said by a row, and an end that comes was foreseen; everything else that is taken away follows from something missing. */
function isLoss({ person }: Standing, action: Action): boolean {
  if (action.effect !== 'subtractive' || action.sourceIds.length === 0) return false
  return person.desired.wanted ? action.kind === 'revoke' || action.kind === 'shorten' : true
}
