/** A proposal in the making: cut into two parts by what depends on what, numbered in one order, and counted. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { ACTION_KINDS, type Action, type ActionKind, type Wait } from '../../../src/reconcile/model.ts'
import { waveOf } from '../../../src/reconcile/order.ts'
import { forecastSeats } from '../../../src/store/plan-facts.ts'
import type { ItemRow } from '../../../src/store/plans.ts'
import { itemDigests, type PartFacts, partFacts, writeWaits } from '../../../src/store/proposal.ts'
import { type Cases, days, found, type Ground, NOON } from './ground.ts'
import { digestOf, make, PARTS, propose, words } from './making.ts'

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

export const proposal: Cases = {
  ...dependencies,
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
    // Wave, place for a seat (here the order of people), who, which product, what: compared as texts of equal length.
    const place = ({ wave, kind, personId, product }: ItemRow) =>
      [wave, kind === 'assign' ? personId : 0, personId, product ?? '   ', kind].join(' ')
    expect(expected.map(place)).toEqual(expected.map(place).sort())
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
      const digests: Record<(typeof PARTS)[number], string[]> = { free: [], waiting: [] }
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
      suspends: 0,
      revokes: [],
      waitingSeat: 1,
    })
    expect(waiting).toMatchObject({
      counts: { revoke: 3, remove: 1, assign: 2 },
      people: 4,
      removes: 1,
      suspends: 0,
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
