/** What holds for every roster, through real files, the real store and the real apply. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { openWorld, type World } from '../support/pipeline.ts'

const RUNS = { numRuns: 15, seed: 2_026, endOnFailure: true }
/** Worth more than the limits that would have a person look: these laws are about what is wanted, not about how much. */
const SETTING = {
  products: 'vray: { name: V-Ray, seats: 3 }\nhoudini: { name: Houdini, seats: 2, reserve: 1 }',
  rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
lighting: { source: hr, when: { group: { name: Lighting } }, then: [{ product: vray, expires: 2027-06-30 }, { product: houdini }] }`,
  more: `limits:
  remove: { floor: 1000, half_from: 1000, refuse_percent: 100 }
  revoke: { floor: 1000, refuse_percent: 100 }
  snapshot: { hold_percent: 0, refuse_percent: 0 }`,
}

const HEADER = 'external_id,email,first_name,last_name,groups,status,expires,seat_priority'
const text = (rows: string[]) => `${[HEADER, ...rows].join('\n')}\n`

const IDS = ['001', '002', '003', '004', '005', '006', '007', '008', '009', '010']
const NAMES = ['ada', 'Bob', 'cy', 'di', 'ed', 'fay', 'gus', 'hal', 'ida', 'jo', 'ümit', 'o.brien']
const attributes = fc.record({
  first: fc.constantFrom('Ada', 'Björn', '=cmd()', ''),
  groups: fc.constantFrom('', 'Artists', 'Lighting', 'Artists;Lighting', 'Other'),
  status: fc.constantFrom('active', 'active', 'active', 'inactive', ''),
  expires: fc.constantFrom('', '', '2027-03-28', '2028-01-01'),
  priority: fc.constantFrom('', '1', '2', '50'),
})

/** The rows of one roster: every id and every address at most once; addresses wander between the people. */
const rows = fc
  .tuple(
    fc.shuffledSubarray(IDS, { minLength: 1 }),
    fc.shuffledSubarray(NAMES, { minLength: IDS.length }),
    fc.array(attributes, { minLength: IDS.length, maxLength: IDS.length }),
  )
  .map(([ids, names, all]) =>
    ids.map((id, index) => {
      const { first, groups, status, expires, priority } = all[index] ?? {}
      return `${id},${names[index]}@acme.example,${first},L${id},${groups},${status},${expires},${priority}`
    }),
  )
const rosters = fc.array(rows, { minLength: 1, maxLength: 3 })

async function inWorld<T>(use: (world: World) => Promise<T>): Promise<T> {
  const world = await openWorld(SETTING)
  try {
    return await use(world)
  } finally {
    await world.close()
  }
}

/** Nothing that was planned before is left to do, and nothing of it failed. */
async function expectNothingLeft(world: World): Promise<void> {
  const again = await world.propose('person')
  expect(await Promise.all(again.plans.map((plan) => world.actions(plan)))).toEqual([])
}

async function expectSound(world: World): Promise<void> {
  const wrong = await world.sql`
    select key from products p where used > owned or used <> (
      select count(*) from assignments a where a.organization_id = p.organization_id and a.product_id = p.id)`
  expect(wrong).toEqual([])
}

test('the same file again, and the same rows in another file, change nothing', async () => {
  await fc.assert(
    fc.asyncProperty(rows, (rows) =>
      inWorld(async (world) => {
        await world.sync('roster.csv', text(rows))
        expect((await world.drop('again.csv', text(rows))).state).toBe('confirmed')
        await expectNothingLeft(world)
        const other = `\uFEFF${text(rows).replaceAll('\n', '\r\n')}`
        expect((await world.drop('other.csv', other)).state).toBe('admitted')
        await expectNothingLeft(world)
      }),
    ),
    RUNS,
  )
}, 60_000)

test('a plan that was applied leaves nothing to plan, with too few seats as well', async () => {
  let waited = 0
  await fc.assert(
    fc.asyncProperty(rosters, (rosters) =>
      inWorld(async (world) => {
        for (const [index, rows] of rosters.entries()) {
          const proposed = await world.sync(`roster-${index}.csv`, text(rows))
          for (const plan of proposed.plans) {
            const outcomes = await world.outcomes(plan)
            expect(outcomes.filter((outcome) => /failed|blocked|skipped/.test(outcome))).toEqual([])
            waited += outcomes.filter((outcome) => outcome.includes('waiting_seat')).length
          }
          await expectNothingLeft(world)
          await expectSound(world)
        }
      }),
    ),
    RUNS,
  )
  expect(waited).toBeGreaterThan(0)
}, 60_000)

test('the order of the rows does not matter: the same plans, to the hash', async () => {
  const twice = rosters.chain((rosters) =>
    fc.tuple(
      fc.constant(rosters),
      fc.tuple(...rosters.map((rows) => fc.shuffledSubarray(rows, { minLength: rows.length }))),
    ),
  )
  await fc.assert(
    fc.asyncProperty(twice, async ([rosters, shuffled]) => {
      const hashes = (all: string[][]) =>
        inWorld(async (world) => {
          const found: string[] = []
          for (const [index, rows] of all.entries()) {
            const proposed = await world.sync(`roster-${index}.csv`, text(rows))
            for (const plan of proposed.plans) {
              const { hash } = await world.plan(plan)
              found.push(hash, ...(await world.actions(plan)))
            }
          }
          return found
        })
      expect(await hashes(shuffled)).toEqual(await hashes(rosters))
    }),
    RUNS,
  )
}, 60_000)

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
  await inWorld(async (world) => {
    let number = 0
    await fc.assert(
      fc.asyncProperty(bytes, async (content) => {
        number += 1
        const { state, findings } = await world.drop(`file-${number}.csv`, content)
        states.add(state)
        expect(['admitted', 'confirmed', 'held', 'refused', 'unreadable']).toContain(state)
        if (state === 'refused' || state === 'unreadable') expect(findings.length).toBeGreaterThan(0)
        for (const plan of await world.applyAll(await world.propose()))
          expect(['applied', 'partially_failed']).toContain(plan)
        await expectSound(world)
      }),
      { ...RUNS, numRuns: 80 },
    )
  })
  expect([...states].sort()).toEqual(expect.arrayContaining(['admitted', 'refused', 'unreadable']))
}, 60_000)
