/** A proposal in the making: cut into two parts, given the last seats as the pure oracle gives them, and numbered in one order. */
import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect } from 'vitest'
import { ACTION_KINDS, type Action, type ActionKind, type SeatOrder, type Wait } from '../../../src/reconcile/model.ts'
import { waveOf } from '../../../src/reconcile/order.ts'
import { allocate, compareSeatOrder } from '../../../src/reconcile/seats.ts'
import { forecastSeats } from '../../../src/store/plan-facts.ts'
import { type ItemRow, readItems } from '../../../src/store/plans.ts'
import {
  addActions,
  allocateSeats,
  closeDependencies,
  itemDigests,
  openProposal,
  type Part,
  type PartFacts,
  type Proposal,
  type ProposedAction,
  partFacts,
  writeItems,
  writeWaits,
} from '../../../src/store/proposal.ts'
import { type Cases, days, found, type Ground, NOON } from './ground.ts'

const PARTS = ['free', 'waiting'] as const
type Rows = Record<Part, ItemRow[]>

const order = (over: Partial<SeatOrder> = {}): SeatOrder => {
  return { rulePriority: 500, seatPriority: 500, waitingSince: null, expiresAt: null, tieBreak: 'a', ...over }
}

/** Somebody's action in one part; its digest follows from the words. Products are `cad` and `sim`. */
export function propose(
  ground: Ground,
  part: Part,
  kind: ActionKind,
  person: number,
  product: string | null = null,
  over: Partial<Action> = {},
): ProposedAction {
  const action: Action = {
    kind,
    effect: 'neutral',
    personId: person,
    subject: { key: `hr:${person}`, email: `p${person}@acme.test`, name: null },
    productId: product === null ? null : ground.product(product),
    before: null,
    after: null,
    reason: { code: 'joined', params: {} },
    sourceIds: [ground.source('hr')],
    evidence: null,
    precondition: {},
    seatOrder: kind === 'assign' ? order({ tieBreak: String(person) }) : null,
    fromPersonId: null,
    ...over,
  }
  return { action, part, digest: digestOf(kind, person, product), productKey: product }
}

const digestOf = (...words: unknown[]) => createHash('sha256').update(words.join(' ')).digest('hex')

/** Makes the proposal as `propose` of sync does, and stores both parts as plans. */
async function make<T = null>(
  ground: Ground,
  actions: ProposedAction[],
  look: (proposal: Proposal) => Promise<T | null> = async () => null,
): Promise<Rows & { looked: T | null }> {
  const plans = { free: await ground.plan([]), waiting: await ground.plan([]) }
  const seen: { looked: T | null } = { looked: null }
  await ground.sql.begin(async (transaction) => {
    const proposal = await openProposal(transaction)
    // In several pages, as people are read.
    for (let from = 0; from < actions.length; from += 7) await addActions(proposal, actions.slice(from, from + 7))
    await closeDependencies(proposal)
    await allocateSeats(proposal, ground.id)
    for (const part of PARTS) await writeItems(proposal, ground.id, plans[part], part)
    seen.looked = await look(proposal)
  })
  const read = (part: Part) => readItems(ground.sql, ground.id, plans[part], { after: 0, limit: 1000 })
  return { free: await read('free'), waiting: await read('waiting'), ...seen }
}

const words = (items: ItemRow[]) =>
  items.map((item) => [item.kind, item.personId, item.product].filter(Boolean).join(' '))

/** A cause that awaits approval, and another action of the person → whether that waits along. */
const DEPENDENCIES: [ActionKind, ActionKind, boolean][] = [
  ...ACTION_KINDS.filter((kind) => kind !== 'link').map((kind): [ActionKind, ActionKind, boolean] => [
    'link',
    kind,
    true,
  ]),
  ['invite', 'assign', true],
  ['invite', 'update_role', true],
  ['reactivate', 'assign', true],
  ['reactivate', 'update_role', true],
  ['reactivate', 'update_profile', false],
  ['revoke', 'remove', true],
  ['revoke', 'assign', false],
  ['assign', 'invite', false],
  ['remove', 'revoke', false],
  ['update_identity', 'update_profile', false],
]

