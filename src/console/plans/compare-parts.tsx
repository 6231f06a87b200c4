/** Parts of the comparison of two plans: what both are, and the list of what is looked at. */
import { count } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Change } from '../../store/plan-compare.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useHere, withQuery } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import { Empty, Pill } from '../parts/pill.tsx'
import { PlanPill } from '../parts/plan-pill.tsx'
import { Pager, Table } from '../parts/table.tsx'
import { filled, type ItemColumn, type ListedItem, reviewed } from './items.tsx'
import { headlineOf, planPath } from './plan.ts'

/** What each part of the comparison is called, and what is said where it has nothing. */
export const WORDS: Record<Change, [title: string, none: string]> = {
  came: ['Came', 'Nothing came: all of this plan stood in the earlier one.'],
  went: ['Went', 'Nothing went: all of the earlier plan stands in this one.'],
  stayed: ['Stayed', 'Nothing stayed: the two plans have nothing in common.'],
}

export function Nowhere({ row }: { row: PlanRow }) {
  const at = useAddress()
  return (
    <Empty title="There is no earlier plan to compare it with.">
      <p>
        <a href={at(planPath(row.id))}>{`Back to plan ${showId('pln', row.id)}`}</a>
      </p>
    </Empty>
  )
}

/** Both plans, the earlier one first, each with the way to it. */
export function Beside({ before, row }: { before: PlanRow; row: PlanRow }) {
  const at = useAddress()
  return (
    <dl class="beside card">
      {[before, row].map((plan) => (
        <div>
          <dt>
            <a href={at(planPath(plan.id))}>{`Plan ${showId('pln', plan.id)}`}</a> <PlanPill plan={plan} />
          </dt>
          <dd>
            {headlineOf(plan)}
            <div class="beneath">
              {'Made '}
              <Moment at={plan.createdAt} />
            </div>
          </dd>
        </div>
      ))}
    </dl>
  )
}

export interface ComparedPage {
  items: (ListedItem & { differs: boolean })[]
  next: string | null
}

const differs: ItemColumn = {
  key: 'differs',
  title: 'Since then',
  cell: (item) => 'differs' in item && item.differs === true && <Pill tone="wait">with other values</Pill>,
  says: (item) => 'differs' in item && item.differs === true,
}

/** @param page null where it is read once the page is there */
export function ComparedList({ page, change, row }: { page: ComparedPage | null; change: Change; row: PlanRow }) {
  const { path, query } = useHere()
  if (page === null)
    return (
      <div
        id="items"
        class="list"
        hx-get={withQuery(path, query, { after: query.get('after') })}
        hx-trigger="load"
        hx-target="#items"
        hx-swap="outerHTML"
      >
        <p class="empty">Comparing …</p>
      </div>
    )
  const { items, next } = page
  const columns = [...reviewed(row).filter(({ key }) => key !== 'expected'), differs]
  return (
    <div id="items" class="list">
      {items.length === 0 ? (
        <Empty title={WORDS[change][1]} />
      ) : (
        <>
          <Table
            id="items"
            caption={WORDS[change][0]}
            columns={filled(columns, items)}
            rows={items}
            look={() => 'first-of-person'}
          />
          <Pager next={next} shown={count(items.length, 'item on this page', 'items on this page')} />
        </>
      )}
    </div>
  )
}
