/** What a plan comes to, as tiles: each shows its number, and only its items when it is chosen. */
import { number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Expected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useHere, withQuery } from '../here.ts'
import { EXPECTATIONS, KIND_GROUPS } from './filter.ts'
import { planPath } from './plan.ts'

interface TilesProps {
  row: PlanRow
  expected: Expected | null
  /** The plan that its numbers are measured by. */
  previous: PlanRow | null
}

export function PlanTiles({ row, expected, previous }: TilesProps) {
  const { query } = useHere()
  const sum = (counts: Partial<Record<string, number>>, names: readonly string[]) =>
    names.reduce((total, name) => total + (counts[name] ?? 0), 0)
  const tiles: [field: string, value: string | null, name: string, items: number, before?: number | undefined][] = [
    ['kind', null, 'All items', row.items, previous?.items],
    ...KIND_GROUPS.map(([value, name, kinds]): (typeof tiles)[number] => [
      'kind',
      value,
      name,
      sum(row.counts, kinds),
      previous === null ? undefined : sum(previous.counts, kinds),
    ]),
    ...EXPECTATIONS.map(([value, name, states]): (typeof tiles)[number] => [
      'expected',
      value,
      name,
      sum(expected?.states ?? {}, states),
    ]),
    ['expected', 'out', 'Left out', row.leftOut],
  ]
  const all = !['kind', 'expected', 'guard'].some((name) => query.has(name))
  return (
    <nav aria-label="Parts of the plan">
      <ul class="plan-tiles">
        {tiles
          .filter(([, value, , items]) => value === null || items > 0)
          .map(([field, value, name, items, before]) => (
            <PlanTile
              field={field}
              value={value}
              name={name}
              items={items}
              before={before}
              on={value === null ? all : query.get(field) === value}
            />
          ))}
      </ul>
      {previous !== null && <Since row={row} previous={previous} />}
    </nav>
  )
}

/** `Compared with plan pln_3, whose place it took; 14 removals of then are in it no more.` */
function Since({ row, previous }: { row: PlanRow; previous: PlanRow }) {
  const at = useAddress()
  const gone = KIND_GROUPS.flatMap(([, name, kinds]) => {
    const items = (counts: PlanRow['counts']) => kinds.reduce((sum, kind) => sum + (counts[kind] ?? 0), 0)
    return items(row.counts) === 0 && items(previous.counts) > 0
      ? [`${number(items(previous.counts))} ${name.toLowerCase()}`]
      : []
  })
  return (
    <p class="beneath since">
      {'Small numbers: more or less than in '}
      <a href={at(planPath(previous.id))}>{`plan ${showId('pln', previous.id)}`}</a>
      {previous.supersededBy === row.id ? ', whose place it took' : ', the last one that ran'}
      {`${gone.length === 0 ? '.' : `, which also had ${gone.join(' and ')}.`} `}
      <a href={at(planPath(row.id, '/compare'))}>Compare with the previous plan</a>
    </p>
  )
}

interface TileProps {
  field: string
  value: string | null
  name: string
  items: number
  before: number | undefined
  on: boolean
}

/** Chosen once more, everything is shown again. */
function PlanTile({ field, value, name, items, before, on }: TileProps) {
  const { path, query } = useHere()
  const none = { kind: null, expected: null, guard: null }
  const href = withQuery(path, query, on || value === null ? none : { ...none, [field]: value })
  return (
    <li>
      <a href={`${href}#items`} class={value ?? 'all'} {...(on ? { 'aria-current': 'true' } : {})}>
        <b>
          {number(items)}
          {before !== undefined && <Delta by={items - before} />}
        </b>
        <span>{name}</span>
      </a>
    </li>
  )
}

function Delta({ by }: { by: number }) {
  if (by === 0) return null
  return (
    <small>
      {` ${by > 0 ? '+' : '−'}${number(Math.abs(by))}`}
      <span class="unseen">{by > 0 ? ' more than before,' : ' less than before,'}</span>
    </small>
  )
}
