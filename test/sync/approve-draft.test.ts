/** A draft that somebody asked for is approved as it is, or put before others; a draft of sync is only shown. */
import { afterEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { approve } from '../../src/sync/approve.ts'
import { draft } from '../../src/sync/draft.ts'
import type { Actor } from '../../src/sync/parts.ts'
import { discard, submit } from '../../src/sync/submit.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(() => world?.close())

/** An invitation of one person that nobody has submitted yet. */
async function invitation(name = 'ada'): Promise<number> {
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: {
      verb: 'invite',
      selection: { users: [`${name}@acme.example`] },
      products: [],
      allProducts: false,
      expiresAt: null,
      role: 'member',
      revokeFirst: false,
      wait: false,
      pin: PIN_DEFAULT,
    },
    quiet: false,
  })
  return plan
}

const acts = async (plan: number) =>
  (
    await world.sql<{ act: string; actor: string }[]>`
      select act, actor from audit where plan_id = ${plan} and act not in ('plan.created', 'batch.applied') order by id`
  ).map(({ act, actor }) => `${act} by ${actor}`)
const letters = () => world.sql`select event from letters where audience = 'administrator'`
const by = (actor: Actor, hash: string) => ({ actor, hash, start: false })
const DANA: Actor = { kind: 'person', name: 'dana@acme.example', role: 'operator' }

test('is submitted and approved at once by whoever asked for it, nobody is mailed, and then it runs', async () => {
  world = await openWorld()
  const id = await invitation()
  const { hash } = await world.plan(id)
  await expect(
    approve(world.parts, world.organization, id, by({ ...DANA, role: 'viewer' }, hash)),
  ).rejects.toMatchObject({ code: 'FORBIDDEN' })
  expect(await approve(world.parts, world.organization, id, by(DANA, hash))).toBe('approved')
  expect(await world.plan(id)).toMatchObject({ state: 'approved', approvedBy: 'dana@acme.example', approvedHash: hash })
  expect(await acts(id)).toEqual(['plan.submitted by dana@acme.example', 'plan.approved by dana@acme.example'])
  expect(await letters()).toEqual([])
  expect(await world.run(id)).toBe('applied')
  expect((await world.members()).map((one) => one.email)).toEqual(['ada@acme.example'])
})

test('by another hash nothing moves', async () => {
  world = await openWorld()
  const id = await invitation()
  const { hash } = await world.plan(id)
  await expect(approve(world.parts, world.organization, id, by(KIM, 'another'))).rejects.toMatchObject({
    code: 'PLAN_HASH_MISMATCH',
    message: `Plan pln_${id} is not the plan that was reviewed: its hash is ${hash}.`,
  })
  expect((await world.plan(id)).state).toBe('draft')
  expect(await acts(id)).toEqual([])
})

test('a draft of sync is only shown', async () => {
  world = await openWorld()
  const id = await invitation()
  await world.sql`update plans set lane = 'sync'`
  const { hash } = await world.plan(id)
  for (const verb of [
    () => approve(world.parts, world.organization, id, by(KIM, hash)),
    () => submit(world.parts, world.organization, id, { actor: KIM }),
    () => discard(world.parts, world.organization, id, { actor: KIM }),
  ])
    await expect(verb()).rejects.toMatchObject({ code: 'PLAN_STATE' })
  expect((await world.plan(id)).state).toBe('draft')
})

test('submitted, it waits for another person, who is mailed once; discarded, it is over', async () => {
  world = await openWorld()
  const id = await invitation()
  const { hash } = await world.plan(id)
  await expect(submit(world.parts, world.organization, id, { actor: DANA, hash: 'another' })).rejects.toMatchObject({
    code: 'PLAN_HASH_MISMATCH',
  })
  await submit(world.parts, world.organization, id, { actor: DANA, hash })
  expect((await world.plan(id)).state).toBe('awaiting_approval')
  expect(await letters()).toEqual([{ event: 'plan_waits' }])
  await expect(submit(world.parts, world.organization, id, { actor: DANA })).rejects.toMatchObject({
    code: 'PLAN_STATE',
  })
  await expect(discard(world.parts, world.organization, id, { actor: DANA })).rejects.toMatchObject({
    code: 'PLAN_STATE',
  })
  await approve(world.parts, world.organization, id, by(KIM, hash))
  expect(await acts(id)).toEqual(['plan.submitted by dana@acme.example', 'plan.approved by kim@acme.example'])

  const second = await invitation('bob')
  await discard(world.parts, world.organization, second, { actor: DANA })
  expect(await world.plan(second)).toMatchObject({ state: 'discarded', finishedAt: world.at })
  expect(await acts(second)).toEqual(['plan.discarded by dana@acme.example'])
})

const REFUSED = [
  {
    guard: 'G1',
    verdict: 'refuse',
    nature: 'amount',
    measured: 1,
    of: 1,
    limit: 1,
    scope: '',
    message: 'Removals: 1 of 1.',
    holds: [{ kind: 'remove', product: null, items: 1 }],
  },
] as const

test('where guards refuse it, the first administrator submits it on the way, and the second approves it', async () => {
  world = await openWorld()
  const id = await invitation()
  await world.sql`update plans set findings = ${JSON.stringify(REFUSED)}::text::jsonb`
  const { hash } = await world.plan(id)
  await expect(approve(world.parts, world.organization, id, by(KIM, hash))).rejects.toMatchObject({
    code: 'PLAN_REFUSED',
  })
  expect((await world.plan(id)).state).toBe('draft')
  const override = { count: 1, reason: 'as agreed' }
  const agree = (actor: Actor) => approve(world.parts, world.organization, id, { ...by(actor, hash), override })
  expect(await agree(KIM)).toBe('consented')
  expect(await world.plan(id)).toMatchObject({ state: 'awaiting_approval', consent: { by: KIM.name } })
  expect(await letters()).toEqual([{ event: 'plan_held' }])
  await expect(agree(KIM)).rejects.toMatchObject({ code: 'PLAN_NEEDS_ANOTHER' })
  expect(await agree({ ...DANA, role: 'admin' })).toBe('approved')
})

test('of many who approve, submit and discard it at once, one decides', async () => {
  world = await openWorld()
  const id = await invitation()
  const { hash } = await world.plan(id)
  const all = await Promise.allSettled([
    ...['ann', 'bob', 'cem'].map((name) =>
      approve(world.parts, world.organization, id, by({ ...DANA, name: `${name}@acme.example` }, hash)),
    ),
    submit(world.parts, world.organization, id, { actor: KIM }),
    discard(world.parts, world.organization, id, { actor: KIM }),
  ])
  const { state, approvedBy } = await world.plan(id)
  const approvals = all.slice(0, 3).filter((one) => one.status === 'fulfilled')
  expect(['approved', 'discarded']).toContain(state)
  expect(approvals).toHaveLength(state === 'approved' ? 1 : 0)
  expect(approvedBy === null).toBe(state === 'discarded')
})
