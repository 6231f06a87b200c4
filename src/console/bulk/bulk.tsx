/**
 * Bulk operations, step by step: invite, remove, assign, revoke. What is chosen stands in the address of each step; nothing is stored
 * before the last one, which makes a draft.
 */
import { listProducts } from '../../store/organizations.ts'
import { listProductSeats } from '../../store/product-list.ts'
import { template } from '../../sync/csv/index.ts'
import type { Door } from '../door.ts'
import { type Asked, page } from '../route.ts'
import { isTicked, readChoice, verbOf } from './choice.ts'
import { draftRoutes } from './draft.tsx'
import { stepAddress, stepScreen, type Way } from './frame.tsx'
import { countChosen, factsOf, namesProducts } from './people.ts'
import { Products } from './products.tsx'
import { sendRoutes } from './send.tsx'
import { Start } from './start.tsx'
import { optionsStep, usersStep } from './steps.tsx'
import { type Step, WORDS } from './words.ts'

type BulkPage = Asked<'verb'>

export function bulkRoutes(door: Door): void {
  page(door, { path: '/bulk/:verb', role: 'operator' }, async (asked) => {
    const way = wayOf(asked)
    return stepScreen(way, 'users', { lead: WORDS[way.verb].users, body: <Start verb={way.verb} mistake={{}} /> })
  })

  page(door, { path: '/bulk/:verb/template.csv', role: 'viewer' }, async ({ parts, organization, param }) => {
    const verb = verbOf(param('verb'))
    const products = (await listProducts(parts.sql, organization.id)).filter(({ retired }) => !retired)
    const text = template(
      verb,
      products.map(({ name }) => name),
    )
    return new Response(text, {
      headers: {
        'content-type': 'text/csv; charset=utf-8',
        'content-disposition': `attachment; filename="${verb}.csv"`,
      },
    })
  })

  page(door, { path: '/bulk/:verb/users', role: 'operator' }, async (asked) => {
    const way = wayOf(asked)
    const { at, c } = asked
    if (way.choice.whom === null && !way.choice.browse) return c.redirect(at(`/bulk/${way.verb}`), 303)
    return again(asked, way, 'users') ?? (await usersStep(asked, way))
  })

  page(door, { path: '/bulk/:verb/products', role: 'operator' }, async (asked) => {
    const way = wayOf(asked)
    const before = again(asked, way, 'products') ?? (await nobodyYet(asked, way))
    if (before !== null) return before
    const products = await listProductSeats(asked.parts.sql, asked.organization.id, asked.parts.now())
    const total = await countChosen(asked, way.choice)
    const facts = await factsOf(asked, way.choice, total)
    const inRows = await namesProducts(asked, way.choice)
    return stepScreen(way, 'products', {
      lead: way.verb === 'revoke' ? 'Select the products to be revoked.' : 'Select the products to be assigned.',
      ...(asked.query.has('none') && { mistake: 'Tick at least one product.', status: 422 }),
      body: <Products way={way} products={products} total={total} facts={facts} inRows={inRows} />,
    })
  })

  page(door, { path: '/bulk/:verb/options', role: 'operator' }, async (asked) => {
    const way = wayOf(asked)
    const before = again(asked, way, 'options') ?? (await nobodyYet(asked, way)) ?? (await nothingYet(asked, way))
    return before ?? (await optionsStep(asked, way))
  })

  sendRoutes(door)
  draftRoutes(door)
}

function wayOf({ param, query, at }: Pick<BulkPage, 'param' | 'query' | 'at'>): Way {
  return { verb: verbOf(param('verb')), choice: readChoice(query), at }
}

/** What a form says box by box is said again in short, in an address that can be kept. */
function again({ query, c }: BulkPage, way: Way, step: Step): Response | null {
  if (!isTicked(query)) return null
  const q = query.has('clear') ? '' : (query.get('q') ?? '')
  const more = step === 'users' ? { q, after: query.get('after') ?? '' } : {}
  return c.redirect(stepAddress(way, step, more), 303)
}

async function nobodyYet(asked: BulkPage, way: Way): Promise<Response | null> {
  if ((await countChosen(asked, way.choice)) > 0) return null
  return asked.c.redirect(stepAddress(way, 'users', { none: '1' }), 303)
}

/** Products have to be named, by a box or in the rows of the file. */
async function nothingYet(asked: BulkPage, way: Way): Promise<Response | null> {
  const { verb, choice } = way
  if (verb === 'invite' || verb === 'remove' || choice.every || choice.products.length > 0) return null
  if (await namesProducts(asked, way.choice)) return null
  return asked.c.redirect(stepAddress(way, 'products', { none: '1' }), 303)
}
