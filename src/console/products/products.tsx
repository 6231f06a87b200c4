/** Products and their seats: how many are owned, used, kept, borrowed, free and waited for. */
import { count, number } from '../../reconcile/amount.ts'
import { listProductSeats, type ProductListRow } from '../../store/product-list.ts'
import type { Door } from '../door.ts'
import { useAddress, useHere, useMay } from '../here.ts'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Empty, Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { page } from '../route.ts'

export function productRoutes(door: Door): void {
  page(door, { path: '/products', role: 'viewer' }, async ({ parts, organization, may, at }) => {
    const all = await listProductSeats(parts.sql, organization.id, parts.now())
    const rows = all.toSorted((a, b) => Number(a.retired) - Number(b.retired))
    const live = rows.filter(({ retired }) => !retired)
    return {
      title: 'Products & seats',
      place: 'products',
      lead: leadOf(live),
      aside: may('admin') && (
        <a class="button" href={at('/products/new')}>
          Add a product
        </a>
      ),
      body: (
        <div class="list">
          {rows.length === 0 ? (
            <NoProducts />
          ) : (
            <>
              <Table id="products" caption="Products" columns={COLUMNS} rows={rows} open={(row) => at(pathOf(row))} />
              <p class="pager">
                <a href={at('/products.csv')} download>
                  Download CSV
                </a>
              </p>
            </>
          )}
        </div>
      ),
    }
  })
}

export const pathOf = ({ key }: { key: string }, rest = ''): string => `/products/${encodeURIComponent(key)}${rest}`

/** Seats that nobody holds; the reserve is among them. */
export const freeOf = ({ owned, used }: { owned: number; used: number }): number => Math.max(0, owned - used)

function leadOf(live: ProductListRow[]): string {
  const short = live.filter(({ waiting }) => waiting > 0)
  const people = short.reduce((sum, { waiting }) => sum + waiting, 0)
  const told = `${count(live.length, 'product')}.`
  if (people === 0) return `${told} Nobody waits for a seat.`
  return `${told} ${count(people, 'person waits', 'people wait')} for a seat of ${short.map(({ name }) => name).join(', ')}.`
}

function NoProducts() {
  const may = useMay()
  return (
    <Empty title="There are no products yet.">
      <p>
        {may('admin') ? 'Add one above, or list them in the configuration file.' : 'The configuration file lists them.'}
      </p>
    </Empty>
  )
}

const numeric = (key: string, title: string, value: (row: ProductListRow) => number): Column<ProductListRow> => ({
  key,
  title,
  number: true,
  cell: (row) => <span class={value(row) === 0 ? 'zero' : ''}>{number(value(row))}</span>,
})

const COLUMNS: Column<ProductListRow>[] = [
  { key: 'product', title: 'Product', always: true, cell: (row) => <Name row={row} /> },
  {
    key: 'bar',
    title: 'Seats',
    cell: (row) => (
      <div class="bar-cell">
        <SeatBar {...row} />
      </div>
    ),
  },
  numeric('used', 'Used', ({ used }) => used),
  numeric('owned', 'Owned', ({ owned }) => owned),
  numeric('free', 'Free', freeOf),
  numeric('reserve', 'Reserved', ({ reserve }) => reserve),
  numeric('borrowed', 'Borrowed', ({ borrowed }) => borrowed),
  {
    key: 'waiting',
    title: 'Waiting',
    number: true,
    cell: ({ waiting }) => (waiting > 0 ? <Pill tone="wait">{number(waiting)}</Pill> : <span class="zero">0</span>),
  },
]

function Name({ row }: { row: ProductListRow }) {
  const { offers } = useHere()
  const at = useAddress()
  return (
    <div class="person">
      <span class="states">
        {offers('/products/:product') ? <a href={at(pathOf(row))}>{row.name}</a> : <b>{row.name}</b>}
        {row.retired && <Pill>retired</Pill>}
      </span>
      <span class="beneath">{row.key}</span>
    </div>
  )
}
