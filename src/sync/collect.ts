/** Plans every drifting person and collects the actions, page by page: memory does not grow with the organization. */
import { setImmediate as immediate } from 'node:timers/promises'
import { itemDigest, type Keys } from '../reconcile/canonical.ts'
import { formatEnd } from '../reconcile/expiry.ts'
import { leavingSchema } from '../reconcile/leaving.ts'
import type { Action, ApprovalMode, Case, Instant, Wait } from '../reconcile/model.ts'
import { look, type Policy } from '../reconcile/plan-person.ts'
import { compile } from '../reconcile/rules.ts'
import { readCases } from '../store/drift.ts'
import { listProducts, listRules, type Organization, type SourceRow } from '../store/organizations.ts'
import { lapsedPins } from '../store/pins.ts'
import { addLines, linesOf, type Part, type Proposal, type ProposedLines, writeWaits } from '../store/proposal.ts'

const PAGE = 2000
const SLICE = 250
/** An approval that covered a wait for a seat is good for this long; then a person is asked again. */
const APPROVED_MS = 30 * 86_400_000

/** What a proposal is made from. */
export interface Ground {
  settings: Organization
  sources: SourceRow[]
  /** What a policy approves of each source, by its id. */
  modes: ReadonlyMap<number, ApprovalMode>
  /** Ids of products whose seats this proposal frees while others wait for them. */
  freeing: number[]
  /** Ids of people whose new address or user name somebody else has and keeps. */
  refused: ReadonlySet<number>
  at: Date
}

export async function collectActions(proposal: Proposal, ground: Ground): Promise<void> {
  const { settings, sources, modes, at } = ground
  const organization = settings.id
  const { transaction } = proposal
  const [products, rules] = await Promise.all([
    listProducts(transaction, organization),
    listRules(transaction, organization),
  ])
  const policy: Policy = {
    sources: new Map(sources.map((source) => [source.id, source])),
    products: new Map(products.map((product) => [product.id, product])),
    zone: settings.zone,
    approving: new Set(sources.filter(({ id }) => modes.get(id) === 'within_limits').map(({ id }) => id)),
    leaving: new Map(sources.map((source) => [source.id, leavingSchema.parse(source.settings)])),
    freeing: new Set(ground.freeing),
    refused: ground.refused,
    rules: new Map(sources.map((source) => [source.id, compile(rules, source.key)])),
  }
  const keys: Keys = {
    product: (id) => policy.products.get(id)?.key ?? String(id),
    source: (id) => policy.sources.get(id)?.key ?? String(id),
  }
  const now = at.toISOString()
  const pushing = sources.filter(({ id, kind }) => kind === 'scim' && policy.approving?.has(id) === true)
  const pages = readCases(transaction, organization, PAGE, {
    sightings: (policy.approving?.size ?? 0) > 0,
    pushing: new Set(pushing.map(({ id }) => id)),
  })
  const manual = sources.find(({ kind }) => kind === 'manual')?.id ?? 0
  const since = new Date(at.getTime() - APPROVED_MS).toISOString()
  let numbered = 0
  const finish = async ({ actions: found, waits, lapsed }: Planned): Promise<Finished> => {
    const finished: Finished = { lines: [], waits }
    const approval: Approval = {
      modes,
      asks: (action) => lapsed.has(action.personId) || outlivesApproval(action, manual, since),
    }
    const going = goingByThemselves(found, approval)
    for (const slice of slices(found)) {
      const told = slice.map((action) => tellOfPin(action, lapsed, settings.zone))
      const actions = told.map((action) => ({
        action,
        part: partOf(action, approval, going),
        digest: itemDigest(action, keys),
        productKey: action.productId === null ? null : keys.product(action.productId),
      }))
      finished.lines.push(linesOf(numbered + 1, actions))
      numbered += actions.length
      await immediate()
    }
    return finished
  }
  let finished: Finished = { lines: [], waits: [] }
  // The database and this process take turns on one connection, and each works while the other does: a page is read while the one
  // before is written out as lines, and written while the next is planned.
  for (let page = await pages.next(); !page.done; ) {
    const people = page.value.map(({ personId }) => personId)
    // Not beside the writing, which copies: a connection that copies answers nothing else.
    const lapsed = await lapsedPins(transaction, organization, people)
    const [planned] = await Promise.all([planPage(page.value, policy, now), write(proposal, organization, finished)])
    ;[page, finished] = await Promise.all([pages.next(), finish({ ...planned, lapsed })])
  }
  await write(proposal, organization, finished)
}

