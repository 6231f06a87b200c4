/** Products, the holders of one, and who waits for it, as files. */
import { listProductSeats, type ProductListRow } from '../../store/product-list.ts'
import { type HolderRow, listHolders, listWaiting, type WaitingRow } from '../../store/product-page.ts'
import { csvFile } from '../csv-file.ts'
import type { Door } from '../door.ts'
import { page } from '../route.ts'
import { productOf } from './product.tsx'
import { freeOf } from './products.tsx'

export function productFileRoutes(door: Door): void {
  page(door, { path: '/products.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization } = asked
    return await csvFile<ProductListRow>(asked, {
      name: 'products',
      columns: [
        ['key', ({ key }) => key],
        ['name', ({ name }) => name],
        ['owned', ({ owned }) => owned],
        ['used', ({ used }) => used],
        ['free', freeOf],
        ['reserved', ({ reserve }) => reserve],
        ['borrowed', ({ borrowed }) => borrowed],
        ['waiting', ({ waiting }) => waiting],
        ['retired', ({ retired }) => (retired ? 'yes' : 'no')],
      ],
      page: async (after) => (after === null ? await listProductSeats(parts.sql, organization.id, parts.now()) : []),
    })
  })

  page(door, { path: '/products/:product/holders.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization } = asked
    const { key, used } = await productOf(asked)
    const at = parts.now()
    return await csvFile<HolderRow>(asked, {
      name: `holders-of-${key}`,
      columns: [
        ['email', ({ email }) => email],
        ['name', ({ name }) => name],
        ['since', ({ since }) => since],
        ['expires', ({ expiresAt }) => expiresAt],
        ['devices', ({ devices }) => devices],
      ],
      page: (after, limit) =>
        listHolders(parts.sql, organization.id, key, { used, after: after?.id ?? null, limit, at }),
    })
  })

  page(door, { path: '/products/:product/waiting.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization } = asked
    const { key } = await productOf(asked)
    return await csvFile<WaitingRow>(asked, {
      name: `waiting-for-${key}`,
      columns: [
        ['position', ({ position }) => position],
        ['email', ({ email }) => email],
        ['name', ({ name }) => name],
        ['since', ({ since }) => since],
        ['rule', ({ rule }) => rule],
      ],
      page: (after, limit) => listWaiting(parts.sql, organization.id, key, { after: after?.position ?? 0, limit }),
    })
  })
}
