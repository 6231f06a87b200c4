/** Products and their seats. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { listProductSeats } from '../store/product-list.ts'
import { type Door, route } from './openapi.ts'

const product = z
  .object({
    key: z.string(),
    name: z.string(),
    aliases: z.array(z.string()),
    owned: z.int(),
    used: z.int(),
    reserve: z.int(),
    free: z.int().openapi({ description: 'Seats that nobody holds; the reserve is among them.' }),
    waiting: z.int().openapi({ description: 'People who wait for a seat.' }),
    retired: z.boolean(),
  })
  .openapi('Product')

const showProduct = <R extends { owned: number; used: number }>(row: R) => ({
  ...row,
  free: Math.max(0, row.owned - row.used),
})

export function productRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/products',
      noun: 'products',
      summary: 'Products with their seats: owned, used, free and waited for',
      role: 'viewer',
      answer: z.object({ items: z.array(product) }),
    },
    async ({ parts, organization }) => {
      const rows = await listProductSeats(parts.sql, organization.id)
      return { items: rows.map(showProduct) }
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/products/{product}',
      noun: 'products',
      summary: 'One product',
      role: 'viewer',
      answer: product,
    },
    async ({ parts, organization, param }) => {
      const key = param('product')
      const row = (await listProductSeats(parts.sql, organization.id)).find((one) => one.key === key)
      if (row === undefined) throw new RosterdError('PRODUCT_NOT_FOUND', { product: key })
      return showProduct(row)
    },
  )
}
