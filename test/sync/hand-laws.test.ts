/** Laws of what people do by hand beside a source: what they ask for and is applied, no proposal undoes. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Operation, PinFor } from '../../src/reconcile/operation.ts'
import { draft } from '../../src/sync/draft.ts'
import { anew } from '../support/anew.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { EXPLORING } from '../support/property-seed.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const SETTING = {
  products: 'vray: { name: V-Ray, seats: 4 }\nhoudini: { name: Houdini, seats: 3, reserve: 1 }',
  rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
lighting: { source: hr, when: { group: { name: Lighting } }, then: [{ product: vray, expires: 2027-06-30 }, { product: houdini }] }`,
  more: WIDE_LIMITS,
}
const ROSTER = `external_id,email,first_name,last_name,groups
1,ada@acme.example,Ada,L,Artists
2,bob@acme.example,Bob,L,Lighting
3,cy@acme.example,Cy,L,Artists
4,di@acme.example,Di,L,
5,ed@acme.example,Ed,L,Lighting
6,fay@acme.example,Fay,L,
`
/** Two whom no source knows come by invitation alone. */
const PEOPLE = ['ada', 'bob', 'cy', 'di', 'ed', 'fay', 'gus', 'hal'].map((name) => `${name}@acme.example`)

const product = fc.constantFrom('vray', 'houdini')
const users = fc.subarray(PEOPLE, { minLength: 1, maxLength: 4 })
const pin = fc.constantFrom<PinFor>({ kind: 'days', days: 30 }, { kind: 'always' }, { kind: 'next_sync' })
const expiresAt = fc.constantFrom(null, '2027-03-31T22:00:00.000Z', '2027-09-30T22:00:00.000Z')
const whole = {
  products: [] as string[],
  allProducts: false,
  expiresAt: null as string | null,
  role: 'member' as const,
  revokeFirst: false,
  wait: false,
  pin: { kind: 'days', days: 30 } as const satisfies PinFor,
}
type Ask = Omit<Operation, 'rows' | 'file' | 'where'> & { selection: { users: string[] } }
const ask: fc.Arbitrary<Ask> = fc.oneof(
  users.map((list) => ({ ...whole, verb: 'invite' as const, selection: { users: list } })),
  fc
    .record({ users, pin, revokeFirst: fc.boolean() })
    .map(({ users: list, ...more }) => ({ ...whole, ...more, verb: 'remove' as const, selection: { users: list } })),
  fc.record({ users, product, expiresAt, wait: fc.boolean() }).map(({ users: list, product: one, ...more }) => ({
    ...whole,
    ...more,
    verb: 'assign' as const,
    products: [one],
    selection: { users: list },
  })),
  fc.record({ users, product, pin }).map(({ users: list, product: one, pin: term }) => ({
    ...whole,
    pin: term,
    verb: 'revoke' as const,
    products: [one],
    selection: { users: list },
  })),
)

let world: World
beforeAll(async () => {
  world = await openWorld(SETTING)
})
afterAll(() => world.close())

/** Drafts, approves and applies; null where nobody of the named is there. */
async function byHand(operation: Ask): Promise<{ plan: number; pinned: number } | null> {
  const made = await draft(world.parts, world.organization, { actor: KIM, operation, quiet: true }).catch(
    (error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'OPERATION_EMPTY') return null
      throw error
    },
  )
  if (made === null) return null
  await world.approve(made.plan)
  await world.run(made.plan)
  return made
}

const SUCCEEDED = /succeeded$|noop/

test('what was applied by hand is undone by no proposal; only seats that became free are given to who waits', async () => {
  const met = { pinned: 0, promoted: 0, held: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(ask, { minLength: 1, maxLength: 5 }), async (operations) => {
      await anew(world, SETTING)
      await world.sync('roster.csv', ROSTER)
      for (const operation of operations) {
        const [before] = await world.sql<{ at: Date }[]>`select ${world.at}::timestamptz as at`
        world.pass(60_000)
        const made = await byHand(operation)
        if (made === null) continue
        const done = (await world.outcomes(made.plan)).filter((one) => SUCCEEDED.test(one))
        const [written] = await world.sql<{ people: number }[]>`
          select count(distinct person_id)::int as people from pins where plan_id = ${made.plan} and since > ${before?.at ?? null}`
        // What the draft said, unless something failed that it had not foreseen, or what was pinned before is pinned anew.
        expect(written?.people).toBeGreaterThanOrEqual(made.pinned)
        met.pinned += made.pinned
        const taken = done.filter((one) => /^(remove|revoke) /.test(one)).map((one) => one.split(' ')[1] ?? '')
        for (const because of ['due', 'rules', 'person'] as const) {
          const proposed = await world.propose(because)
          for (const plan of proposed.plans) {
            const actions = await world.actions(plan)
            for (const action of actions) {
              expect(action).toMatch(/^assign /)
              // Whoever lost one product may still wait for another.
              if (taken.includes(action.split(' ')[1] ?? ''))
                expect(operation.products).not.toContain(action.split(' ')[2])
            }
            met.promoted += actions.length
          }
          await world.applyAll(proposed)
        }
        expect(await Promise.all((await world.propose('person')).plans.map((plan) => world.actions(plan)))).toEqual([])
        const members = await world.members()
        if (operation.verb === 'remove') {
          const left = members.filter(
            ({ email }) => taken.includes(email) && done.some((one) => one.startsWith(`remove ${email}`)),
          )
          expect(left).toEqual([])
        }
        if (operation.verb === 'assign') {
          const [given = ''] = operation.products
          for (const one of done) {
            const holder = members.find(({ email }) => email === one.split(' ')[1])
            expect(holder?.products).toContain(given)
            met.held += 1
          }
        }
      }
      // Whatever was decided, the same file again asks nobody anything but what was decided until the next sync.
      const claims = await world.sql`
        select from pins p join claims c using (organization_id, person_id)
        where p.kind = 'exclude' and c.to_change is null and not p.next_sync`
      expect(claims).toHaveLength(0)
    }),
    { numRuns: 12, endOnFailure: true },
  )
  if (!EXPLORING) expect(Math.min(met.pinned, met.promoted, met.held)).toBeGreaterThan(0)
})
