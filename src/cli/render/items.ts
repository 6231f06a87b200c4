/** Items of a plan, grouped by person. */
import { changeWords, expectedWords, outcomeWords, signOf } from '../../reconcile/item-words.ts'
import type { Item } from '../answers.ts'
import type { Paint } from './colour.ts'
import type { Page } from './plan.ts'
import { type Column, table } from './table.ts'
import { lastDay, person } from './words.ts'

/** Items in a table, each person named once; `outcomes` adds what became of them. */
export function itemTable(items: readonly Item[], page: Page, outcomes: boolean): string {
  const { paint, zone } = page
  const sorted = byPerson(items)
  const first = new Set(sorted.filter((item, at) => sorted[at - 1]?.personId !== item.personId))
  const columns: Column<Item>[] = [
    { title: 'PERSON', cell: (item) => (first.has(item) ? person(item) : ''), gives: true },
    {
      title: 'CHANGE',
      cell: (item) => `${signOf(item.kind)} ${changeWords(item)}`,
      gives: true,
      paint: (text, item) => painted(text, signOf(item.kind), paint),
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

function painted(text: string, sign: '+' | '-' | '~', paint: Paint): string {
  if (sign === '~') return text
  return sign === '+' ? paint.good(text) : paint.bad(text)
}

function outcomePaint(text: string, state: string, paint: Paint): string {
  if (state === 'succeeded' || state === 'noop') return paint.good(text)
  if (state.startsWith('failed') || state === 'blocked') return paint.bad(text)
  return paint.warn(text)
}
