/** The review of a plan: what would happen to whom and why, what guards say of it, and the buttons that decide. */

import { expectedSentence } from '../../reconcile/approval.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { mayApprove } from '../../reconcile/review.ts'
import { failureFiles } from '../../store/failures.ts'
import { previousPlan } from '../../store/plan-compare.ts'
import { type Expected, readExpected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { TOLD } from '../../sync/member-letters.ts'
import { useHere, withQuery } from '../here.ts'
import { Filters } from '../parts/filters.tsx'
import { ColumnChooser } from '../parts/table.tsx'
import type { Asked } from '../route.ts'
import type { Screen } from '../screen.ts'
import { groupingOf, readItemFilter } from './filter.ts'
import { PlanFooter } from './footer.tsx'
import { GroupBy, onlyOf } from './group-by.tsx'
import { GroupList, groupPage } from './groups.tsx'
import { Guards } from './guards.tsx'
import { PlanHead } from './head.tsx'
import { itemPage } from './item-page.ts'
import { reviewed } from './items.tsx'
import { ItemChoice, ItemList } from './list.tsx'
import { CRUMBS, sourceNames } from './plan.ts'
import { Seats } from './seats.tsx'
import { PlanTiles } from './tiles.tsx'

/** Of more items it is counted once the page is there. */
export const MOST_AT_ONCE = 20_000

export async function reviewScreen(asked: Asked, row: PlanRow): Promise<Screen> {
  const { parts, organization, query, part, may } = asked
  const { sql } = parts
  const screen = { title: `Plan ${showId('pln', row.id)}`, place: 'plans' as const, crumbs: CRUMBS }
  const by = groupingOf(query)
  const filter = readItemFilter(query, row.findings)
  const counted = query.has('counted') || row.items <= MOST_AT_ONCE
  if (by !== null && part === 'items')
    return { ...screen, body: <GroupList page={await groupPage(asked, row.id, by, filter)} /> }
  const items = by === null ? await itemPage(asked, row.id, filter) : { items: [], next: null }
  const edits = mayApprove(row) && may('operator')
  const columns = reviewed(row)
  const list =
    by !== null ? (
      <GroupList page={counted ? await groupPage(asked, row.id, by, filter) : null} />
    ) : edits ? (
      <ItemChoice row={row} page={items} columns={columns} />
    ) : (
      <ItemList page={items} columns={columns} />
    )
  if (part === 'items') return { ...screen, body: list }
  const late = !counted && part !== 'figures'
  const expected = late ? null : await readExpected(sql, organization.id, row.id, [...TOLD])
  const figures = <Figures row={row} expected={expected} previous={await previousPlan(sql, organization.id, row)} />
  if (part === 'figures') return { ...screen, body: figures }
  const [names, files, only] = [
    await sourceNames(asked),
    await failureFiles(sql, organization.id, row.id),
    await onlyOf(asked, row.id, filter.alike),
  ]
  const products = row.seats.map(({ product, name }) => ({ value: product, name }))
  return {
    ...screen,
    body: (
      <>
        <PlanHead row={row} names={names} files={files} />
        <div class="plan-top">
          <Guards findings={row.findings} />
          <Seats seats={row.seats} />
        </div>
        {figures}
        <div class="filter-row">
          <Filters
            list="items"
            search="Search by name or e-mail"
            filters={
              products.length < 2
                ? []
                : [{ name: 'product', label: 'Product', options: [{ value: '', name: 'Any product' }, ...products] }]
            }
          />
          {by === null && <ColumnChooser columns={columns} />}
        </div>
        <GroupBy by={by} />
        {only}
        {list}
        {mayApprove(row) && <PlanFooter row={row} expected={expected} />}
      </>
    ),
  }
}

/** What is expected, in a sentence and as tiles; asks for it again where it was not counted yet. */
function Figures({ row, expected, previous }: { row: PlanRow; expected: Expected | null; previous: PlanRow | null }) {
  const { path, query } = useHere()
  const again = {
    'hx-get': withQuery(path, query, {}),
    'hx-trigger': 'load',
    'hx-target': '#figures',
    'hx-swap': 'outerHTML',
  }
  return (
    <div id="figures" {...(expected === null ? again : {})}>
      <p class="expected">
        {expected === null ? 'Counting what is expected … ' : expectedSentence(expected.states)}
        {expected === null && (
          <a class="without-script" href={withQuery(path, query, { counted: '1' })}>
            Count it now
          </a>
        )}
      </p>
      <PlanTiles row={row} expected={expected} previous={previous} />
    </div>
  )
}
