/** The last seats, given by one statement of the database as the pure allocation gives them. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { compareSeatOrder } from '../../../src/reconcile/seats.ts'
import type { ProposedAction } from '../../../src/store/proposal.ts'
import { allocate } from '../../support/allocate.ts'
import { type Cases, days, found, NOON } from './ground.ts'
import { make, order, PARTS, propose } from './making.ts'

const instants = fc.constantFrom(null, days(1).toISOString(), days(2).toISOString())
const seatOrders = fc.record({
  rulePriority: fc.integer({ min: 1, max: 2 }),
  seatPriority: fc.integer({ min: 1, max: 2 }),
  waitingSince: instants,
  expiresAt: instants,
})
const parts = fc.constantFrom(...PARTS)
const market = fc.record({
  seats: fc.record({
    owned: fc.integer({ min: 0, max: 8 }),
    used: fc.integer({ min: 0, max: 8 }),
    reserve: fc.integer({ min: 0, max: 2 }),
  }),
  requests: fc.array(fc.record({ part: parts, seat: seatOrders }), { minLength: 1, maxLength: 12 }),
  revokes: fc.array(parts, { maxLength: 6 }),
})

export const seats: Cases = {
  'the last seats go to whom the pure allocation gives them': async (ground) => {
    const products = ['cad', 'sim'] as const
    await fc.assert(
      fc.asyncProperty(fc.tuple(market, market), async (markets) => {
        const actions: ProposedAction[] = []
        const free = new Map<number, { free: number; freedByWaiting: number }>()
        const freeNow = new Map<number, number>()
        for (const [index, { seats: has, requests, revokes }] of markets.entries()) {
          const key = found(products[index])
          const id = ground.product(key)
          await ground.sql`update products set ${ground.sql(has)} where organization_id = ${ground.id} and id = ${id}`
          const now = has.owned - has.reserve - has.used
          const freed = revokes.filter((part) => part === 'free').length
          free.set(id, { free: now + freed, freedByWaiting: revokes.length - freed })
          freeNow.set(id, now)
          for (const [place, { part, seat }] of requests.entries()) {
            // Of equal ones the tie-break decides, which differs from the order in which they come.
            const seatOrder = { ...seat, tieBreak: String((place * 7) % 13).padStart(2, '0') }
            actions.push(propose(ground, part, 'assign', 100 * (index + 1) + place, key, { seatOrder }))
          }
          for (const [place, part] of revokes.entries())
            actions.push(propose(ground, part, 'revoke', 100 * (index + 1) + 50 + place, key))
        }
        const made = await make(ground, actions)
        const got = new Map(
          PARTS.flatMap((part) =>
            made[part].map((item) => [`${item.kind} ${item.personId}`, { part, ...item }] as const),
          ),
        )
        const assigns = actions
          .filter((one) => one.action.kind === 'assign')
          .map((one) => ({ ...one.action, part: one.part }))
        for (const { request, seat } of allocate(assigns, free)) {
          const rivals = assigns.filter((one) => one.productId === request.productId)
          const rank =
            1 + rivals.filter((one) => compareSeatOrder(found(one.seatOrder), found(request.seatOrder)) < 0).length
          expect(got.get(`assign ${request.personId}`)).toMatchObject({
            part: seat === 'freed_by_waiting' ? 'waiting' : request.part,
            predicted: seat === 'none' ? 'waiting_seat' : 'succeeded',
            wave: rank <= Math.max(0, found(freeNow.get(request.productId ?? 0))) ? 2 : 4,
          })
        }
        expect(got.size).toBe(actions.length)
      }),
      { numRuns: 25 },
    )
  },
  'who already waits for a seat is not proposed again until one is free': async (ground) => {
    const [ann, bob] = [await ground.add('ann'), await ground.add('bob')]
    await ground.wait(ann, 'seat', null, 'cad')
    const { sql, id } = ground
    const actions = [
      propose(ground, 'free', 'assign', ann, 'cad', { seatOrder: order({ waitingSince: NOON.toISOString() }) }),
      propose(ground, 'free', 'assign', bob, 'cad'),
    ]
    const assigned = async (owned: number) => {
      await sql`update products set owned = ${owned} where organization_id = ${id}`
      return (await make(ground, actions)).free.map((item) => [item.personId, item.predicted])
    }
    expect(await assigned(0)).toEqual([[bob, 'waiting_seat']])
    expect(await assigned(1)).toEqual([
      [ann, 'succeeded'],
      [bob, 'waiting_seat'],
    ])
  },
}
