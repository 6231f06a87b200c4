/**
 * What a source no longer says is weaker than what it says: a file may have been cut. A person who looks at the plan decides at once;
 * a policy waits until a second file has said the same, and for a day at least.
 */
import type { Action, Instant, Wait } from './model.ts'
import { longest, type Standing } from './standing.ts'

/**
 * `decided`: a person looks, or a row said it in so many words, so there is nothing to wait for. `waits`: not sure yet.
 * `confirmed`: said twice, and long enough ago.
 */
export type Certainty = 'decided' | 'waits' | 'confirmed'

/** How certain it is that these sources have let go: of the whole person (product 0), or of one product. */
export function certaintyOf(standing: Standing, sourceIds: number[], productId: number): Certainty {
  const { person, policy, at } = standing
  if (person.desired.leaver && !person.desired.wanted) return 'decided'
  if (sourceIds.length === 0 || !sourceIds.every((id) => policy.approving?.has(id) === true)) return 'decided'
  const silent = sourceIds.filter(
    (id) => policy.sources.get(id)?.mode === 'snapshot' && sightingOf(standing, id)?.told !== true,
  )
  if (silent.length === 0) return 'decided'
  const since = storedWait(standing, productId)?.since
  if (since === undefined || Date.parse(since) + longest(policy, sourceIds, 'absenceWait') > Date.parse(at))
    return 'waits'
  return silent.every((id) => sightingOf(standing, id)?.repeated === true) ? 'confirmed' : 'waits'
}

/** What of a person's actions has to wait, and the waits for the products among them: the person's own is told apart from any action. */
export function putOff(standing: Standing, actions: Action[]): { now: Action[]; waits: Wait[] } {
  const waits = new Map<number, Wait>()
  const now = actions.filter((action) => {
    if (!isLoss(standing, action)) return true
    const productId = standing.person.desired.wanted ? (action.productId ?? 0) : 0
    if (certaintyOf(standing, action.sourceIds, productId) !== 'waits') return true
    if (productId !== 0) waits.set(productId, absence(standing, action.sourceIds, productId))
    return false
  })
  return { now, waits: [...waits.values()] }
}

/** Somebody, or a product of theirs, is missing: what is stored keeps its beginning. */
export function absence(standing: Standing, sourceIds: number[], productId: number): Wait {
  const { person, policy, at } = standing
  const since = storedWait(standing, productId)?.since ?? at
  const until = after(since, longest(policy, sourceIds, 'absenceWait'))
  return { personId: person.personId, productId, kind: 'absence', since, until }
}

/**
 * The time that is left to somebody who was suspended on their way out and holds nothing any more: of a leaver from now on, of somebody
 * who is missing from the first file. What is stored keeps its end. Null for whoever is not there yet, or is removed without it.
 */
export function graceOf(standing: Standing): Wait | null {
  const { person, policy, at, state, causing } = standing
  const { leaver } = person.desired
  if (state !== 'suspended' || person.assignments.length > 0) return null
  if (!leaver && certaintyOf(standing, causing, 0) !== 'confirmed') return null
  const stored = person.waits.find((one) => one.kind === 'grace' && one.productId === 0)
  if (stored !== undefined) return stored
  const until = leaver
    ? after(at, longest(policy, causing, 'leaverGrace'))
    : after(storedWait(standing, 0)?.since ?? at, longest(policy, causing, 'absenceGrace'))
  return { personId: person.personId, productId: 0, kind: 'grace', since: at, until }
}

function after(since: Instant, milliseconds: number): Instant {
  return new Date(Date.parse(since) + milliseconds).toISOString()
}

function storedWait({ person }: Standing, productId: number): Wait | undefined {
  return person.waits.find((wait) => wait.kind === 'absence' && wait.productId === productId)
}

function sightingOf({ person }: Standing, sourceId: number) {
  return person.sightings?.find((one) => one.sourceId === sourceId)
}

/** A leave is said by a row, and an end that comes was foreseen; everything else that is taken away follows from something missing. */
function isLoss({ person }: Standing, action: Action): boolean {
  if (action.effect !== 'subtractive' || action.sourceIds.length === 0) return false
  return person.desired.wanted ? action.kind === 'revoke' || action.kind === 'shorten' : true
}
