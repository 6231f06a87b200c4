/** What somebody asked for and was overtaken is not made again by itself: its end says how to ask for it again, and then it works. */
import { afterEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { again } from '../../src/sync/again.ts'
import { draft } from '../../src/sync/draft.ts'
import { edit } from '../../src/sync/edit.ts'
import type { Selection } from '../../src/sync/select.ts'
import { Jobs } from '../support/jobs.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

let world: World
afterEach(() => world?.close())

const email = (name: string) => `${name}@acme.example`
const NAMES = ['ada', 'bob', 'cem']
const ROSTER = `external_id,email,groups\n${NAMES.map((name) => `${name},${email(name)},\n`).join('')}`

const ASKED = {
  allProducts: false,
  expiresAt: null,
  role: 'member',
  revokeFirst: false,
  wait: false,
  pin: PIN_DEFAULT,
} as const

async function removal(selection: Selection): Promise<number> {
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: { ...ASKED, verb: 'remove', selection, products: [] },
    quiet: true,
  })
  return plan
}

const members = async () => (await world.sql<{ id: number }[]>`select id from members order by id`).map(({ id }) => id)
const asked = (id: number) => again(world.parts, world.organization, id, { actor: KIM })

test('a plan that is out of date waits for a person, who asks again', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
  const id = await removal({ users: NAMES.map(email) })
  await world.approve(id)
  const jobs = new Jobs(world)
  await world.sql`update members set state = 'suspended', version = version + 1`
  await world.sql`update organizations set revision = revision + 1`
  expect(await world.run(id)).toBe('stale')
  expect((await world.plan(id)).closedReason).toMatch(new RegExp(`To ask for it again: .*rosterd again pln_${id}$`))
  expect(jobs.waiting).toEqual([])
  const { plan } = await asked(id)
  expect(await world.plan(id)).toMatchObject({ state: 'stale', supersededBy: plan })
  const next = await world.plan(plan)
  expect(next).toMatchObject({ state: 'draft', quiet: true, items: 3, createdBy: KIM.name })
  await world.approve(plan)
  expect(await world.run(plan)).toBe('applied')
  expect(await world.members()).toEqual([])
})

test('whoever was left out does not make it out of date', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
  const id = await removal({ members: await members() })
  const { hash } = await world.plan(id)
  await edit(world.parts, world.organization, id, { actor: KIM, act: 'leave_out', hash, emails: [email('ada')] })
  await world.approve(id)
  await world.sql`update members set state = 'suspended', version = version + 1 where email = ${email('ada')}`
  await world.sql`update organizations set revision = revision + 1`
  expect(await world.run(id)).toBe('applied')
  expect((await world.members()).map((one) => one.email)).toEqual([email('ada')])
})

test('members, a filter and addresses are chosen anew; what nobody had approved is replaced', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
  const selections: Selection[] = [
    { members: await members() },
    { where: 'userName pr or active eq true or state eq "invited"' },
    { users: NAMES.map(email) },
  ]
  for (const selection of selections) {
    const id = await removal(selection)
    const { plan } = await asked(id)
    expect(await world.plan(id)).toMatchObject({ state: 'superseded', supersededBy: plan })
    const [first, second] = [await world.plan(id), await world.plan(plan)]
    expect(second).toMatchObject({ items: first.items, counts: first.counts, headline: first.headline })
    expect(second.operation?.where).toBe(first.operation?.where)
  }
})

test('not while it is approved, nor what sync made', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
  const id = await removal({ users: [email('ada')] })
  await world.approve(id)
  await expect(asked(id)).rejects.toMatchObject({ code: 'PLAN_STATE' })
  const [synced] = await world.sql<{ id: number }[]>`select id from plans where lane = 'sync' limit 1`
  await expect(asked(synced?.id ?? 0)).rejects.toMatchObject({ code: 'PLAN_STATE' })
})

test('rows of which nothing could come are looked at again', async () => {
  world = await openWorld({ products: 'vray: { name: V-Ray, seats: 9 }', more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
  const users = [...NAMES, 'eve'].map(email)
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: { ...ASKED, verb: 'assign', selection: { users }, products: ['V-Ray'] },
    quiet: true,
  })
  expect((await world.plan(plan)).operation?.rows).toEqual({ given: 4, merged: 0, errors: 1 })
  await world.sync('next.csv', `${ROSTER}eve,${email('eve')},\n`)
  const { plan: next } = await asked(plan)
  expect(await world.plan(next)).toMatchObject({ items: 4, operation: { rows: { given: 4, merged: 0, errors: 0 } } })
  const { plan: last } = await asked(next)
  expect(await world.plan(last)).toMatchObject({ items: 4, operation: { rows: { given: 4, merged: 0, errors: 0 } } })
})
