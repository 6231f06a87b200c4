/** Who holds a product, and who waits for it in which order. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import type { HolderRow, WaitingRow } from '../../store/product-page.ts'
import { useAddress, useHere } from '../here.ts'
import { Ago, Day } from '../parts/moment.tsx'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { pathOf } from './products.tsx'

export function Person({ memberId, name, email }: { memberId: number | null; name: string | null; email: string }) {
  const { offers } = useHere()
  const at = useAddress()
  const shown = name ?? email
  return (
    <div class="person">
      {memberId !== null && offers('/people/:member') ? (
        <a href={at(`/people/${showId('mem', memberId)}`)}>{shown}</a>
      ) : (
        <b>{shown}</b>
      )}
      {name !== null && <span class="beneath">{email}</span>}
    </div>
  )
}

const HOLDERS: Column<HolderRow>[] = [
  { key: 'person', title: 'Person', always: true, cell: (row) => <Person {...row} /> },
  { key: 'since', title: 'Since', cell: ({ since }) => <Day at={since} /> },
  {
    key: 'until',
    title: 'Until',
    cell: ({ expiresAt }) => (expiresAt === null ? 'no end' : <Day at={expiresAt} end />),
  },
  {
    key: 'borrowed',
    title: 'Borrowed',
    cell: ({ devices }) => devices > 0 && <Pill>{`on ${count(devices, 'device')}`}</Pill>,
  },
]

export function Holders({ row, rows, next }: { row: ProductListRow; rows: HolderRow[]; next: string | null }) {
  const at = useAddress()
  return (
    <section id="holders" aria-labelledby="holders-title">
      <div class="section-head">
        <h2 id="holders-title">{`Held by ${count(row.used, 'person', 'people')}`}</h2>
        {row.used > 0 && <a href={at(`?product=${encodeURIComponent(row.key)}`)}>Search them and act on them</a>}
      </div>
      <div class="list">
        {rows.length === 0 ? (
          <Empty title="Nobody holds it." />
        ) : (
          <>
            <Table id="holders" caption="People who hold it" columns={HOLDERS} rows={rows} />
            <Pager next={next} shown={`${number(rows.length)} of ${number(row.used)} shown`}>
              <a href={at(pathOf(row, '/holders.csv'))} download>
                Download CSV
              </a>
            </Pager>
          </>
        )}
      </div>
    </section>
  )
}

const WAITING: Column<WaitingRow>[] = [
  { key: 'position', title: 'Position', number: true, cell: ({ position }) => number(position) },
  { key: 'person', title: 'Person', always: true, cell: (row) => <Person {...row} /> },
  { key: 'why', title: 'Wanted by', cell: ({ rule }) => wantedBy(rule) },
  { key: 'since', title: 'Waiting since', cell: ({ since }) => <Ago at={since} /> },
]

function wantedBy(rule: string | null): string {
  if (rule === null || rule === 'manual') return 'somebody by hand'
  return rule === 'column' ? 'the products column of a file' : `rule ${rule}`
}

/** @param whole whether this is the page of the list, and not the beginning of it */
export function Waiting({
  row,
  rows,
  next = null,
  whole = false,
}: {
  row: ProductListRow
  rows: WaitingRow[]
  next?: string | null
  whole?: boolean
}) {
  const at = useAddress()
  const short = `${count(row.waiting, 'more seat')} would serve everybody who waits.`
  return (
    <section aria-labelledby="waiting-title">
      <div class="section-head">
        <h2 id="waiting-title">{`${count(row.waiting, 'person waits', 'people wait')} for a seat`}</h2>
        <span class="beneath">
          {`${short} `}
          <a href={at(pathOf(row, '/waiting.csv'))} download>
            Download CSV
          </a>
        </span>
      </div>
      <div class="list">
        <Table id="waiting" caption="People who wait for a seat" columns={WAITING} rows={rows} />
        {whole ? (
          <Pager next={next} shown="" />
        ) : (
          row.waiting > rows.length && (
            <p class="pager">
              <a href={at(pathOf(row, '/waiting'))}>{`All ${number(row.waiting)} who wait`}</a>
            </p>
          )
        )}
      </div>
    </section>
  )
}
