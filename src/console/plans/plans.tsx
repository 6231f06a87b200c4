/** Plans, newest first, and the button that compares sources and organization now. */
import { z } from 'zod'
import { count } from '../../reconcile/amount.ts'
import { readId } from '../../reconcile/identifiers.ts'
import { LANES, PLAN_STATES, type PlanState } from '../../reconcile/model.ts'
import { listSources } from '../../store/organizations.ts'
import { listPlans, type PlanRow } from '../../store/plans.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useAddress, useHere } from '../here.ts'
import { type Filter, Filters } from '../parts/filters.tsx'
import { Form } from '../parts/form.tsx'
import { Empty } from '../parts/pill.tsx'
import { ColumnChooser, Pager, Table } from '../parts/table.tsx'
import { page } from '../route.ts'
import { COMPARES, compareRoutes } from './comparing.tsx'
import { type Names, planPath } from './plan.ts'
import { columnsOf, LANE_NAMES } from './plans-columns.tsx'

const PER_PAGE = 50
const OPEN: PlanState[] = ['draft', 'awaiting_approval', 'approved', 'applying', 'paused']
const place = z.int().positive()

export function planListRoutes(door: Door): void {
  compareRoutes(door)
  page(door, { path: '/plans', role: 'viewer' }, async ({ parts, organization, query, part, may, at }) => {
    const sources = await listSources(parts.sql, organization.id)
    const names: Names = new Map(sources.map(({ id, name }) => [id, name]))
    const source = sources.find(({ key }) => key === query.get('source'))
    const found = await listPlans(parts.sql, organization.id, {
      states: statesOf(query.get('state')),
      lane: LANES.find((lane) => lane === query.get('lane')),
      source: source?.id,
      search: searchOf(query.get('q')),
      before: readCursor(place, query.get('after')) ?? undefined,
      limit: PER_PAGE + 1,
    })
    const { rows, next } = cut(found, PER_PAGE, ({ id }) => id)
    const list = <Plans rows={rows} next={next} names={names} />
    if (part === 'plans') return { title: 'Plans', place: 'plans', body: list }
    return {
      title: 'Plans',
      place: 'plans',
      lead: 'What sources and people want, before, while and after it happens.',
      aside: may('operator') && (
        <Form to={at('/plans/propose')}>
          <button type="submit" title={COMPARES}>
            Compare with the sources now
          </button>
        </Form>
      ),
      body: (
        <>
          <div class="filter-row">
            <Filters
              list="plans"
              search="Search by number, words, file or person"
              filters={filtersOf(sources.filter(({ connected }) => connected))}
            />
            <ColumnChooser columns={columnsOf(names)} />
          </div>
          {list}
        </>
      ),
    }
  })
}

function statesOf(given: string | null): PlanState[] | undefined {
  if (given === 'open') return OPEN
  const state = PLAN_STATES.find((one) => one === given)
  return state && [state]
}

/** Words, or the number of a plan as it is written or without its `pln_`. */
function searchOf(given: string | null): { text: string; id: number | null } | undefined {
  const text = (given ?? '').trim()
  if (text === '' || text.length > 200 || text.includes('\0') || !text.isWellFormed()) return undefined
  return { text, id: readId('pln', text) ?? readId('pln', `pln_${text}`) }
}

function filtersOf(sources: { key: string; name: string }[]): Filter[] {
  const states = PLAN_STATES.map((value) => ({
    value,
    name: `${value[0]?.toUpperCase()}${value.slice(1).replaceAll('_', ' ')}`,
  }))
  return [
    {
      name: 'state',
      label: 'State',
      options: [{ value: '', name: 'Any state' }, { value: 'open', name: 'Not ended' }, ...states],
    },
    {
      name: 'lane',
      label: 'Lane',
      options: [{ value: '', name: 'Any lane' }, ...LANES.map((value) => ({ value, name: LANE_NAMES[value] }))],
    },
    {
      name: 'source',
      label: 'Source',
      options: [{ value: '', name: 'Any source' }, ...sources.map(({ key, name }) => ({ value: key, name }))],
    },
  ]
}

function Plans({ rows, next, names }: { rows: PlanRow[]; next: string | null; names: Names }) {
  const { query, path } = useHere()
  const at = useAddress()
  const asked = ['q', 'state', 'lane', 'source'].some((name) => query.get(name))
  return (
    <div id="plans" class="list">
      {rows.length > 0 ? (
        <Table id="plans" caption="Plans" columns={columnsOf(names)} rows={rows} open={({ id }) => at(planPath(id))} />
      ) : asked ? (
        <Empty title="No plan is found by this search.">
          <p>
            <a href={path}>Clear the filters</a> to see all of them.
          </p>
        </Empty>
      ) : (
        <Empty title="There is no plan yet.">
          <p>A plan comes when a source brings something new, or when somebody asks for something by hand.</p>
        </Empty>
      )}
      {(rows.length > 0 || query.has('after')) && (
        <Pager next={next} shown={`${count(rows.length, 'plan')} on this page`} />
      )}
    </div>
  )
}
