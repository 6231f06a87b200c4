/** What a plan comes to, as tiles: each shows its number, and only its items when it is chosen. */
import { number } from '../../reconcile/amount.ts'
import type { Expected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useHere, withQuery } from '../here.ts'
import { EXPECTATIONS, KIND_GROUPS } from './filter.ts'

export function PlanTiles({ row, expected }: { row: PlanRow; expected: Expected | null }) {
  const { query } = useHere()
  const sum = (counts: Partial<Record<string, number>>, names: readonly string[]) =>
    names.reduce((total, name) => total + (counts[name] ?? 0), 0)
  const tiles: [field: string, value: string | null, name: string, items: number][] = [
    ['kind', null, 'All items', row.items],
    ...KIND_GROUPS.map(([value, name, kinds]): (typeof tiles)[number] => ['kind', value, name, sum(row.counts, kinds)]),
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
          .map(([field, value, name, items]) => (
            <PlanTile
              field={field}
              value={value}
              name={name}
              items={items}
              on={value === null ? all : query.get(field) === value}
            />
          ))}
      </ul>
    </nav>
  )
}

interface TileProps {
  field: string
  value: string | null
  name: string
  items: number
  on: boolean
}

/** Chosen once more, everything is shown again. */
function PlanTile({ field, value, name, items, on }: TileProps) {
  const { path, query } = useHere()
  const none = { kind: null, expected: null, guard: null }
  const href = withQuery(path, query, on || value === null ? none : { ...none, [field]: value })
  return (
    <li>
      <a href={`${href}#items`} class={value ?? 'all'} {...(on ? { 'aria-current': 'true' } : {})}>
        <b>{number(items)}</b>
        <span>{name}</span>
      </a>
    </li>
  )
}
