/** Which items of a plan a page is asked for: read from its address. */
import { ACTION_KINDS, type ActionKind, type Finding, type OutcomeState } from '../../reconcile/model.ts'
import { FAILED_STATES } from '../../reconcile/tally.ts'
import { type Alike, GROUPINGS, type Grouping, type ItemFilter } from '../../store/plan-filter.ts'
import { guardName } from './guards.tsx'

/** Names in the address that choose items. */
export const ITEM_NAMES = ['q', 'kind', 'product', 'expected', 'guard', 'show', 'code', 'same'] as const

/** Tiles speak of these kinds together. */
export const KIND_GROUPS = [
  ['invite', 'Invites', ['invite', 'reactivate']],
  ['assign', 'Assigns', ['assign']],
  ['extend', 'Extends', ['extend']],
  ['shorten', 'Shortens', ['shorten']],
  ['revoke', 'Revokes', ['revoke']],
  ['suspend', 'Suspends', ['suspend']],
  ['rename', 'Renames', ['update_identity', 'update_profile']],
  ['role', 'Roles', ['update_role']],
  ['remove', 'Removals', ['remove']],
  ['link', 'Links', ['link', 'release_claim']],
] as const satisfies readonly (readonly [string, string, readonly ActionKind[]])[]

/** What is expected, beside simply to succeed. */
export const EXPECTATIONS = [
  ['wait', 'Will wait', ['waiting_seat', 'waiting_borrow']],
  ['fail', 'Will fail', FAILED_STATES],
  ['same', 'As wanted already', ['noop']],
] as const satisfies readonly (readonly [string, string, readonly OutcomeState[]])[]

/** What became of items, as the tabs of the results have it. */
export const TABS = [
  ['failed', 'Failed', FAILED_STATES],
  ['waiting', 'Waiting', ['waiting_seat', 'waiting_borrow']],
  ['skipped', 'Skipped', ['skipped_stale', 'skipped_excluded', 'cancelled']],
  ['done', 'Done', ['succeeded', 'noop']],
  ['all', 'All', null],
] as const satisfies readonly (readonly [string, string, readonly OutcomeState[] | null])[]
export type Tab = (typeof TABS)[number][0]

/** What cannot be read counts as not asked for: an address may be old, or typed. */
export function readItemFilter(query: URLSearchParams, findings: Finding[], tab?: Tab): ItemFilter {
  const given = (name: string) => {
    const text = (query.get(name) ?? '').trim()
    return text === '' || text.length > 200 || text.includes('\0') || !text.isWellFormed() ? undefined : text
  }
  const kind = given('kind')
  const group = KIND_GROUPS.find(([name]) => name === kind)?.[2] ?? ACTION_KINDS.filter((one) => one === kind)
  const expected = EXPECTATIONS.find(([name]) => name === given('expected'))?.[2]
  const states = TABS.find(([name]) => name === tab)?.[2]
  return {
    kinds: kind === undefined ? undefined : [...group],
    product: given('product'),
    predicted: expected && [...expected],
    states: states ? [...states] : undefined,
    excluded: given('expected') === 'out' || undefined,
    code: given('code'),
    search: given('q'),
    holds: holdsOf(given('guard'), findings),
    alike: alikeOf(given('same')),
  }
}

/** `held` means whatever an amount stopped at. */
function holdsOf(guard: string | undefined, findings: Finding[]): ItemFilter['holds'] {
  if (guard === undefined) return undefined
  const meant = findings.filter((one) => (guard === 'held' ? one.verdict !== 'pass' : guardName(one) === guard))
  const holds = meant.flatMap((one) => one.holds ?? [])
  return meant.length === 0 || holds.length === 0 ? undefined : holds
}

/** How the list is put into groups; null: person by person. */
export const groupingOf = (query: URLSearchParams): Grouping | null =>
  GROUPINGS.find((one) => one === query.get('by')) ?? null

/** A group, as an address names it: by what, and its first item. `rule:12` */
export const writeAlike = ({ by, item }: Alike): string => `${by}:${item}`

function alikeOf(text: string | undefined): Alike | undefined {
  const [by, item] = (text ?? '').split(':')
  const grouping = GROUPINGS.find((one) => one === by)
  return grouping === undefined || !/^[1-9]\d{0,8}$/.test(item ?? '') ? undefined : { by: grouping, item: Number(item) }
}
