/** A plan beside an earlier one: what came, what went and what stayed, counted by kind and listed person by person. */
import { z } from 'zod'
import { readId, showId } from '../../reconcile/identifiers.ts'
import {
  CHANGES,
  type Change,
  type Compared,
  countCompared,
  previousPlan,
  readCompared,
} from '../../store/plan-compare.ts'
import { type PlanRow, readPlan } from '../../store/plans.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { type Asked, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { ComparedNumbers } from './compare-numbers.tsx'
import { Beside, ComparedList, type ComparedPage, Nowhere } from './compare-parts.tsx'
import { readItemFilter } from './filter.ts'
import { CRUMBS, planOf, planPath } from './plan.ts'
import { MOST_AT_ONCE } from './review.tsx'

const PER_PAGE = 50
const place = z.int().min(0)

export function planCompareRoutes(door: Door): void {
  page(door, { path: '/plans/:plan/compare', role: 'viewer' }, async (asked) => {
    const row = await planOf(asked)
    const before = await earlier(asked, row)
    const screen: Screen = {
      title: before === null ? 'Compare' : `What changed since plan ${showId('pln', before.id)}`,
      place: 'plans',
      crumbs: [...CRUMBS, [`Plan ${showId('pln', row.id)}`, planPath(row.id)]],
      body: <Nowhere row={row} />,
    }
    return before === null ? screen : { ...screen, body: await bodyOf(asked, before, row) }
  })
}

/** The plan that the address names, or the one before. */
async function earlier({ parts, organization, query }: Asked<'plan'>, row: PlanRow): Promise<PlanRow | null> {
  const id = readId('pln', query.get('with') ?? '')
  const named = id === null || id === row.id ? null : await readPlan(parts.sql, organization.id, id)
  return named === null || named.hash === '' ? await previousPlan(parts.sql, organization.id, row) : named
}

async function bodyOf(asked: Asked<'plan'>, before: PlanRow, row: PlanRow) {
  const { parts, organization, query, part } = asked
  const compared: Compared = { before: before.id, now: row.id }
  const change = CHANGES.find((one) => one === query.get('show')) ?? 'came'
  const large = before.items + row.items > MOST_AT_ONCE
  const late = large && !query.has('counted')
  const [numbers, list] = [
    part === 'items' || (late && part !== 'compared')
      ? null
      : await countCompared(parts.sql, organization.id, compared),
    part === 'compared' || (late && part !== 'items') ? null : await comparedPage(asked, compared, change),
  ]
  if (part === 'items') return <ComparedList page={list} change={change} row={row} />
  const counted = <ComparedNumbers numbers={numbers} change={change} kind={query.get('kind')} />
  if (part === 'compared') return counted
  return (
    <>
      <Beside before={before} row={row} />
      {counted}
      <ComparedList page={list} change={change} row={row} />
    </>
  )
}

async function comparedPage(
  { parts, organization, query }: Asked<'plan'>,
  compared: Compared,
  change: Change,
): Promise<ComparedPage> {
  const { kinds } = readItemFilter(query, [])
  const after = readCursor(place, query.get('after')) ?? 0
  const found = await readCompared(parts.sql, organization.id, compared, { change, kinds, after, limit: PER_PAGE + 1 })
  const { rows, next } = cut(found, PER_PAGE, ({ lead }) => lead)
  return { items: rows.map((item) => ({ ...item, first: true })), next }
}
