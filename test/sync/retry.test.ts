/** What failed of an operation, drafted once more for whoever is named: of rows that asked for different things, nothing is guessed. */
import { afterEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { retry } from '../../src/sync/retry.ts'
import { receiveUpload } from '../../src/sync/upload.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World
afterEach(async () => await world.close())

const PRODUCTS = 'vray: { name: V-Ray, seats: 0 }\nhoudini: { name: Houdini, seats: 0 }'
const roster = (...numbers: number[]) => `id,email\n${numbers.map((n) => `${n},p${n}@acme.example\n`).join('')}`
const users = (...numbers: number[]) => ({ users: numbers.map((n) => `p${n}@acme.example`) })

async function ended(operation: Partial<Asked> & Pick<Asked, 'verb' | 'selection'>): Promise<number> {
  const usual = { products: [], allProducts: false, expiresAt: null, revokeFirst: false, wait: false }
  const asked: Asked = { ...usual, role: 'member', pin: PIN_DEFAULT, ...operation }
  const { plan } = await draft(world.parts, world.organization, {
    actor: KIM,
    operation: asked,
    quiet: true,
    again: true,
  })
  await world.approve(plan)
  await world.run(plan)
  return plan
}

async function uploaded(csv: string): Promise<number> {
  const body = (async function* () {
    yield new TextEncoder().encode(csv)
  })()
  const sent = { actor: KIM, verb: 'assign' as const, name: 'rows.csv', body, reading: {} }
  const { id } = await receiveUpload(world.parts, world.organization, sent)
  return id
}

const again = async (plan: number, failed: Parameters<typeof retry>[3]['failed']) =>
  await world.items(await retry(world.parts, world.organization, plan, { actor: KIM, failed }))
const numbersOf = async (plan: number, email: string) =>
  (
    await world.sql<{ number: number }[]>`
    select number from plan_items where plan_id = ${plan} and subject_email = ${email} order by number`
  ).map(({ number }) => number)

test('names whom it is about, with what failed of theirs, and as quietly as before', async () => {
  world = await openWorld({ products: PRODUCTS })
  await world.sync('roster.csv', roster(1, 2, 3))
  const plan = await ended({ verb: 'assign', products: ['vray', 'houdini'], selection: users(1, 2, 3) })
  const [first = 0] = await numbersOf(plan, 'p1@acme.example')
  const items = await again(plan, { items: [first] })
  expect(items.map((item) => [item.kind, item.email])).toEqual([['assign', 'p1@acme.example']])
  expect(await again(plan, { code: 'SEATS_EXHAUSTED' })).toHaveLength(6)
  await expect(again(plan, { code: 'EMAIL_IN_USE' })).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
  await expect(again(plan, { items: [99] })).rejects.toMatchObject({ code: 'OPERATION_EMPTY' })
  const once = { actor: KIM, failed: { items: [first] } }
  const twice = [once, once].map((asked) => retry(world.parts, world.organization, plan, asked))
  expect(new Set(await Promise.all(twice)).size).toBe(1)
  const [row] = await world.sql<{ quiet: boolean }[]>`select quiet from plans order by id desc limit 1`
  expect(row).toEqual({ quiet: true })
})

test('asks for one thing at a time where rows asked for different ones', async () => {
  world = await openWorld({ products: PRODUCTS })
  await world.sync('roster.csv', roster(1, 2, 3))
  const csv =
    'email,products,expires\np1@acme.example,V-Ray,2027-06-30\np2@acme.example,Houdini,2027-06-30\np3@acme.example,V-Ray,2028-06-30\n'
  const plan = await ended({ verb: 'assign', selection: { upload: await uploaded(csv) } })
  const of = async (...people: number[]) => ({
    items: (await Promise.all(people.map((n) => numbersOf(plan, `p${n}@acme.example`)))).flat(),
  })
  await expect(again(plan, await of(1, 2))).rejects.toThrow(/different products/)
  await expect(again(plan, await of(1, 3))).rejects.toThrow(/different ends/)
  const [item] = await again(plan, await of(3))
  expect([item?.email, item?.product, item?.after?.expiresAt]).toEqual([
    'p3@acme.example',
    'vray',
    expect.stringMatching(/^2028-0[67]/),
  ])
})

test('never of a plan that has not ended, or that sources made', async () => {
  world = await openWorld({ products: PRODUCTS })
  await world.sync('roster.csv', roster(1, 2, 3))
  const selection = users(1)
  const usual = { products: ['vray'], allProducts: false, expiresAt: null, revokeFirst: false, wait: false }
  const operation: Asked = { ...usual, verb: 'assign', role: 'member', pin: PIN_DEFAULT, selection }
  const { plan } = await draft(world.parts, world.organization, { actor: KIM, operation, quiet: false, again: true })
  for (const id of [plan, 1]) await expect(again(id, { items: [1] })).rejects.toMatchObject({ code: 'PLAN_STATE' })
})
