/** What holds for every roster, through real files, the real store and the real apply. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Proposed } from '../../src/sync/propose.ts'
import { anew } from '../support/anew.ts'
import { openWorld, type World } from '../support/pipeline.ts'
import { EXPLORING } from '../support/property-seed.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const RUNS = { numRuns: 15, endOnFailure: true }
/** Worth more than the limits that would have a person look: these laws are about what is wanted, not about how much. */
const SETTING = {
  products: 'vray: { name: V-Ray, seats: 3 }\nhoudini: { name: Houdini, seats: 2, reserve: 1 }',
  rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
lighting: { source: hr, when: { group: { name: Lighting } }, then: [{ product: vray, expires: 2027-06-30 }, { product: houdini }] }`,
  more: WIDE_LIMITS,
}

const HEADER = 'external_id,email,first_name,last_name,groups,status,expires,seat_priority'
const text = (rows: string[]) => `${[HEADER, ...rows].join('\n')}\n`

const IDS = ['001', '002', '003', '004', '005', '006', '007', '008', '009', '010']
const NAMES = ['ada', 'Bob', 'cy', 'di', 'ed', 'fay', 'gus', 'hal', 'ida', 'jo', 'ümit', 'o.brien']
const attributes = {
  first: fc.constantFrom('Ada', 'Björn', '=cmd()', ''),
  groups: fc.constantFrom('', 'Artists', 'Lighting', 'Artists;Lighting', 'Other'),
  expires: fc.constantFrom('', '', '2027-03-28', '2028-01-01'),
  priority: fc.constantFrom('', '1', '2', '50'),
}

/** The rows of one roster: every id and every address at most once; addresses wander between the people. */
const rowsWith = (...statuses: string[]) =>
  fc
    .tuple(
      fc.shuffledSubarray(IDS, { minLength: 1 }),
      fc.shuffledSubarray(NAMES, { minLength: IDS.length }),
      fc.array(fc.record({ ...attributes, status: fc.constantFrom(...statuses) }), {
        minLength: IDS.length,
        maxLength: IDS.length,
      }),
    )
    .map(([ids, names, all]) =>
      ids.map((id, index) => {
        const { first, groups, status, expires, priority } = all[index] ?? {}
        return `${id},${names[index]}@acme.example,${first},L${id},${groups},${status},${expires},${priority}`
      }),
    )
const rows = rowsWith('active', 'active', 'inactive', '')
const upTo3 = { minLength: 1, maxLength: 3 }

let world: World
beforeAll(async () => {
  world = await openWorld(SETTING)
})
afterAll(() => world.close())

/** Nothing that was planned before is left to do, and nothing of it failed. */
async function expectNothingLeft(): Promise<void> {
  const again = await world.propose('person')
  expect(await Promise.all(again.plans.map((plan) => world.actions(plan)))).toEqual([])
}

async function expectSound(): Promise<void> {
  const wrong = await world.sql`
    select key from products p where used > owned or used <> (
      select count(*) from assignments a where a.organization_id = p.organization_id and a.product_id = p.id)`
  expect(wrong).toEqual([])
}

test('the same file again, and the same rows in another file, change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(rows, async (rows) => {
      await anew(world, SETTING)
      await world.sync('roster.csv', text(rows))
      expect((await world.drop('again.csv', text(rows))).state).toBe('confirmed')
      await expectNothingLeft()
      const other = `\uFEFF${text(rows).replaceAll('\n', '\r\n')}`
      expect((await world.drop('other.csv', other)).state).toBe('admitted')
      await expectNothingLeft()
    }),
    RUNS,
  )
})

/** Applies everything that is proposed, and gives what did not succeed. */
async function applied(proposed: Proposed): Promise<string[]> {
  await world.applyAll(proposed)
  const outcomes = await Promise.all(proposed.plans.map((plan) => world.outcomes(plan)))
  return outcomes.flat().filter((outcome) => !outcome.endsWith(' succeeded'))
}

test('a plan that was applied leaves nothing to plan, with too few seats as well', async () => {
  const met = { waits: 0, handedOn: 0 }
  await fc.assert(
    fc.asyncProperty(fc.array(rows, upTo3), async (rosters) => {
      await anew(world, SETTING)
      for (const [index, rows] of rosters.entries()) {
        await world.drop(`roster-${index}.csv`, text(rows))
        const left = await applied(await world.propose())
        expect(left.filter((outcome) => !outcome.endsWith(' waiting_seat SEATS_EXHAUSTED'))).toEqual([])
        met.waits += left.length
        // Removals come last: who is to have the address of somebody who leaves waits for it, and gets it with the next plan.
        const next = await world.propose('person')
        const handedOn = (await Promise.all(next.plans.map((plan) => world.items(plan)))).flat()
        expect(handedOn.filter((item) => item.kind !== 'update_identity')).toEqual([])
        met.handedOn += handedOn.length
        expect(await applied(next)).toEqual([])
        await expectNothingLeft()
        await expectSound()
      }
    }),
    RUNS,
  )
  if (!EXPLORING) expect(Math.min(met.waits, met.handedOn)).toBeGreaterThan(0)
})

test('a seat that a plan frees goes to whoever waited for it, before a newcomer', async () => {
  await anew(world, SETTING)
  const person = (id: string, groups: string, priority: number) =>
    `${id},p${id}@acme.example,P,N${id},${groups},,,${priority}`
  const holders = ['1', '2', '3'].map((id) => person(id, 'Artists', 1))
  const waiter = person('4', 'Artists', 2)
  await world.sync('first.csv', text([...holders, waiter]))
  const second = text([...holders.slice(1), person('1', '', 1), waiter, person('5', 'Artists', 50)])
  const { plans } = await world.sync('second.csv', second)
  expect(await world.outcomes(plans[0])).toEqual([
    'invite p5@acme.example succeeded',
    'revoke p1@acme.example vray succeeded',
    'assign p4@acme.example vray succeeded',
    'assign p5@acme.example vray waiting_seat SEATS_EXHAUSTED',
  ])
  await expectNothingLeft()
})

test('the order of the rows does not matter: the same plans, to the hash', async () => {
  const twice = fc
    .array(rows, upTo3)
    .chain((rosters) =>
      fc.tuple(
        fc.constant(rosters),
        fc.tuple(...rosters.map((rows) => fc.shuffledSubarray(rows, { minLength: rows.length }))),
      ),
    )
  const plansOf = async (rosters: string[][]) => {
    await anew(world, SETTING)
    const found: string[] = []
    for (const [index, rows] of rosters.entries()) {
      const { plans } = await world.sync(`roster-${index}.csv`, text(rows))
      for (const plan of plans) found.push((await world.plan(plan)).hash, ...(await world.actions(plan)))
    }
    return found
  }
  await fc.assert(
    fc.asyncProperty(twice, async ([rosters, shuffled]) => {
      expect(await plansOf(shuffled)).toEqual(await plansOf(rosters))
    }),
    RUNS,
  )
})

/** Bytes that nobody chose, and bytes that look like a file for a while. */
const bytes = fc.oneof(
  fc.uint8Array({ maxLength: 400 }),
  fc
    .tuple(
      fc.constantFrom(HEADER, 'email', 'id;email', '\uFEFFemail', 'sep=;\nid;email'),
      fc.uint8Array({ maxLength: 300 }),
    )
    .map(([header, tail]) => Buffer.concat([Buffer.from(`${header}\n`), tail])),
  fc.tuple(rows, fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 12 })).map(([rows, damage]) => {
    const content = Buffer.from(text(rows))
    for (const [at, byte] of damage) content[at % content.length] = byte
    return content
  }),
  fc
    .tuple(rows, fc.constantFrom<BufferEncoding>('utf16le', 'latin1'))
    .map(([rows, encoding]) => Buffer.from(text(rows), encoding)),
)

test('any bytes as a file are admitted, held, refused or unreadable; nothing crashes, and what is planned can be applied', async () => {
  const states = new Set<string>()
  let number = 0
  await anew(world, SETTING)
  await fc.assert(
    fc.asyncProperty(bytes, async (content) => {
      number += 1
      const { state, findings } = await world.drop(`file-${number}.csv`, content)
      states.add(state)
      expect(['admitted', 'confirmed', 'held', 'refused', 'unreadable']).toContain(state)
      if (state === 'refused' || state === 'unreadable') expect(findings.length).toBeGreaterThan(0)
      for (const ended of await world.applyAll(await world.propose()))
        expect(['applied', 'partially_failed', 'failed']).toContain(ended)
      await expectSound()
    }),
    { ...RUNS, numRuns: 80 },
  )
  if (!EXPLORING) expect([...states].sort()).toEqual(expect.arrayContaining(['admitted', 'refused', 'unreadable']))
})
