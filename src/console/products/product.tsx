/** One product: its seats, who waits for one, who gives it, when it ends for how many, and who holds it. */
import { z } from 'zod'
import { RosterdError } from '../../errors.ts'
import { listRules } from '../../store/organizations.ts'
import { listProductSeats, type ProductListRow } from '../../store/product-list.ts'
import { countExpiries, listHolders, listWaiting, MOST_EXPIRIES } from '../../store/product-page.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { Weeks } from '../parts/chart-weeks.tsx'
import { Pill } from '../parts/pill.tsx'
import { type Asked, page } from '../route.ts'
import { OfTheFile, placeOf } from '../settings/configured.tsx'
import { Rules, Seats } from './about.tsx'
import { Holders, Waiting } from './people.tsx'
import { pathOf } from './products.tsx'

const PER_PAGE = 50
const WAITING_SHOWN = 20
const WEEKS = 13
const place = z.int().positive()

export function productPageRoutes(door: Door): void {
  page(door, { path: '/products/:product', role: 'viewer' }, async (asked) => {
    const { parts, organization, query, may, at, part } = asked
    const { sql } = parts
    const row = await productOf(asked)
    const now = parts.now()
    const found = await listHolders(sql, organization.id, row.key, {
      used: row.used,
      after: readCursor(place, query.get('after')),
      limit: PER_PAGE + 1,
      at: now,
    })
    const holders = <Holders row={row} {...cut(found, PER_PAGE, ({ id }) => id)} />
    if (part === 'holders') return { title: row.name, place: 'products', body: holders }
    const [waiting, rules, weeks] = await Promise.all([
      row.waiting === 0 ? [] : listWaiting(sql, organization.id, row.key, { after: 0, limit: WAITING_SHOWN }),
      listRules(sql, organization.id),
      countExpiries(sql, organization.id, row.key, { from: now, weeks: WEEKS }),
    ])
    const giving = rules.filter(({ then }) => then.some((one) => 'product' in one && one.product === row.key))
    return {
      title: row.name,
      place: 'products',
      crumbs: [['Products & seats', '/products']],
      lead: (
        <span class="under-title">
          <span>{[row.key, ...row.aliases].join(' · ')}</span>
          {row.retired && <Pill title="Nobody gets it any more, and nobody loses it.">retired</Pill>}
        </span>
      ),
      aside: may('admin') && row.managed === 'api' && (
        <a class="button" href={at(pathOf(row, '/edit'))}>
          Change seats and name
        </a>
      ),
      body: (
        <>
          <Seats row={row} />
          {row.managed === 'config' && (
            <OfTheFile
              what="this product"
              path={`products.${row.key}`}
              place={placeOf(door, organization.key, `products.${row.key}`)}
            />
          )}
          <div class="split even">
            <Rules rules={giving} />
            <section class="card" aria-labelledby="ends-title">
              <h2 id="ends-title">Ends in the next 90 days</h2>
              <Weeks
                from={now}
                weeks={WEEKS}
                most={MOST_EXPIRIES}
                counts={new Map(weeks.map(({ week, ends }) => [week, ends]))}
              />
            </section>
          </div>
          {row.waiting > 0 && <Waiting row={row} rows={waiting} />}
          {holders}
        </>
      ),
    }
  })

  page(door, { path: '/products/:product/waiting', role: 'viewer' }, async (asked) => {
    const { parts, organization, query } = asked
    const row = await productOf(asked)
    const after = readCursor(place, query.get('after')) ?? 0
    const found = await listWaiting(parts.sql, organization.id, row.key, { after, limit: PER_PAGE + 1 })
    return {
      title: `Waiting for ${row.name}`,
      place: 'products',
      crumbs: [
        ['Products & seats', '/products'],
        [row.name, pathOf(row)],
      ],
      body: <Waiting row={row} {...cut(found, PER_PAGE, ({ position }) => position)} whole />,
    }
  })
}

/** @throws RosterdError PRODUCT_NOT_FOUND */
export async function productOf({ parts, organization, param }: Asked<'product'>): Promise<ProductListRow> {
  const key = param('product')
  const rows = await listProductSeats(parts.sql, organization.id, parts.now())
  const row = rows.find((one) => one.key === key)
  if (row === undefined) throw new RosterdError('PRODUCT_NOT_FOUND', { product: key })
  return row
}
