/** The columns of the items of a plan: what, why, from where, and what is expected or became of it; those of a person stand together. */
import { z } from 'zod'
import { count } from '../../reconcile/amount.ts'
import { outcomeText, reasonText } from '../../reconcile/describe.ts'
import type { PersonItem } from '../../store/plan-people.ts'
import type { PlanRow } from '../../store/plans.ts'
import { PASTED } from '../bulk/pasted.ts'
import type { Column } from '../parts/table.tsx'
import { Change, Expected, Outcome, Person, Until } from './item-cells.tsx'
import { onPages } from './next-words.ts'

/** An item in a list: `first` where its person begins. */
export interface ListedItem extends PersonItem {
  first: boolean
}

/** A column that is left out of a page where it would be empty throughout. */
export interface ItemColumn extends Column<ListedItem> {
  says?(item: ListedItem): boolean
}

export const place = z.int().min(0)

/** Marks where each person begins. */
export function listed(items: PersonItem[]): ListedItem[] {
  return items.map((item, index) => ({ ...item, first: items[index - 1]?.personId !== item.personId }))
}

export const peopleShown = (items: ListedItem[]): string =>
  count(items.filter(({ first }) => first).length, 'person on this page', 'people on this page')

export const itemsShown = (items: ListedItem[]): string =>
  count(items.length, 'item on this page', 'items on this page')

const person: ItemColumn = { key: 'person', title: 'Person', always: true, cell: (item) => <Person item={item} /> }
const change: ItemColumn = { key: 'change', title: 'Change', always: true, cell: (item) => <Change item={item} /> }
const product: ItemColumn = {
  key: 'product',
  title: 'Product',
  cell: ({ productName }) => productName ?? '',
  says: ({ productName }) => productName !== null,
}
const until: ItemColumn = {
  key: 'until',
  title: 'Until',
  cell: (item) => <Until item={item} />,
  says: ({ kind, after }) => kind === 'extend' || kind === 'shorten' || (kind === 'assign' && after?.expiresAt != null),
}
const because: ItemColumn = { key: 'because', title: 'Because', cell: ({ reason }) => reasonText(reason) }
const line: ItemColumn = {
  key: 'line',
  title: 'Line',
  cell: ({ evidence }) =>
    evidence?.line == null ? '' : <span class="line">{`${evidence.file ?? 'line'}:${evidence.line}`}</span>,
  says: ({ evidence }) => evidence?.line != null,
}
const numbered: ItemColumn = {
  key: 'number',
  title: 'No.',
  number: true,
  extra: true,
  cell: ({ number }) => String(number),
}

/** Addresses that were typed or pasted stand on no line. */
const lineOf = ({ operation }: PlanRow): ItemColumn[] =>
  operation !== null && (operation.file === null || operation.file.name === PASTED) ? [] : [line]

/** Before it happens. */
export const reviewed = (row: PlanRow): ItemColumn[] => [
  person,
  change,
  product,
  until,
  because,
  ...lineOf(row),
  {
    key: 'expected',
    title: 'Expected',
    cell: (item) => <Expected item={item} />,
    says: ({ predicted, state }) => predicted !== 'succeeded' || state === 'skipped_excluded',
  },
  numbered,
]

const hasReason = ({ code }: ListedItem) => code !== null

/** After it happened. */
export const ended = (row: PlanRow): ItemColumn[] => [
  person,
  change,
  product,
  until,
  { key: 'outcome', title: 'Outcome', cell: (item) => <Outcome item={item} /> },
  { key: 'reason', title: 'Reason', cell: (item) => outcomeText(item)?.message ?? '', says: hasReason },
  { key: 'next', title: 'What to do', cell: (item) => onPages(outcomeText(item)?.next ?? ''), says: hasReason },
  { key: 'code', title: 'Code', extra: true, cell: ({ code }) => code ?? '' },
  { ...because, extra: true },
  ...lineOf(row),
  numbered,
]

/** Without those that would be empty throughout. */
export const filled = (columns: ItemColumn[], items: ListedItem[]): ItemColumn[] =>
  columns.filter(({ says }) => says === undefined || items.some(says))
