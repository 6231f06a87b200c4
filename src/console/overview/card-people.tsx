/** Seats of products, sources, and who is on the way out. */
import { count, number } from '../../reconcile/amount.ts'
import { type LeaverRow, MOST_LEAVERS } from '../../store/overview.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import { useAddress } from '../here.ts'
import { Sparkline } from '../parts/chart-rows.tsx'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Ago, Day } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { Person } from '../products/people.tsx'
import { freeOf, pathOf } from '../products/products.tsx'
import { heardAt, type SourceFacts, sourcePath } from '../sources/facts.ts'
import { Card } from './card.tsx'

export function Seats({ products }: { products: ProductListRow[] }) {
  const at = useAddress()
  const worst = products.toSorted(
    (a, b) => b.waiting - a.waiting || freeOf(a) / (a.owned || 1) - freeOf(b) / (b.owned || 1),
  )
  return (
    <Card title="Seats" more={['All products', '/products']}>
      {products.length === 0 && <p class="beneath">No product is listed yet.</p>}
      <ul class="seat-list">
        {worst.slice(0, 8).map((product) => (
          <li>
            <a class="seat-name" href={at(pathOf(product))}>
              {product.name}
            </a>
            <SeatBar {...product} />
            <span class="seat-numbers">
              {`${number(product.used)} of ${number(product.owned)}`}
              {product.waiting > 0 && (
                <>
                  {' '}
                  <Pill tone="wait">{`${number(product.waiting)} waiting`}</Pill>
                </>
              )}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  )
}

export function Sources({ sources }: { sources: SourceFacts[] }) {
  const at = useAddress()
  return (
    <Card title="Sources" more={['All sources', '/sources']}>
      {sources.length === 0 && <p class="beneath">The configuration lists none.</p>}
      <ul class="lines">
        {sources.map((facts) => {
          const heard = heardAt(facts)
          return (
            <li>
              <span>
                <a href={at(sourcePath(facts.row.key))}>{facts.row.name}</a>
                <span class="beneath">
                  {heard === null ? 'never heard' : <Ago at={heard} />}
                  {facts.last !== null && `, ${count(facts.last.rows, 'row')}`}
                  {facts.next !== null && (
                    <>
                      {', next run '}
                      <Ago at={facts.next} />
                    </>
                  )}
                </span>
              </span>
              <Sparkline values={facts.trend} />
              <Pill tone={facts.health.tone}>{facts.health.word}</Pill>
            </li>
          )
        })}
      </ul>
    </Card>
  )
}

const WAYS: Record<string, string> = { grace: 'membership ends', absence: 'access ends', group_loss: 'access ends' }

export function Leaving({ people, soonest }: { people: number; soonest: LeaverRow[] }) {
  const at = useAddress()
  return (
    <Card title="On the way out" more={['All of them', '?leaving=1']}>
      {people === 0 && <p class="beneath">Nobody. Every member is wanted by somebody.</p>}
      <ul class="lines">
        {soonest.map((row) => (
          <li>
            <Person {...row} />
            <span class="beneath">
              {WAYS[row.kind] ?? 'leaves'} {row.until === null ? 'when it is approved' : <Day at={row.until} />}
            </span>
          </li>
        ))}
      </ul>
      {people > soonest.length && (
        <p>
          <a href={at('?leaving=1')}>
            {people >= MOST_LEAVERS
              ? `More than ${number(MOST_LEAVERS - 1)} people in all`
              : `${number(people)} people in all`}
          </a>
        </p>
      )}
    </Card>
  )
}
