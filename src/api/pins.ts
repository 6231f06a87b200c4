/** Pins: what people decided against a source, and until when. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { PIN_KINDS, type PinKind } from '../reconcile/pinned.ts'
import { findMember } from '../store/members.ts'
import { listProducts } from '../store/organizations.ts'
import { listPins, type PinListRow } from '../store/pin-list.ts'
import { emailKeyOf } from '../sync/addresses.ts'
import type { Actor, Parts } from '../sync/parts.ts'
import { lift } from '../sync/pin-ends.ts'
import { cursor, idPlace, instant, limit, numberOf, page, pageOf, readCursor, shown, words } from './fields.ts'
import { type Door, route } from './openapi.ts'

const pin = z
  .object({
    member: z.string(),
    email: z.string(),
    name: z.string().nullable(),
    kind: z.enum(PIN_KINDS).openapi({
      description:
        '`exclude`: no member, whatever sources want. `force_revoke`: not this product from any source; a person may still give it.',
    }),
    product: z.string().nullable(),
    productName: z.string().nullable(),
    until: instant
      .nullable()
      .openapi({ description: 'Null: until it is lifted, or with `nextSync` until the next sync.' }),
    nextSync: z.boolean(),
    lapsed: z.boolean().openapi({
      description:
        'Its day is over: it counts no more, and for 30 days a person looks at what sources want of the member.',
    }),
    reason: z.string().nullable().openapi({ description: 'Why, where whoever asked said so.' }),
    createdBy: z.string(),
    plan: z.string(),
    since: instant.openapi({ description: 'When it began to count; of a lapsed one, when it ceased to.' }),
  })
  .openapi('Pin')

const showPin = ({ memberId, planId, until, since, ...row }: PinListRow): z.input<typeof pin> => ({
  ...row,
  member: showId('mem', memberId),
  plan: showId('pln', planId),
  until: shown(until),
  since: since.toISOString(),
})

const query = z.strictObject({
  kind: z.enum(PIN_KINDS).optional(),
  email: words(1_000).optional().openapi({ description: 'Only of whoever has this address.' }),
  limit,
  cursor,
})
const place = z.tuple([idPlace, z.enum(PIN_KINDS), z.int().min(0).max(2_147_483_647)])
const noun = 'pins'
const lifted = z.object({ member: z.string() })

export function pinRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/pins',
      noun,
      summary: 'What people decided against sources, lapsed ones included',
      role: 'viewer',
      query,
      answer: pageOf(pin),
    },
    async ({ parts, organization, query: asked }) => {
      const after = readCursor(place, asked.cursor)
      const rows = await listPins(parts.sql, organization.id, {
        kind: asked.kind ?? null,
        emailKey: asked.email === undefined ? null : emailKeyOf(asked.email),
        after: after === null ? null : { person: after[0], kind: after[1], product: after[2] },
        limit: asked.limit + 1,
      })
      return page(rows, asked.limit, (row) => [row.personId, row.kind, row.productId], showPin)
    },
  )

  route(
    door,
    {
      method: 'delete',
      path: '/pins/{member}/exclude',
      noun,
      summary: 'Let sources want somebody again who was removed by hand',
      role: 'operator',
      answer: lifted,
    },
    async ({ parts, organization, actor, param }) =>
      await liftOf(parts, organization.id, { member: param('member'), kind: 'exclude', product: 0 }, actor),
  )

  route(
    door,
    {
      method: 'delete',
      path: '/pins/{member}/force_revoke/{product}',
      noun,
      summary: 'Let sources give a product again that was revoked by hand',
      role: 'operator',
      answer: lifted,
    },
    async ({ parts, organization, actor, param }) => {
      const key = param('product')
      const product = (await listProducts(parts.sql, organization.id)).find((one) => one.key === key)
      if (product === undefined) throw new RosterdError('PRODUCT_NOT_FOUND', { product: key })
      const asked = { member: param('member'), kind: 'force_revoke' as const, product: product.id }
      return await liftOf(parts, organization.id, asked, actor)
    },
  )
}

async function liftOf(
  parts: Parts,
  organization: number,
  { member, kind, product }: { member: string; kind: PinKind; product: number },
  actor: Actor,
): Promise<z.input<typeof lifted>> {
  const found = await findMember(parts.sql, organization, numberOf('mem', member, 'MEMBER_NOT_FOUND'))
  if (found === null) throw new RosterdError('MEMBER_NOT_FOUND', { id: member })
  await lift(parts, organization, { person: found.personId, kind, product }, actor)
  return { member }
}
