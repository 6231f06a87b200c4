/** Sources: where people come from, what came last, and whether the organization is in step with it. */
import { count, number } from '../../reconcile/amount.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Sparkline } from '../parts/chart-rows.tsx'
import { Ago } from '../parts/moment.tsx'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { page } from '../route.ts'
import { heardAt, type SourceFacts, sourceFacts, sourcePath } from './facts.ts'

export function sourceRoutes(door: Door): void {
  page(door, { path: '/sources', role: 'viewer' }, async ({ parts, organization, at }) => {
    const rows = await sourceFacts(parts, organization.id)
    const inStep = rows.filter(({ health }) => health.inStep).length
    return {
      title: 'Sources',
      place: 'sources',
      lead:
        rows.length === 0
          ? undefined
          : `In step with ${inStep} of ${count(rows.length, 'source')}. The configuration file lists them.`,
      aside: (
        <a class={rows.length === 0 ? 'button primary' : 'button'} href={at('/sources/new')}>
          Connect a source
        </a>
      ),
      body: (
        <div class="list">
          {rows.length === 0 ? (
            <Empty title="No source is connected.">
              <p>People come from a folder with CSV files, or from an identity provider such as Okta or Entra ID.</p>
            </Empty>
          ) : (
            <Table
              id="sources"
              caption="Sources"
              columns={COLUMNS}
              rows={rows}
              open={({ row }) => at(sourcePath(row.key))}
            />
          )}
        </div>
      ),
    }
  })
}

export const APPROVALS: Record<string, string> = {
  manual: 'by a person',
  additive_auto: 'what only adds goes by itself',
  within_limits: 'what passes the guards goes by itself',
  observe: 'only shown',
}

export const kindText = ({ row: { kind, mode } }: SourceFacts): string =>
  kind === 'csv' ? (mode === 'delta' ? 'CSV files of changes' : 'CSV files of everybody') : 'identity provider (SCIM)'

const COLUMNS: Column<SourceFacts>[] = [
  { key: 'source', title: 'Source', always: true, cell: (facts) => <Name facts={facts} /> },
  { key: 'state', title: 'State', cell: ({ health }) => <Pill tone={health.tone}>{health.word}</Pill> },
  { key: 'heard', title: 'Last heard', cell: (facts) => <Heard facts={facts} /> },
  { key: 'rows', title: 'Rows', number: true, cell: ({ last }) => last !== null && number(last.rows) },
  { key: 'trend', title: 'Last files', cell: ({ trend }) => <Sparkline values={trend} /> },
  { key: 'next', title: 'Compared next', cell: ({ next }) => next !== null && <Ago at={next} /> },
  { key: 'approval', title: 'Plans are approved', cell: ({ row }) => APPROVALS[row.approval] ?? row.approval },
]

function Name({ facts }: { facts: SourceFacts }) {
  const at = useAddress()
  return (
    <div class="person">
      <a href={at(sourcePath(facts.row.key))}>{facts.row.name}</a>
      <span class="beneath">{kindText(facts)}</span>
    </div>
  )
}

function Heard({ facts }: { facts: SourceFacts }) {
  const at = heardAt(facts)
  if (at === null) return <span class="beneath">never</span>
  return (
    <div class="person">
      <Ago at={at} />
      {facts.last !== null && <span class="beneath">{facts.last.file}</span>}
    </div>
  )
}
