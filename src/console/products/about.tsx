/** The seats of a product, and the rules that give it. */
import { number } from '../../reconcile/amount.ts'
import { describeCondition } from '../../reconcile/condition.ts'
import type { RuleRow } from '../../store/organizations.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import { useAddress, useHere } from '../here.ts'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Figures } from '../parts/figures.tsx'
import { freeOf } from './products.tsx'

export function Seats({ row }: { row: ProductListRow }) {
  return (
    <section class="card" aria-label="Seats">
      <Figures
        figures={[
          ['Owned', number(row.owned)],
          ['Used', number(row.used)],
          ['Free', number(freeOf(row))],
          ['Reserved', number(row.reserve), 'left for people who assign by hand'],
          ['Borrowed', number(row.borrowed), 'of the used ones, offline on a device'],
          ['Waiting', number(row.waiting)],
        ]}
      />
      <SeatBar {...row} />
    </section>
  )
}

export function Rules({ rules }: { rules: RuleRow[] }) {
  const { offers } = useHere()
  const at = useAddress()
  return (
    <section class="card" aria-labelledby="rules-title">
      <h2 id="rules-title">Rules that give it</h2>
      {rules.length === 0 && <p class="beneath">None: people get it by hand, or by the products column of a file.</p>}
      <ul class="sights">
        {rules.map(({ key, when, source }) => (
          <li>
            {offers('/rules/:rule') ? <a href={at(`/rules/${encodeURIComponent(key)}`)}>{key}</a> : <b>{key}</b>}
            <span class="beneath">{`${describeCondition(when)}${source === null ? '' : `, of ${source}`}`}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
