/** Products and their seats. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { listProductSeats, type ProductListRow } from '../store/product-list.ts'
import { retireProduct, type SetProduct, setProduct } from '../sync/set-product.ts'
import { words } from './fields.ts'
import { managed, setterOf } from './managed.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'

const product = z
  .object({
    key: z.string(),
    name: z.string(),
    aliases: z.array(z.string()),
    owned: z.int(),
    used: z.int(),
    reserve: z.int().openapi({ description: 'Seats that sources leave for people who assign by hand.' }),
    borrowed: z.int().openapi({ description: 'Of those that are used: taken offline on some device.' }),
    free: z.int().openapi({ description: 'Seats that nobody holds; the reserve is among them.' }),
    waiting: z.int().openapi({ description: 'People who wait for a seat.' }),
    retired: z.boolean(),
    managed,
  })
  .openapi('Product')

const set = product.extend({
  note: z
    .string()
    .nullable()
    .openapi({ description: 'What may not be expected of it, such as fewer seats than are used; null for nothing.' }),
})

const MOST_SEATS = 1_000_000_000
const name = words(200).transform((text) => text.trim())
const setting = z.strictObject({
  name: name.openapi({ description: 'What people call it.' }),
  owned: z.int().min(0).max(MOST_SEATS).openapi({
    description:
      'How many people may hold it. Where more do, nobody loses it, and nobody gets it until there is a seat.',
  }),
  aliases: z.array(name).max(100).default([]).openapi({ description: 'Other names under which files mention it.' }),
  reserve: z.int().min(0).max(MOST_SEATS).default(0),
})

const showProduct = (row: ProductListRow) => ({ ...row, free: Math.max(0, row.owned - row.used) })
const showSet = ({ product: row, note }: SetProduct) => ({ ...showProduct(row), note })

export function productRoutes(door: Door): void {
  const noun = 'products'
  const path = '/products/{product}'
  route(
    door,
    {
      method: 'get',
      path: '/products',
      noun,
      summary: 'Products with their seats: owned, used, borrowed, free and waited for',
      role: 'viewer',
      answer: z.object({ items: z.array(product) }),
    },
    async ({ parts, organization }) => {
      const rows = await listProductSeats(parts.sql, organization.id, parts.now())
      return { items: rows.map(showProduct) }
    },
  )

  route(
    door,
    { method: 'get', path, noun, summary: 'One product', role: 'viewer', answer: product },
    async ({ parts, organization, param }) => {
      const key = param('product')
      const rows = await listProductSeats(parts.sql, organization.id, parts.now())
      const row = rows.find((one) => one.key === key)
      if (row === undefined) throw new RosterdError('PRODUCT_NOT_FOUND', { product: key })
      return showProduct(row)
    },
  )

  route(
    door,
    {
      method: 'put',
      path,
      noun,
      summary: 'Create a product, or change all of it; not where the configuration file has it',
      role: 'admin',
      body: setting,
      answer: set,
      patience: LONG_PATIENCE_MS,
    },
    async ({ parts, organization, actor, param, body }) =>
      showSet(await setProduct(parts, organization, { key: param('product'), ...body }, setterOf(door, actor))),
  )

  route(
    door,
    {
      method: 'delete',
      path,
      noun,
      summary: 'Retire a product: nobody gets it any more, and nobody loses it; again does nothing',
      role: 'admin',
      answer: set,
      patience: LONG_PATIENCE_MS,
    },
    async ({ parts, organization, actor, param }) =>
      showSet(await retireProduct(parts, organization, param('product'), setterOf(door, actor))),
  )
}
