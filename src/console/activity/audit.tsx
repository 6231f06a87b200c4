/** Rows of the audit: when, who, what, to which object, and how that was before and after. */
import { showId } from '../../reconcile/identifiers.ts'
import type { AuditListRow } from '../../store/audit-list.ts'
import { useAddress, useHere } from '../here.ts'
import { FileLink } from '../parts/file-link.tsx'
import { Moment } from '../parts/moment.tsx'
import { Empty } from '../parts/pill.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { sourcePath } from '../sources/facts.ts'

export function AuditTable({ rows, next, filtered }: { rows: AuditListRow[]; next: string | null; filtered: boolean }) {
  const { path } = useHere()
  return (
    <div id="audit" class="list">
      {rows.length === 0 ? (
        <Empty title={filtered ? 'Nothing is found by this search.' : 'Nobody has done anything yet.'}>
          {filtered && <a href={path}>See everything</a>}
        </Empty>
      ) : (
        <>
          <Table id="audit" caption="What was done" columns={COLUMNS} rows={rows} />
          <Pager next={next} shown="">
            <FileLink path="/activity/audit.csv" />
          </Pager>
        </>
      )}
    </div>
  )
}

const COLUMNS: Column<AuditListRow>[] = [
  { key: 'at', title: 'When', cell: ({ at }) => <Moment at={at} /> },
  { key: 'actor', title: 'Who', cell: ({ actor }) => actor },
  { key: 'act', title: 'What', always: true, cell: ({ act }) => <b>{act.replace('.', ' ').replaceAll('_', ' ')}</b> },
  { key: 'object', title: 'To what', cell: ({ object }) => <Thing object={object} /> },
  { key: 'plan', title: 'Plan', cell: ({ planId }) => planId !== null && <Thing object={showId('pln', planId)} /> },
  { key: 'values', title: 'Before and after', cell: (row) => <Values row={row} /> },
  { key: 'request', title: 'Request', extra: true, cell: ({ requestId }) => <code>{requestId ?? ''}</code> },
]

/** Where the thing itself is, by how its id begins. */
const PAGES: [begins: string, pattern: string, path: (object: string) => string][] = [
  ['pln_', '/plans/:plan', (id) => `/plans/${id}`],
  ['mem_', '/people/:member', (id) => `/people/${id}`],
  ['products/', '/products/:product', (path) => `/products/${encodeURIComponent(path.slice('products/'.length))}`],
  ['rules/', '/rules/:rule', (path) => `/rules/${encodeURIComponent(path.slice('rules/'.length))}`],
  ['sources/', '/sources/:source', (path) => sourcePath(path.slice('sources/'.length))],
]

export function Thing({ object }: { object: string }) {
  const { offers } = useHere()
  const at = useAddress()
  const page = PAGES.find(([begins, pattern]) => object.startsWith(begins) && offers(pattern))
  return page === undefined ? <span class="break">{object}</span> : <a href={at(page[2](object))}>{object}</a>
}

function Values({ row: { before, after } }: { row: AuditListRow }) {
  const given = [before, after].filter((value) => value !== null && value !== undefined)
  if (given.length === 0) return null
  return (
    <details class="values">
      <summary>{before === null || before === undefined ? 'What it became' : 'Before and after'}</summary>
      {before !== null && before !== undefined && <pre>{JSON.stringify(before, null, 2)}</pre>}
      {after !== null && after !== undefined && <pre>{JSON.stringify(after, null, 2)}</pre>}
    </details>
  )
}
