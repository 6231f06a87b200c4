/** The limits as a list: each guard with what it counts, in the words of the configuration. */
import { z } from 'zod'
import { number } from '../../reconcile/amount.ts'
import { type Limits as InForce, limitsSchema } from '../../reconcile/guard.ts'
import { type Column, Table } from '../parts/table.tsx'

interface Line {
  key: string
  title: string
  values: { name: string; value: string; what: string }[]
}

/** What the schema says of each, which is also what the reference of the configuration says. */
const described = z.looseObject({
  description: z.string().optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
})
const properties = (schema: unknown) => Object.entries(described.parse(schema).properties ?? {})
const DESCRIBED = properties(z.toJSONSchema(limitsSchema, { io: 'input' }))

export function Limits({ limits }: { limits: InForce }) {
  return (
    <div class="list">
      <Table id="limits" caption="Limits" columns={COLUMNS} rows={linesOf(limits)} />
    </div>
  )
}

function linesOf(limits: InForce): Line[] {
  const values: Record<string, unknown> = { ...limits }
  return DESCRIBED.flatMap(([key, schema]) =>
    values[key] === undefined ? [] : [{ key, title: titleOf(key, schema), values: valuesOf(schema, values[key]) }],
  )
}

/** What is no guard by itself has its description beside its value. */
const titleOf = (key: string, schema: unknown): string => {
  const { description, properties: inner } = described.parse(schema)
  return inner === undefined ? 'What is held' : (description ?? key)
}

function valuesOf(schema: unknown, value: unknown, above = ''): Line['values'] {
  if (typeof value !== 'object' || value === null)
    return [{ name: above, value: shown(above, value), what: described.parse(schema).description ?? '' }]
  const given: Record<string, unknown> = { ...value }
  // What only says how others are read is left out where they are not set.
  const both = given['percent'] !== null && given['number'] !== null
  const refuses = given['refuse_percent'] !== null
  const asked = properties(schema).filter(([name]) => (name !== 'match' || both) && (name !== 'refuse_from' || refuses))
  return asked.flatMap(([name, inner]) => valuesOf(inner, given[name], above === '' ? name : `${above} ${name}`))
}

function shown(name: string, value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'number') return name.endsWith('percent') ? `${value} %` : number(value)
  return String(value)
}

/** Where two settings differ: `remove.percent`, as the configuration file names it, with both values as they are shown. */
export function limitChanges(from: InForce, to: InForce): { name: string; before: string; after: string }[] {
  const [before, after] = [flat('', from), flat('', to)]
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
    const [was, becomes] = [shown(name, before.get(name)), shown(name, after.get(name))]
    return was === becomes ? [] : [{ name, before: was, after: becomes }]
  })
}

function flat(above: string, value: unknown): Map<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return new Map([[above, value]])
  return new Map(
    Object.entries(value).flatMap(([key, inner]) => [...flat(above === '' ? key : `${above}.${key}`, inner)]),
  )
}

const COLUMNS: Column<Line>[] = [
  { key: 'guard', title: 'Guard', always: true, cell: ({ key, title }) => <Guard name={key} title={title} /> },
  { key: 'values', title: 'Limits', cell: ({ values }) => <Values values={values} /> },
]

function Guard({ name, title }: { name: string; title: string }) {
  return (
    <div class="person">
      <b>{title}</b>
      <code class="beneath">{name}</code>
    </div>
  )
}

function Values({ values }: { values: Line['values'] }) {
  return (
    <dl class="limits">
      {values.map(({ name, value, what }) => (
        <div>
          <dd class="number">{value}</dd>
          <dt>{what === '' ? name : what.replace(/; null = .*$/, '')}</dt>
        </div>
      ))}
    </dl>
  )
}