const dependencies: Cases = Object.fromEntries(
  DEPENDENCIES.map(([cause, kind, along]) => [
    `${kind} ${along ? 'waits along with' : 'does not wait for'} ${cause} of the same person`,
    async (ground: Ground) => {
      const product = (one: ActionKind) => (one === 'assign' ? 'cad' : one === 'revoke' ? 'sim' : null)
      const made = await make(ground, [
        propose(ground, 'waiting', cause, 1, product(cause)),
        propose(ground, 'free', kind, 1, product(kind)),
        propose(ground, 'free', kind, 2, product(kind)),
      ])
      const free = made.free.map((item) => `${item.kind} ${item.personId}`)
      expect(free).toEqual(along ? [`${kind} 2`] : expect.arrayContaining([`${kind} 1`, `${kind} 2`]))
    },
  ]),
)

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

export const proposal: Cases = {
  ...dependencies,
  'the last seats go to whom the pure allocation gives them': async (ground) => {
    const products = ['cad', 'sim'] as const
    await fc.assert(
      fc.asyncProperty(fc.tuple(market, market), async (markets) => {
        const actions: ProposedAction[] = []
        const seats = new Map<number, { free: number; freedByWaiting: number }>()
        const freeNow = new Map<number, number>()
        for (const [index, { seats: has, requests, revokes }] of markets.entries()) {
          const key = found(products[index])
          const id = ground.product(key)
          await ground.sql`update products set ${ground.sql(has)} where organization_id = ${ground.id} and id = ${id}`
          const now = has.owned - has.reserve - has.used
          const freed = revokes.filter((part) => part === 'free').length
          seats.set(id, { free: now + freed, freedByWaiting: revokes.length - freed })
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
        for (const { request, seat } of allocate(assigns, seats)) {
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
  'items are numbered from 1 in one order, whatever the order in which they came': async (ground) => {
    const kinds = ACTION_KINDS.filter((kind) => kind !== 'link')
    const all = [1, 2, 3].flatMap((person) =>
      kinds.flatMap((kind) => {
        const aboutProduct = ['assign', 'revoke', 'extend', 'shorten'].includes(kind)
        const products = aboutProduct ? ['cad', 'sim'] : [null]
        return products.map((product) => propose(ground, 'free', kind, person, product))
      }),
    )
    const { free: expected } = await make(ground, all)
    expect(expected.map((item) => item.number)).toEqual(all.map((_, index) => index + 1))
    expect(expected.map((item) => item.wave)).toEqual(expected.map((item) => item.wave).sort((a, b) => a - b))
    for (const item of expected) {
      const kind = found(kinds.find((one) => one === item.kind))
      if (kind !== 'assign') expect(item.wave).toBe(waveOf({ kind }))
    }
    const shuffled = fc.shuffledSubarray(all, { minLength: all.length })
    await fc.assert(
      fc.asyncProperty(shuffled, async (given) => {
        expect(words((await make(ground, given)).free)).toEqual(words(expected))
      }),
      { numRuns: 8 },
    )
  },
  'the hash covers the actions in the order of the items': async (ground) => {
    const actions = [3, 1, 2].flatMap((person) => [
      propose(ground, 'free', 'invite', person),
      propose(ground, 'free', 'assign', person, 'cad'),
      propose(ground, 'waiting', 'remove', person + 10),
    ])
    const made = await make(ground, actions, async (open) => {
      const digests: Record<Part, string[]> = { free: [], waiting: [] }
      for (const part of PARTS)
        for await (const page of itemDigests(open, part)) digests[part].push(...page.map((one) => one.digest))
      return digests
    })
    const own = (item: ItemRow) => digestOf(item.kind, item.personId, item.product)
    expect(made.looked).toEqual({ free: made.free.map(own), waiting: made.waiting.map(own) })
    expect(made.free).toHaveLength(6)
  },
  'the numbers of the parts add up; an end that was foreseen is no revoke that a guard counts': async (ground) => {
    const partners = { sourceIds: [ground.source('partners'), ground.source('hr')].sort((a, b) => a - b) }
    const actions = [
      propose(ground, 'waiting', 'revoke', 1, 'cad'),
      propose(ground, 'waiting', 'revoke', 2, 'cad', partners),
      propose(ground, 'waiting', 'revoke', 2, 'sim'),
      propose(ground, 'free', 'revoke', 3, 'cad', { sourceIds: [] }),
      propose(ground, 'waiting', 'remove', 2),
      propose(ground, 'free', 'invite', 4),
      ...Array.from({ length: 14 }, (_, index) => propose(ground, 'free', 'assign', 20 + index, 'cad')),
    ]
    const made = await make(ground, actions, async (open) => ({
      free: await partFacts(open, 'free'),
      waiting: await partFacts(open, 'waiting'),
      seats: await forecastSeats(open.transaction, ground.id, 'free'),
    }))
    const { free, waiting, seats } = found(made.looked)
    const sum = (facts: PartFacts) => Object.values(facts.counts).reduce((total, count) => total + count, 0)
    expect([sum(free), sum(waiting)]).toEqual([free.items, waiting.items])
    expect(free.items + waiting.items).toBe(actions.length)
    expect([made.free.length, made.waiting.length]).toEqual([free.items, waiting.items])
    // Ten seats are free, the foreseen end frees one and the waiting part two; one is left over.
    expect(free).toMatchObject({
      counts: { invite: 1, assign: 12, revoke: 1 },
      removes: 0,
      revokes: [],
      waitingSeat: 1,
    })
    expect(waiting).toMatchObject({
      counts: { revoke: 3, remove: 1, assign: 2 },
      people: 4,
      removes: 1,
      revokes: [
        { product: 'cad', count: 2 },
        { product: 'sim', count: 1 },
      ],
      ...partners,
    })
    expect(seats).toEqual([{ product: 'cad', name: 'CAD', owned: 10, used: 0, after: 10, waiting: 1 }])
  },
  'an action is stored as it was planned, whatever its texts hold': async (ground) => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 6 }),
      fc.constantFrom('\\N', '\\.', '\t', 'a\nb', '\r', '"', '\\', '{}', 'Ä😀'),
    )
    await fc.assert(
      fc.asyncProperty(
        text,
        text,
        fc.option(text),
        fc.dictionary(text, text, { maxKeys: 2 }),
        async (key, email, name, params) => {
          const action: Partial<Action> = {
            effect: 'subtractive',
            subject: { key, email, name },
            before: { email, firstName: name },
            after: { link: key },
            reason: { code: 'joined', params },
            evidence: { snapshotId: 3, file: email, line: 7 },
            fromPersonId: 9,
          }
          const { free } = await make(ground, [propose(ground, 'free', 'link', 1, null, action)])
          const { subject: _, ...stored } = action
          expect(free).toMatchObject([{ ...stored, email, name, sourceIds: [ground.source('hr')] }])
          const [item] = await ground.sql<{ key: string }[]>`
          select subject_key as key from plan_items where organization_id = ${ground.id} order by plan_id desc limit 1`
          expect(item?.key).toBe(key)
        },
      ),
      { numRuns: 20 },
    )
  },
  'nothing proposed gives nothing': async (ground) => {
    const made = await make(ground, [], (open) => partFacts(open, 'free'))
    expect([made.free, made.waiting]).toEqual([[], []])
    expect(made.looked).toMatchObject({ items: 0, people: 0, counts: {}, sourceIds: [], revokes: [], waitingSeat: 0 })
  },
  'a wait that planning finds again keeps its beginning and takes the new end': async (ground) => {
    const wait = (since: Date, until: Date | null): Wait => {
      return {
        personId: 1,
        productId: 0,
        kind: 'start',
        since: since.toISOString(),
        until: until?.toISOString() ?? null,
      }
    }
    for (const one of [wait(NOON, days(1)), wait(days(1), days(2))])
      await ground.sql.begin((transaction) => writeWaits(transaction, ground.id, [one, { ...one, kind: 'grace' }]))
    const waits = await ground.sql`select since, until from waits where organization_id = ${ground.id}`
    expect([...waits]).toEqual([
      { since: NOON, until: days(2) },
      { since: NOON, until: days(2) },
    ])
  },
}
