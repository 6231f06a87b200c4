/** What somebody holds, would get, or waits for, each with every reason for it. */

import { reasonText } from '../../reconcile/describe.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import type { HistoryRow } from '../../store/person-history.ts'
import type { ReasonRow, WaitRow } from '../../store/person-page.ts'
import { useAddress, useHere } from '../here.ts'
import { Day } from '../parts/moment.tsx'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { planPath } from '../plans/plan.ts'

interface Line {
  key: string
  name: string
  held: MemberListRow['assignments'][number] | null
  reasons: ReasonRow[]
  open: HistoryRow[]
  waits: WaitRow[]
}

interface Given {
  row: MemberListRow
  reasons: ReasonRow[]
  open: HistoryRow[]
  waits: WaitRow[]
}

export function PersonProducts(given: Given) {
  const lines = linesOf(given)
  return (
    <section aria-labelledby="products-title">
      <h2 id="products-title" class="over-list">
        Products
      </h2>
      <div class="list">
        {lines.length === 0 ? (
          <Empty title="They hold no product.">
            <p>Neither a rule nor a person gives them one now.</p>
          </Empty>
        ) : (
          <Table id="products" caption="Products" columns={COLUMNS} rows={lines} />
        )}
      </div>
    </section>
  )
}

/** Everything that is held, given, planned or waited for, by product. */
function linesOf({ row, reasons, open, waits }: Given): Line[] {
  const lines = new Map<string, Line>()
  const line = (key: string, name: string): Line => {
    const found = lines.get(key) ?? { key, name, held: null, reasons: [], open: [], waits: [] }
    lines.set(key, found)
    return found
  }
  for (const held of row.assignments) line(held.product, held.productName).held = held
  for (const reason of reasons) line(reason.product, reason.productName).reasons.push(reason)
  for (const item of open)
    if (item.product !== null) line(item.product, item.productName ?? item.product).open.push(item)
  for (const wait of waits) if (wait.product !== null) line(wait.product, wait.product).waits.push(wait)
  return [...lines.values()]
}

const COLUMNS: Column<Line>[] = [
  { key: 'product', title: 'Product', always: true, cell: (line) => <Product line={line} /> },
  {
    key: 'until',
    title: 'Until',
    cell: ({ held }) =>
      held && (held.expiresAt === null ? <span class="day">no end</span> : <Day at={held.expiresAt} end />),
  },
  { key: 'why', title: 'Why', cell: (line) => <Why line={line} /> },
  { key: 'state', title: 'State', cell: (line) => <Standing line={line} /> },
]

function Product({ line: { key, name, held } }: { line: Line }) {
  const { offers } = useHere()
  const at = useAddress()
  return (
    <div class="person">
      {offers('/products/:product') ? <a href={at(`/products/${encodeURIComponent(key)}`)}>{name}</a> : <b>{name}</b>}
      {held !== null && held.borrows.length > 0 && (
        <span class="beneath">
          {'borrowed on '}
          {held.borrows.map(({ device, until }, index) => (
            <>
              {index > 0 ? ', ' : ''}
              {`${device} until `}
              <Day at={until} end />
            </>
          ))}
        </span>
      )}
    </div>
  )
}

function Why({ line: { reasons, held } }: { line: Line }) {
  const { zone } = useHere()
  if (reasons.length === 0) return <span class="beneath">{held === null ? '' : 'nothing gives it any more'}</span>
  return (
    <ul class="whys">
      {reasons.map((reason) => (
        <li>
          {sentenceOf(reason)}
          {reason.expiresAt !== null && ` until ${formatEnd(reason.expiresAt.toISOString(), zone)}`}
          {reason.since !== null && (
            <span class="beneath">
              {' since '}
              <Day at={reason.since} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The words in which plans say the same. */
function sentenceOf({ source, sourceName, rule, actor, productName: product }: ReasonRow): string {
  if (source === null) return reasonText({ code: 'assigned_by_hand', params: { actor: actor ?? 'an administrator' } })
  if (rule === 'column')
    return reasonText({ code: 'products_column', params: { source: sourceName ?? source, product } })
  return reasonText({ code: 'matched_rule', params: { rule, source: sourceName ?? source, product } })
}

function Standing({ line: { held, open, waits, reasons } }: { line: Line }) {
  const at = useAddress()
  const { offers } = useHere()
  const waiting = waits.find(({ kind }) => kind === 'seat')
  const returning = waits.find(({ kind }) => kind === 'borrow')
  return (
    <span class="states">
      {held !== null && <Pill tone="good">held</Pill>}
      {waiting !== undefined && <Pill tone="wait">waits for a seat</Pill>}
      {returning !== undefined && <Pill tone="wait">ends once it is back</Pill>}
      {open.map(({ planId, kind }) => (
        <Pill tone="wait">
          {offers('/plans/:plan') ? (
            <a href={at(planPath(planId))}>{`${kind} in ${showId('pln', planId)}`}</a>
          ) : (
            `${kind} in ${showId('pln', planId)}`
          )}
        </Pill>
      ))}
      {held === null && waiting === undefined && open.length === 0 && reasons.length > 0 && (
        <Pill>not yet planned</Pill>
      )}
    </span>
  )
}
