/** Rules: what gives membership and products, in the order in which they are asked. */
import { RosterdError } from '../../errors.ts'
import { count, number } from '../../reconcile/amount.ts'
import { describeCondition } from '../../reconcile/condition.ts'
import type { Consequence } from '../../reconcile/model.ts'
import { listProducts, listRules, listSources, type RuleRow } from '../../store/organizations.ts'
import type { Door } from '../door.ts'
import { useAddress, useMay } from '../here.ts'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { type Asked, page } from '../route.ts'

export interface Names {
  products: ReadonlyMap<string, string>
  sources: ReadonlyMap<string, string>
}

export function ruleRoutes(door: Door): void {
  page(door, { path: '/rules', role: 'viewer' }, async (asked) => {
    const { parts, organization, may, at } = asked
    const rows = await listRules(parts.sql, organization.id)
    const names = await namesOf(asked)
    return {
      title: 'Rules',
      place: 'rules',
      lead:
        rows.length === 0
          ? undefined
          : `${count(rows.length, 'rule')}, the strongest first. Everybody gets what any of them gives.`,
      aside: may('admin') && (
        <a class="button" href={at('/rules/new')}>
          Add a rule
        </a>
      ),
      body: (
        <div class="list">
          {rows.length === 0 ? (
            <NoRules />
          ) : (
            <Table
              id="rules"
              caption="Rules"
              columns={columns(names)}
              rows={rows}
              open={(row) => at(rulePath(row.key))}
            />
          )}
        </div>
      ),
    }
  })
}

export const rulePath = (key: string, rest = ''): string => `/rules/${encodeURIComponent(key)}${rest}`

export async function namesOf({ parts, organization }: Pick<Asked, 'parts' | 'organization'>): Promise<Names> {
  const [products, sources] = await Promise.all([
    listProducts(parts.sql, organization.id),
    listSources(parts.sql, organization.id),
  ])
  return {
    products: new Map(products.map(({ key, name }) => [key, name])),
    sources: new Map(sources.map(({ key, name }) => [key, name])),
  }
}

/** @throws RosterdError RULE_NOT_FOUND */
export async function ruleOf({ parts, organization, param }: Asked<'rule'>): Promise<RuleRow> {
  const key = param('rule')
  const found = (await listRules(parts.sql, organization.id)).find((one) => one.key === key)
  if (found === undefined) throw new RosterdError('RULE_NOT_FOUND', { rule: key })
  return found
}

/** `CAD Pro until 2027-06-30`, `membership as admin`. */
export function givesText(one: Consequence, { products }: Names): string {
  if ('member' in one) return one.member === 'member' ? 'membership' : `membership as ${one.member}`
  if ('product' in one) {
    const name = products.get(one.product) ?? one.product
    return one.expires === undefined ? name : `${name} until ${one.expires}`
  }
  if ('exclude' in one) return 'no membership, whatever else gives it'
  if ('protect' in one) return 'protection: no source takes anything'
  if ('suspend' in one) return 'no access for now'
  return 'the right to make administrators'
}

function NoRules() {
  const may = useMay()
  return (
    <Empty title="There are no rules yet.">
      <p>
        {may('admin') ? 'Add one above, or list them in the configuration file. ' : ''}
        Without a rule nobody becomes a member because of a source.
      </p>
    </Empty>
  )
}

const columns = (names: Names): Column<RuleRow>[] => [
  { key: 'rule', title: 'Rule', always: true, cell: (row) => <Name row={row} /> },
  { key: 'who', title: 'Who', cell: ({ when }) => describeCondition(when) },
  {
    key: 'gets',
    title: 'Gets',
    cell: ({ then }) => then.map((one) => <span class="gives">{givesText(one, names)}</span>),
  },
  {
    key: 'source',
    title: 'Source',
    cell: ({ source }) => (source === null ? 'every source' : (names.sources.get(source) ?? source)),
  },
  { key: 'priority', title: 'Priority', number: true, cell: ({ priority }) => number(priority) },
  {
    key: 'managed',
    title: 'Managed',
    cell: ({ managed }) => <Pill>{managed === 'config' ? 'in the file' : 'here'}</Pill>,
  },
]

function Name({ row: { key, version } }: { row: RuleRow }) {
  const at = useAddress()
  return (
    <div class="person">
      <a href={at(rulePath(key))}>{key}</a>
      {version > 1 && <span class="beneath">{`version ${version}`}</span>}
    </div>
  )
}
