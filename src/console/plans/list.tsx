/** The list of the items of a plan; where somebody may, with what stays in the plan ticked. */
import { count } from '../../reconcile/amount.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useHere, withQuery } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Empty } from '../parts/pill.tsx'
import { Pager, Table } from '../parts/table.tsx'
import { ITEM_NAMES } from './filter.ts'
import { personOf } from './item-cells.tsx'
import type { ItemPage } from './item-page.ts'
import { filled, type ItemColumn, itemsShown, type ListedItem, peopleShown } from './items.tsx'
import { planPath } from './plan.ts'

interface ListProps {
  page: ItemPage
  columns: ItemColumn[]
  /** The tab that is shown, also where the address does not say it. */
  show?: string
}

export function ItemList(props: ListProps) {
  return (
    <div id="items" class="list">
      {props.page.items.length === 0 ? <Nothing /> : <Items {...props} />}
    </div>
  )
}

/** The same with ticks: what is ticked stays in the plan. */
export function ItemChoice({ row, page, columns }: { row: PlanRow; page: ItemPage; columns: ItemColumn[] }) {
  const at = useAddress()
  const { query } = useHere()
  if (page.items.length === 0) return <ItemList page={page} columns={columns} />
  return (
    <div id="items" class="list">
      <Form to={at(planPath(row.id, '/choose'))} id="choice" kind="choice">
        <input type="hidden" name="hash" value={row.hash} />
        <input type="hidden" name="back" value={query.toString()} />
        {page.items.map(({ number, state }) => (
          <input type="hidden" name={state === 'skipped_excluded' ? 'out' : 'in'} value={String(number)} />
        ))}
        <Items page={page} columns={columns} choice="stays" />
        <div class="bar choice-bar" data-choice-bar>
          <span data-choice-text>{choiceText(row)}</span>
          <button type="submit">Leave out what is not ticked</button>
        </div>
      </Form>
    </div>
  )
}

function choiceText({ leftOut }: PlanRow): string {
  return leftOut === 0
    ? 'Untick what is not to happen.'
    : `${count(leftOut, 'item is', 'items are')} left out. Tick what is to happen after all.`
}

/** @param choice whether items can be ticked, and which of them are: those that stay in the plan, or none yet */
export function Items({ page: { items, next }, columns, show, choice }: ListProps & { choice?: 'stays' | 'none' }) {
  const { path, query } = useHere()
  const file = withQuery(`${path}/items.csv`, query, show === undefined ? {} : { show })
  return (
    <>
      <Table
        id="items"
        caption="Items"
        columns={filled(columns, items)}
        rows={items}
        look={({ first, state }) =>
          `${first ? 'first-of-person' : ''}${state === 'skipped_excluded' ? ' left-out' : ''}`
        }
        {...(choice !== undefined && {
          select: {
            name: 'item',
            value: ({ number }: ListedItem) => String(number),
            label: (item: ListedItem) =>
              `${item.kind.replaceAll('_', ' ')} ${item.productName ?? ''} ${personOf(item)}`,
            checked: ({ state }: ListedItem) => choice === 'stays' && state !== 'skipped_excluded',
          },
        })}
      />
      <Pager next={next} shown={show === undefined ? peopleShown(items) : itemsShown(items)}>
        <a href={file} download>
          Download CSV
        </a>
      </Pager>
    </>
  )
}

export function Nothing() {
  const { path, query } = useHere()
  const none = Object.fromEntries([...ITEM_NAMES, 'after'].map((name) => [name, null]))
  if (!ITEM_NAMES.some((name) => query.has(name))) return <Empty title="There is nothing here." />
  return (
    <Empty title="Nothing of the plan is found by this.">
      <p>
        <a href={withQuery(path, query, none)}>Show all of it</a>
      </p>
    </Empty>
  )
}
