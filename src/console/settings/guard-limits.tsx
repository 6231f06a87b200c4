/** The limits in the words of the configuration, one row each; changed here where the file has none. */
import { stringify } from 'yaml'
import { z } from 'zod'
import { isRosterdError } from '../../errors.ts'
import { number } from '../../reconcile/amount.ts'
import { type Limits as InForce, limitsSchema } from '../../reconcile/guard.ts'
import { limitsOf } from '../../store/limits.ts'
import { resetLimits, setLimits } from '../../sync/set-limits.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { setterOf } from './configured.tsx'
import { readYaml } from './rule.tsx'

export function limitRoutes(door: Door): void {
  page(door, { path: '/guards/edit', role: 'admin' }, async ({ organization }) =>
    screenOf(stringify(limitsOf(organization).limits)),
  )
  action(door, { path: '/guards/edit', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const text = form.text('limits')
    const read = readYaml(text)
    if ('mistake' in read) return screenOf(text, read.mistake)
    try {
      await setLimits(parts, organization, read.given ?? {}, setterOf(door, actor))
    } catch (error) {
      if (isRosterdError(error) && error.code === 'INPUT_INVALID') return screenOf(text, error.message)
      throw error
    }
    return { go: at('/guards'), notice: { kind: 'done', text: SET } }
  })
  action(door, { path: '/guards/reset', role: 'admin' }, async ({ parts, organization, actor, at }) => {
    await resetLimits(parts, organization, setterOf(door, actor))
    return { go: at('/guards'), notice: { kind: 'done', text: 'The usual limits count again, from the next plan on.' } }
  })
}

const SET = 'The limits are set. They count from the next plan on, and a person looks at that one.'

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

function screenOf(text: string, mistake?: string): Screen {
  return {
    title: 'Change the limits',
    place: 'guards',
    crumbs: [['Guard rails', '/guards']],
    body: <Edit text={text} {...(mistake === undefined ? {} : { mistake })} />,
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}

function Edit({ text, mistake }: { text: string; mistake?: string }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      <Form to={at('/guards/edit')}>
        <Field
          id="limits"
          label="Limits"
          hint="As the configuration file writes them. What is left out is as usual. No setting turns a guard off."
          mistake={mistake}
        >
          <textarea id="limits" name="limits" rows={24} spellcheck={false} class="yaml">
            {text}
          </textarea>
        </Field>
        <button type="submit" class="primary">
          Save
        </button>{' '}
        <a href={at('/guards')}>Cancel</a>
      </Form>
      <Form to={at('/guards/reset')} kind="apart">
        <p class="hint">Or go back to the usual limits.</p>
        <button type="submit">Use the usual limits</button>
      </Form>
    </div>
  )
}
