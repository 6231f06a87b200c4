/** What became of a plan: the numbers, why items did not succeed with the fix for all of a kind, and each of them. */
import { planEnds } from '../../reconcile/describe.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { tally } from '../../reconcile/tally.ts'
import { failureFiles } from '../../store/failures.ts'
import { countPeople } from '../../store/people-tally.ts'
import { previousPlan } from '../../store/plan-compare.ts'
import { countReasons, membersNotRemoved } from '../../store/plan-figures.ts'
import { type PlanRow, progress } from '../../store/plans.ts'
import { StateBar } from '../parts/chart-states.tsx'
import { Filters } from '../parts/filters.tsx'
import { ColumnChooser } from '../parts/table.tsx'
import type { Asked } from '../route.ts'
import type { Screen } from '../screen.ts'
import { FailedChoice } from './failed-choice.tsx'
import { readItemFilter, TABS, type Tab } from './filter.ts'
import { PlanHead } from './head.tsx'
import { itemPage } from './item-page.ts'
import { ended } from './items.tsx'
import { ItemList } from './list.tsx'
import { CRUMBS, sourceNames } from './plan.ts'
import { Failures, Reasons } from './reasons.tsx'
import { Actions, People, Tabs } from './result-parts.tsx'
import { MOST_AT_ONCE } from './review.tsx'

/** More than these go by a file. */
const MOST_IN_A_FORM = 5_000
/** Removals that fail with these succeed once the products are gone. */
const REVOKE_FIRST = ['HAS_PRODUCTS']

export async function resultsScreen(asked: Asked<'plan'>, row: PlanRow): Promise<Screen> {
  const { parts, organization, query, part, may } = asked
  const { sql } = parts
  const { states } = await progress(sql, organization.id, row.id)
  const numbers: Record<Tab, number> = { ...tabNumbers(states), all: row.items }
  const tab = TABS.find(([name]) => name === query.get('show'))?.[0] ?? firstTab(numbers)
  if (part === 'people')
    return { ...SCREEN(row), body: <People row={row} people={await countPeople(sql, organization.id, row.id)} /> }
  const filter = readItemFilter(query, row.findings, tab)
  const items = numbers[tab] === 0 ? { items: [], next: null } : await itemPage(asked, row.id, filter)
  const columns = ended(row)
  const screen = SCREEN(row)
  const list =
    tab === 'failed' && row.operation !== null && may('operator') ? (
      <FailedChoice row={row} page={items} columns={columns} />
    ) : (
      <ItemList page={items} columns={columns} show={tab} />
    )
  if (part === 'items') return { ...screen, body: list }
  const shown = TABS.find(([name]) => name === tab)?.[2] ?? null
  const [names, files, people, reasons, holders, previous] = [
    await sourceNames(asked),
    await failureFiles(sql, organization.id, row.id),
    row.items > MOST_AT_ONCE ? null : await countPeople(sql, organization.id, row.id),
    shown === null || tab === 'done' ? [] : await countReasons(sql, organization.id, row.id, shown),
    numbers.failed === 0
      ? []
      : await membersNotRemoved(sql, organization.id, row.id, { codes: REVOKE_FIRST, limit: MOST_IN_A_FORM }),
    await previousPlan(sql, organization.id, row),
  ]
  return {
    ...screen,
    aside: <Actions row={row} compared={previous !== null} failed={numbers.failed} />,
    body: (
      <>
        <div class={`card banner ${numbers.failed > 0 ? 'bad' : numbers.waiting > 0 ? 'wait' : 'good'}`}>
          <p class="banner-text" role="status">
            <strong>{`Plan ${showId('pln', row.id)} ${planEnds(row.state, states)}`}</strong>
          </p>
          <People row={row} people={people} />
          <StateBar states={states} />
          <Failures row={row} failed={numbers.failed + files.reduce((sum, { errors }) => sum + errors, 0)} />
        </div>
        <PlanHead row={row} names={names} files={files} />
        <Tabs now={tab} numbers={numbers} />
        <Reasons row={row} reasons={reasons} failed={tab === 'failed'} holders={holders} />
        <div class="filter-row">
          <Filters list="items" search="Search by name or e-mail" filters={[]} />
          <ColumnChooser columns={columns} />
        </div>
        {list}
      </>
    ),
  }
}

const SCREEN = ({ id }: PlanRow) => ({ title: `Plan ${showId('pln', id)}`, place: 'plans' as const, crumbs: CRUMBS })

function tabNumbers(states: Partial<Record<string, number>>): Omit<Record<Tab, number>, 'all'> {
  const { succeeded, failed, waiting, skipped } = tally(states)
  return { failed, waiting, skipped, done: succeeded }
}

const firstTab = (numbers: Record<Tab, number>): Tab =>
  numbers.failed > 0 ? 'failed' : numbers.waiting > 0 ? 'waiting' : 'all'
