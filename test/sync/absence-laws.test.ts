/** Where a policy approves everything within the limits: whatever files come in whatever order, one of them alone takes nothing from anybody. */
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { anew } from '../support/anew.ts'
import { type MemberLine, openWorld, type World } from '../support/pipeline.ts'
import '../support/property-seed.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const SETTING = {
  products: 'vray: { name: V-Ray, seats: 50 }',
  sources: 'hr: { kind: csv, approval: within_limits }',
  more: WIDE_LIMITS,
}
const HOUR = 3_600_000
const IDS = Array.from({ length: 20 }, (_, index) => index + 1)
const FEW = [1, 2, 3, 4]

interface File {
  hours: number
  missing: number[]
  ungrouped: number[]
}
const some = fc.subarray(FEW)
const files: fc.Arbitrary<File[]> = fc.array(
  fc.record({ hours: fc.constantFrom(1, 5, 23, 25, 400), missing: some, ungrouped: some }),
  { minLength: 2, maxLength: 5 },
)

const text = ({ missing, ungrouped }: File) =>
  [
    'external_id,email,groups',
    ...IDS.filter((id) => !missing.includes(id)).map(
      (id) => `${id},p${id}@acme.example,${ungrouped.includes(id) ? '' : 'Artists'}`,
    ),
  ].join('\n')

let world: World
beforeAll(async () => {
  world = await openWorld(SETTING)
})
afterAll(() => world.close())

/** Who has access, and who holds the product. */
const held = (members: MemberLine[], id: number) => {
  const member = members.find((one) => one.email === `p${id}@acme.example`)
  return { access: member !== undefined && member.state !== 'suspended', product: member?.products.length === 1 }
}

async function applyAll(because: 'snapshot' | 'due'): Promise<number> {
  const { plans } = await world.propose(because)
  for (const id of plans) {
    const plan = await world.plan(id)
    if (plan.state !== 'approved') throw new Error(`${plan.state}: ${plan.headline}`)
    expect(await world.run(id)).toBe('applied')
  }
  return plans.length
}

test('nobody loses anything by one file alone, nor within a day, and planning again after applying proposes nothing', async () => {
  await fc.assert(
    fc.asyncProperty(files, async (drops) => {
      await anew(world, SETTING)
      const start: File = { hours: 0, missing: [], ungrouped: [] }
      await world.sync('start.csv', text(start))
      // Two more plans that a person approved: from here on a policy may.
      await world.sql`
        insert into plans (organization_id, proposal_id, lane, part, state, hash, header, headline, counts, source_ids, findings, items,
          revision, created_by, created_at, expires_at, approved_at)
        select organization_id, proposal_id, lane, part, state, hash, header, headline, counts, source_ids, findings, items, revision,
          created_by, created_at, expires_at, approved_at from plans, generate_series(1, 2)`
      const seen: { file: File; at: number }[] = [{ file: start, at: world.at.getTime() }]
      const look = async (because: 'snapshot' | 'due') => {
        const before = await world.members()
        await applyAll(because)
        for (let rest = 0; rest < 3 && (await applyAll('due')) > 0; rest += 1);
        expect((await world.propose('due')).plans).toEqual([])
        const after = await world.members()
        for (const id of FEW) {
          const [had, has] = [held(before, id), held(after, id)]
          if (had.access && !has.access) expect(lackedFor(seen, (one) => one.missing.includes(id))).toBe(true)
          if (had.product && !has.product)
            expect(lackedFor(seen, (one) => one.missing.includes(id) || one.ungrouped.includes(id))).toBe(true)
        }
      }
      for (const [index, file] of drops.entries()) {
        world.pass(file.hours * HOUR)
        // Time alone takes nothing either.
        await look('due')
        await world.drop(`${index}.csv`, text(file))
        seen.push({ file, at: world.at.getTime() })
        await look('snapshot')
      }
    }),
    { numRuns: 4, endOnFailure: true },
  )
}, 120_000)

/** The last files, two at least, all said so, and the first of them a day ago. */
function lackedFor(seen: { file: File; at: number }[], lacks: (file: File) => boolean): boolean {
  const last = seen.findLastIndex(({ file }) => !lacks(file))
  const since = seen.slice(last + 1)
  return since.length >= 2 && world.at.getTime() - (since[0]?.at ?? 0) >= 24 * HOUR
}
