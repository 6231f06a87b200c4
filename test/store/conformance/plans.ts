/** Plans as stored documents: moved by one guarded UPDATE each, listed in pages, with progress that adds up. */
import fc from 'fast-check'
import { expect } from 'vitest'
import { OUTCOME_STATES, type Outcome, type OutcomeState, PLAN_STATES } from '../../../src/reconcile/model.ts'
import { type Operation, PIN_DEFAULT } from '../../../src/reconcile/operation.ts'
import { tally } from '../../../src/reconcile/tally.ts'
import { countOutcomes, writeOutcomes } from '../../../src/store/outcomes.ts'
import {
  approvedPlans,
  deletePlan,
  listPlans,
  movePlan,
  type PlanRow,
  progress,
  readForeseen,
  readItems,
  readPlan,
  waitRejected,
} from '../../../src/store/plans.ts'
import { type Cases, found, type Ground, NOON } from './ground.ts'

const outcome = (number: number, state: OutcomeState): Outcome => ({ number, state, code: null, params: {} })
const read = async (ground: Ground, plan: number): Promise<PlanRow> =>
  found(await readPlan(ground.sql, ground.id, plan))

export const plans: Cases = {
  'keeps what a person asked for, and of sync that nobody did': async (ground) => {
    const operation: Operation = {
      verb: 'assign',
      products: ['cad'],
      allProducts: false,
      expiresAt: '2027-06-30T21:59:59.999Z',
      role: 'member',
      revokeFirst: false,
      wait: true,
      pin: PIN_DEFAULT,
      where: null,
      file: { name: 'März "neu".csv', sha256: 'ab' },
      rows: { given: 3, merged: 1, errors: 1 },
    }
    const [asked, synced] = [
      await ground.plan([1], { lane: 'by_hand', operation, snapshotId: 7 }),
      await ground.plan([1]),
    ]
    expect(await read(ground, asked)).toMatchObject({ operation, snapshotId: 7, leftOut: 0 })
    expect(await read(ground, synced)).toMatchObject({ operation: null, snapshotId: null, leftOut: 0 })
  },
  'is moved from the given states only': async (ground) => {
    const plan = await ground.plan([1])
    const { sql, id } = ground
    for (const from of PLAN_STATES) {
      await sql`update plans set state = ${from}, closed_reason = null where organization_id = ${id} and id = ${plan}`
      const others = PLAN_STATES.filter((state) => state !== from)
      expect(await movePlan(sql, id, plan, others, 'approved', { closedReason: 'no' })).toBe(false)
      expect(await read(ground, plan)).toMatchObject({ state: from, closedReason: null })
      expect(await movePlan(sql, id, plan, [from], 'approved', { closedReason: 'yes' })).toBe(true)
      expect(await read(ground, plan)).toMatchObject({ state: 'approved', closedReason: 'yes' })
    }
  },
  'of many who move it at once, exactly one wins, and the plan says who': async (ground) => {
    const names = ['ann', 'bob', 'cem', 'dee', 'eve', 'fay']
    for (let round = 0; round < 5; round += 1) {
      const plan = await ground.plan([1])
      const moved = await Promise.all(
        names.map((approvedBy, index) =>
          index % 2 === 0
            ? movePlan(ground.sql, ground.id, plan, ['awaiting_approval'], 'approved', { approvedBy })
            : movePlan(ground.sql, ground.id, plan, ['awaiting_approval'], 'rejected', { approvedBy }),
        ),
      )
      expect(moved.filter(Boolean)).toHaveLength(1)
      const winner = moved.indexOf(true)
      const state = winner % 2 === 0 ? 'approved' : 'rejected'
      expect(await read(ground, plan)).toMatchObject({ state, approvedBy: names[winner] })
    }
  },
  'keeps who approved it, and when it started, when it is moved on': async (ground) => {
    const plan = await ground.plan([1])
    const override = { count: 3, reason: 'right', by: 'kim' }
    const approval = { approvedBy: 'kim', approvedAt: NOON, approvedHash: 'h', override }
    await movePlan(ground.sql, ground.id, plan, ['awaiting_approval'], 'approved', approval)
    await movePlan(ground.sql, ground.id, plan, ['approved'], 'applying', { startedAt: NOON })
    const later = new Date(NOON.getTime() + 1)
    await movePlan(ground.sql, ground.id, plan, ['applying'], 'applied', { startedAt: later, finishedAt: later })
    expect(await read(ground, plan)).toMatchObject({
      ...approval,
      startedAt: NOON,
      finishedAt: later,
      state: 'applied',
    })
  },
  'the first plan of a proposal gives it its number': async (ground) => {
    const plan = await read(ground, await ground.plan([1]))
    expect(plan.proposalId).toBe(plan.id)
  },
  'lists come newest first, in pages without gap or overlap, without what is not sealed yet': async (ground) => {
    const { sql, id } = ground
    const ids: number[] = []
    for (let index = 0; index < 7; index += 1) ids.unshift(await ground.plan([1]))
    const unsealed = await ground.plan([1])
    await sql`update plans set hash = '' where organization_id = ${id} and id = ${unsealed}`
    for (const limit of [1, 2, 3, 7, 8]) {
      const pages: number[] = []
      for (let before: number | undefined; ; ) {
        const page = await listPlans(sql, id, { limit, before })
        expect(page.length).toBeLessThanOrEqual(limit)
        if (page.length === 0) break
        pages.push(...page.map((plan) => plan.id))
        before = page.at(-1)?.id
      }
      expect(pages).toEqual(ids)
    }
    await movePlan(sql, id, found(ids[3]), ['awaiting_approval'], 'rejected')
    const rejected = await listPlans(sql, id, { states: ['rejected', 'applied'], limit: 9 })
    expect(rejected.map((plan) => plan.id)).toEqual([ids[3]])
  },
  'progress adds up to the items, whatever became of them': async (ground) => {
    const ends = fc.array(fc.option(fc.constantFrom(...OUTCOME_STATES)), { minLength: 1, maxLength: 25 })
    await fc.assert(
      fc.asyncProperty(ends, async (states) => {
        const plan = await ground.plan(states.map((_, index) => index + 1))
        const outcomes = states.flatMap((state, index) => (state === null ? [] : [outcome(index + 1, state)]))
        await writeOutcomes(ground.sql, ground.id, plan, outcomes, NOON)
        const { items, states: counted } = await progress(ground.sql, ground.id, plan)
        const expected = Object.groupBy(states, (state) => state ?? 'pending')
        expect(items).toBe(states.length)
        expect(counted).toEqual(Object.fromEntries(Object.entries(expected).map(([key, list]) => [key, list.length])))
        const { succeeded, failed, waiting, skipped } = tally(await countOutcomes(ground.sql, ground.id, plan))
        expect(succeeded + failed + waiting + skipped).toBe(outcomes.length)
      }),
      { numRuns: 15 },
    )
  },
  'items are read in pages, by kind and by what became of them': async (ground) => {
    const { sql, id } = ground
    const plan = await ground.plan([11, 12, 13, 14])
    await writeOutcomes(sql, id, plan, [outcome(2, 'succeeded'), outcome(3, 'blocked')], NOON)
    await sql`update plan_items set kind = 'remove' where organization_id = ${id} and plan_id = ${plan} and number = 3`
    const numbers = async (query: Partial<Parameters<typeof readItems>[3]>) =>
      (await readItems(sql, id, plan, { after: 0, limit: 9, ...query })).map((item) => item.number)
    expect(await numbers({})).toEqual([1, 2, 3, 4])
    expect(await numbers({ limit: 2 })).toEqual([1, 2])
    expect(await numbers({ limit: 2, after: 2 })).toEqual([3, 4])
    expect(await numbers({ state: 'pending' })).toEqual([1, 4])
    expect(await numbers({ state: 'blocked' })).toEqual([3])
    expect(await numbers({ kind: 'remove' })).toEqual([3])
    expect(await numbers({ kind: 'invite', state: 'succeeded' })).toEqual([2])
  },
  'items are read by what is foreseen of them, the worst first': async (ground) => {
    const { sql, id } = ground
    const plan = await ground.plan([11, 12, 13, 14, 15])
    const foreseen = { 1: 'waiting_seat', 2: 'failed_permanent', 3: 'waiting_seat', 5: 'failed_permanent' }
    for (const [number, predicted] of Object.entries(foreseen))
      await sql`
        update plan_items set predicted = ${predicted}
        where organization_id = ${id} and plan_id = ${plan} and number = ${Number(number)}`
    const read = async (limit: number) =>
      (await readForeseen(sql, id, plan, { predicted: ['failed_permanent', 'waiting_seat'], limit })).map(
        (item) => item.number,
      )
    expect(await read(9)).toEqual([2, 5, 1, 3])
    expect(await read(3)).toEqual([2, 5, 1])
  },
  'the people of a rejected plan wait once each, however often it is said': async (ground) => {
    const people = [await ground.add('ann'), await ground.add('bob')]
    const [ann, bob] = people
    const plan = await ground.plan([found(ann), found(bob), found(ann)])
    await waitRejected(ground.sql, ground.id, plan, NOON)
    await waitRejected(ground.sql, ground.id, plan, NOON)
    const waits = await ground.sql`
      select person_id, kind, plan_id from waits where organization_id = ${ground.id} order by person_id`
    expect([...waits]).toEqual(people.map((person) => ({ person_id: person, kind: 'rejected', plan_id: plan })))
  },
  'the plans of a source that somebody approved are counted, whatever became of them': async (ground) => {
    const { sql, id } = ground
    const count = (source: string) => approvedPlans(sql, id, ground.source(source))
    const approve = (plan: number) => movePlan(sql, id, plan, ['awaiting_approval'], 'approved', { approvedAt: NOON })
    const [first] = [await ground.plan([1]), await ground.plan([2])]
    await approve(found(first))
    await approve(await ground.plan([3], { lane: 'by_hand' }))
    expect([await count('hr'), await count('partners')]).toEqual([1, 0])
    await movePlan(sql, id, found(first), ['approved'], 'failed')
    expect(await count('hr')).toBe(1)
  },
  'a plan that is deleted takes its items along, and no other plan’s': async (ground) => {
    const [gone, kept] = [await ground.plan([1, 2]), await ground.plan([1, 2])]
    await deletePlan(ground.sql, ground.id, gone)
    expect(await readPlan(ground.sql, ground.id, gone)).toBeNull()
    const items = await ground.sql<{ plan: number }[]>`
      select plan_id as plan from plan_items where organization_id = ${ground.id}`
    expect(items.map((item) => item.plan)).toEqual([kept, kept])
  },
}
