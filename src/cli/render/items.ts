/** Items of a plan, grouped by person. */
import type { Item } from '../answers.ts'
import type { Paint } from './colour.ts'
import type { Page } from './plan.ts'
import { type Column, table } from './table.ts'
import { lastDay, person, plainly } from './words.ts'

const TAKES = new Set(['revoke', 'suspend', 'remove', 'shorten'])
const GIVES = new Set(['invite', 'assign', 'extend', 'reactivate'])

/** `+` gives, `-` takes away, `~` changes. */
function sign(kind: string): string {
  return GIVES.has(kind) ? '+' : TAKES.has(kind) ? '-' : '~'
}

/** Items in a table, each person named once; `outcomes` adds what became of them. */
export function itemTable(items: readonly Item[], page: Page, outcomes: boolean): string {
  const { paint, zone } = page
  const sorted = byPerson(items)
  const first = new Set(sorted.filter((item, at) => sorted[at - 1]?.personId !== item.personId))
  const columns: Column<Item>[] = [
    { title: 'PERSON', cell: (item) => (first.has(item) ? person(item) : ''), gives: true },
    {
      title: 'CHANGE',
      cell: (item) => `${sign(item.kind)} ${changeWords(item)}`,
      gives: true,
      paint: (text, item) => (GIVES.has(item.kind) ? paint.good(text) : TAKES.has(item.kind) ? paint.bad(text) : text),
    },
    { title: 'PRODUCT', cell: (item) => item.productName ?? '', gives: true },
    { title: 'UNTIL', cell: (item) => (item.kind === 'revoke' ? '' : lastDay(item.expiresAt, zone)) },
    { title: 'BECAUSE', cell: (item) => item.reason.text, gives: true },
    { title: 'LINE', cell: (item) => (item.line === null ? '' : `${item.file ?? ''}:${item.line}`), gives: true },
    outcomes
      ? {
          title: 'OUTCOME',
          cell: outcomeWords,
          gives: true,
          paint: (text, item) => outcomePaint(text, item.state, paint),
        }
      : {
          title: 'EXPECTED',
          cell: expectedWords,
          gives: true,
          paint: (text) => paint.warn(text),
        },
  ]
  return table(sorted, columns, page)
}

/** People in the order in which they first appear, each with all items. */
function byPerson(items: readonly Item[]): Item[] {
  const people = new Map<string, Item[]>()
  for (const item of items) {
    const known = people.get(item.personId)
    if (known === undefined) people.set(item.personId, [item])
    else known.push(item)
  }
  return [...people.values()].flat()
}

function changeWords(item: Item): string {
  const { before, after } = item
  const from = before?.['email']
  const to = after?.['email']
  if (item.kind === 'update_identity' && from && to && from !== to) return `rename ${from} → ${to}`
  if (item.kind === 'update_role') return `role ${before?.['role'] ?? '?'} → ${after?.['role'] ?? '?'}`
  if (item.kind === 'update_identity') return 'rename'
  if (item.kind === 'update_profile') return 'update'
  return plainly(item.kind)
}

/** What will not simply succeed, and why where that is known. */
export function expectedWords(item: Item): string {
  const { predicted, foreseen } = item
  if (item.state === 'skipped_excluded') return 'left out'
  if (predicted === 'succeeded') return ''
  const words = predicted.startsWith('failed') ? 'will fail' : (STATES_IN_WORDS[predicted] ?? plainly(predicted))
  return foreseen === null ? words : `${words}: ${foreseen.message}`
}

function outcomeWords(item: Item): string {
  const state = STATES_IN_WORDS[item.state] ?? plainly(item.state)
  return item.message === null ? state : `${state}: ${item.message}`
}

const STATES_IN_WORDS: Readonly<Record<string, string>> = {
  succeeded: 'done',
  noop: 'already so',
  pending: 'to do',
  failed_permanent: 'failed',
  failed_retryable: 'is tried again',
  skipped_stale: 'skipped',
  skipped_excluded: 'left out',
  waiting_seat: 'waits for a seat',
  waiting_borrow: 'waits for a return',
}

function outcomePaint(text: string, state: string, paint: Paint): string {
  if (state === 'succeeded' || state === 'noop') return paint.good(text)
  if (state.startsWith('failed') || state === 'blocked') return paint.bad(text)
  return paint.warn(text)
}