interface Planned {
  actions: Action[]
  waits: Wait[]
  /** Until when people were pinned whose pin has lapsed, by person id. */
  lapsed: ReadonlyMap<number, Instant>
}

/** What a policy approves in place of a person, and what it must not, whatever its mode. */
interface Approval {
  modes: ReadonlyMap<number, ApprovalMode>
  asks(action: Action): boolean
}

interface Finished {
  lines: ProposedLines[]
  waits: Wait[]
}

async function planPage(cases: Case[], policy: Policy, now: Instant): Promise<Omit<Planned, 'lapsed'>> {
  const planned: Omit<Planned, 'lapsed'> = { actions: [], waits: [] }
  for (const slice of slices(cases)) {
    for (const person of slice) {
      const { actions, waits } = look(person, policy, now)
      // Whoever stands in a plan that is still open is here because a day has come, and for nothing else.
      planned.actions.push(...(person.planned ? actions.filter(isForeseen) : actions))
      if (!person.planned) planned.waits.push(...newWaits(person, waits))
    }
    await immediate()
  }
  return planned
}

async function write(proposal: Proposal, organization: number, { lines, waits }: Finished): Promise<void> {
  await addLines(proposal, lines)
  await writeWaits(proposal.transaction, organization, waits)
}

/** Short stretches, so that the socket is served between them. */
function* slices<T>(list: T[]): Iterable<T[]> {
  for (let start = 0; start < list.length; start += SLICE) yield list.slice(start, start + SLICE)
}

function newWaits(person: Case, waits: Wait[]): Wait[] {
  return waits.filter(
    (wait) =>
      !person.waits.some(
        (known) => known.kind === wait.kind && known.productId === wait.productId && known.until === wait.until,
      ),
  )
}

/** An end that was foreseen has no source behind it. */
const isForeseen = (action: Action): boolean => action.sourceIds.length === 0

/** A seat that was asked for by hand so long ago that a person says again whether it is still wanted. */
function outlivesApproval({ kind, seatOrder, sourceIds }: Action, manual: number, since: Instant): boolean {
  const waiting = seatOrder?.waitingSince ?? null
  return kind === 'assign' && sourceIds.includes(manual) && waiting !== null && waiting <= since
}

/** Whoever looks at what a source wants of somebody again, is told that a person had decided against it. */
function tellOfPin(action: Action, lapsed: ReadonlyMap<number, Instant>, zone: string): Action {
  const until = lapsed.get(action.personId)
  if (until === undefined || isForeseen(action)) return action
  const { code, params } = action.reason
  return { ...action, reason: { code, params: { ...params, pinned: formatEnd(until, zone) } } }
}

/** Ids of people whose removal a policy approves: what they lose by its own day stays before it, in the same plan. */
function goingByThemselves(actions: Action[], approval: Approval): Set<number> {
  const removals = actions.filter(({ kind }) => kind === 'remove')
  return new Set(removals.filter((action) => partOf(action, approval) === 'free').map(({ personId }) => personId))
}

/**
 * What every source behind an action allows is free, and what only observed sources want is only shown. Where an observed source is
 * one of several, a person has to look, and so they do at whom a lapsed pin concerned.
 */
function partOf(action: Action, { modes, asks }: Approval, going?: ReadonlySet<number>): Part {
  if (isForeseen(action)) return going?.has(action.personId) === true ? 'free' : 'foreseen'
  const allowed = action.sourceIds.map((id) => modes.get(id) ?? 'manual')
  if (allowed.every((mode) => mode === 'observe')) return 'observed'
  const free = (mode: ApprovalMode) =>
    mode === 'within_limits' || (mode === 'additive_auto' && action.effect !== 'subtractive')
  return allowed.every(free) && !asks(action) ? 'free' : 'waiting'
}
