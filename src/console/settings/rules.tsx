/** Rules: what gives membership and products, in the order in which they are asked. */
import { count, number } from '../../reconcile/amount.ts'
import { describeCondition } from '../../reconcile/condition.ts'
import { listRules, type RuleRow } from '../../store/organizations.ts'
import { isCountedAtOnce, type Reaches, ruleReaches } from '../../store/rule-reach.ts'
import type { Door } from '../door.ts'
import { useAddress, useMay } from '../here.ts'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { page } from '../route.ts'
import { Reach } from './rule-reach.tsx'
import { givesText, type Names, namesOf, rulePath } from './rule-words.ts'

export function ruleRoutes(door: Door): void {
  page(door, { path: '/rules', role: 'viewer' }, async (asked) => {
    const { parts, organization, may, at, part, query } = asked
    const rows = await listRules(parts.sql, organization.id)
    const names = await namesOf(asked)
    const keys = rows.map(({ key }) => key)
    // Of many people it takes a while: the page is there before.
    const now = part === 'rules' || query.has('count') || (await isCountedAtOnce(parts.sql, organization.id))
    const reaches = now ? await ruleReaches(parts.sql, organization.id, keys) : null
    const list = <Rules rows={rows} names={names} reaches={reaches} />
    if (part === 'rules') return { title: 'Rules', place: 'rules', body: list }
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
      body: list,
    }
  })
}

function Rules({ rows, names, reaches }: { rows: RuleRow[]; names: Names; reaches: Reaches | null }) {
  const at = useAddress()
  const late = reaches === null && rows.length > 0
  const path = at('/rules?count=1')
  return (
    <div
      id="rules"
      class="list"
      {...(late ? { 'hx-get': path, 'hx-target': '#rules', 'hx-trigger': 'load', 'hx-swap': 'outerHTML' } : {})}
    >
      {rows.length === 0 ? (
        <NoRules />
      ) : (
        <Table
          id="rules"
          caption="Rules"
          columns={columns(names, reaches)}
          rows={rows}
          open={(row) => at(rulePath(row.key))}
        />
      )}
      {late && (
        <p class="pager">
          <a href={path}>Count to how many people each gives something</a>
        </p>
      )}
    </div>
  )
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

const columns = (names: Names, reaches: Reaches | null): Column<RuleRow>[] => [
  { key: 'rule', title: 'Rule', always: true, cell: (row) => <Name row={row} /> },
  { key: 'who', title: 'Who', cell: ({ when }) => describeCondition(when) },
  {
    key: 'gets',
    title: 'Gets',
    cell: ({ then }) => then.map((one) => <span class="gives">{givesText(one, names)}</span>),
  },
  { key: 'reach', title: 'Gives it to', cell: (row) => <Reach row={row} reaches={reaches} /> },
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
