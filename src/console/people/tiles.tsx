/** The two tiles of the main page, each with its menu: Users and Products. */
import { count, number } from '../../reconcile/amount.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import { useAddress, useHere, useMay } from '../here.ts'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Menu } from '../parts/menu.tsx'

/** As many products are drawn; the rest is on their page. */
const MOST_SHOWN = 4

export function Tiles({ products }: { products: ProductListRow[] }) {
  const { offers } = useHere()
  const at = useAddress()
  const may = useMay()
  const live = products.filter(({ retired }) => !retired)
  const bulk = may('operator') && offers('/bulk/:verb')
  const waiting = live.reduce((sum, product) => sum + product.waiting, 0)
  return (
    <div class="tiles">
      <section class="tile" aria-labelledby="tile-users">
        <header>
          <h2 id="tile-users">Users</h2>
          {bulk && (
            <Menu label="⋯" title="Actions for users" end kind="dots">
              <a href={at('/bulk/invite')}>Invite users</a>
              <a href={at('/bulk/remove')}>Remove users</a>
            </Menu>
          )}
        </header>
        <p class="figure" hx-get={at('/people/count')} hx-trigger="load" hx-swap="innerHTML" aria-live="polite">
          <a href="#people">People below</a>
        </p>
        <p class="figure-note">users in this organization</p>
      </section>
      <section class="tile wide" aria-labelledby="tile-products">
        <header>
          <h2 id="tile-products">Products</h2>
          {bulk && (
            <Menu label="⋯" title="Actions for products" end kind="dots">
              <a href={at('/bulk/assign')}>Assign products</a>
              <a href={at('/bulk/revoke')}>Revoke products</a>
            </Menu>
          )}
        </header>
        {live.length === 0 ? (
          <p class="figure-note">No product is listed yet.</p>
        ) : (
          <ul class="seat-list">
            {live.slice(0, MOST_SHOWN).map((product) => (
              <li>
                <span class="seat-name">{product.name}</span>
                <SeatBar {...product} />
                <span class="seat-numbers">{`${number(product.used)} of ${number(product.owned)}`}</span>
              </li>
            ))}
          </ul>
        )}
        {(live.length > MOST_SHOWN || waiting > 0) && (
          <p class="figure-note">
            {[
              live.length > MOST_SHOWN ? `and ${count(live.length - MOST_SHOWN, 'product')} more` : '',
              waiting > 0 ? `${count(waiting, 'person waits', 'people wait')} for a seat` : '',
            ]
              .filter((part) => part !== '')
              .join('; ')}
            {offers('/products') && (
              <>
                {' · '}
                <a href={at('/products')}>Products & seats</a>
              </>
            )}
          </p>
        )}
      </section>
    </div>
  )
}
