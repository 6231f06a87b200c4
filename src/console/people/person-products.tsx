/** What somebody holds, would get, or waits for, each with every reason for it. */

import type { MemberListRow } from '../../store/member-list.ts'
import type { HistoryRow } from '../../store/person-history.ts'
import type { ReasonRow, WaitRow } from '../../store/person-page.ts'
import { useAddress, useHere } from '../here.ts'
import { Day } from '../parts/moment.tsx'
import { Empty } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { ProductActions } from './person-actions.tsx'
import { type Line, Standing, Why } from './person-product-cells.tsx'

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
          <Table id="products" caption="Products" columns={columnsOf(given.row)} rows={lines} />
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

const columnsOf = ({ id, state }: MemberListRow): Column<Line>[] => [
  { key: 'product', title: 'Product', always: true, cell: (line) => <Product line={line} /> },
  {
    key: 'until',
    title: 'Until',
    cell: ({ held }) =>
      held && (held.expiresAt === null ? <span class="day">no end</span> : <Day at={held.expiresAt} end />),
  },
  { key: 'why', title: 'Why', cell: (line) => <Why line={line} /> },
  { key: 'state', title: 'State', cell: (line) => <Standing line={line} /> },
  {
    key: 'change',
    title: 'Change',
    cell: ({ key, name, held, reasons }) =>
      state !== 'removed' && (
        <ProductActions
          member={id}
          product={key}
          name={name}
          held={held !== null}
          byHand={reasons.some(({ source }) => source === null)}
        />
      ),
  },
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
