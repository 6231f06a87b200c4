/** When a file repeats what was said before, and what may then be done again. */
import { afterEach, expect, test } from 'vitest'
import { reject } from '../../src/sync/decide.ts'
import { KIM, openWorld, type Setting, type World } from '../support/pipeline.ts'

let world: World | null = null
async function open(setting: Setting = {}): Promise<World> {
  world = await openWorld(setting)
  return world
}
afterEach(async () => {
  await world?.close()
  world = null
})

const PRODUCTS = 'vray: { name: V-Ray, seats: 10 }\nhoudini: { name: Houdini, seats: 10 }'
const FILE = 'external_id,email,Sparte,products\n1,ada@acme.example,north,\n2,bob@acme.example,south,V-Ray\n'

test.each<[string, Setting, string]>([
  ['nothing', {}, 'confirmed'],
  ['how many seats are owned', { products: PRODUCTS.replace('seats: 10', 'seats: 11') }, 'confirmed'],
  ['who may approve', { sources: 'hr: { kind: csv, approval: additive_auto }' }, 'confirmed'],
  ['what a column means', { sources: 'hr: { kind: csv, approval: manual, columns: { Sparte: groups } }' }, 'admitted'],
  [
    'another name of a product',
    { products: PRODUCTS.replace('seats: 10 }', 'seats: 10, aliases: [VR] }') },
    'admitted',
  ],
  ['what identifies a person', { sources: 'hr: { kind: csv, approval: manual, keyed_by: external_id }' }, 'admitted'],
])('the same bytes after a change of %s are %s', async (_name, setting, state) => {
  const world = await open()
  expect((await world.drop('roster.csv', FILE)).state).toBe('admitted')
  await world.configure(setting)
  expect((await world.drop('roster.csv', FILE)).state).toBe(state)
})

test('and are read by the new meaning', async () => {
  const world = await open()
  await world.sync('roster.csv', FILE)
  const artists = 'hr: { kind: csv, approval: manual, columns: { Sparte: groups } }'
  const rules = `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
north: { source: hr, when: { group: { name: north } }, then: [{ product: houdini }] }`
  await world.configure({ sources: artists, rules })
  await world.drop('roster.csv', FILE)
  expect(await world.actions((await world.propose()).plans[0])).toContain('assign ada@acme.example houdini')
})

const people = (...numbers: number[]) =>
  `external_id,email\n${numbers.map((n) => `${n},p${n}@acme.example\n`).join('')}`

/** Six people were members, the sixth is missing from a full file, and a person rejected the removal. */
async function spared(): Promise<World> {
  const world = await open()
  await world.sync('roster.csv', people(1, 2, 3, 4, 5, 6))
  await world.drop('less.csv', people(1, 2, 3, 4, 5))
  const [plan = 0] = (await world.propose()).plans
  expect(await world.actions(plan)).toEqual(['remove p6@acme.example'])
  await reject(world.parts, world.organization, plan, { actor: KIM })
  return world
}

const next = async (world: World) => {
  const { plans } = await world.propose()
  return (await Promise.all(plans.map((plan) => world.actions(plan)))).flat()
}

test('a file of changes brings a rejected absence back neither the first nor the second time', async () => {
  const world = await spared()
  expect((await world.drop('one.delta.csv', people(1))).state).toBe('admitted')
  expect(await next(world)).toEqual([])
  expect((await world.drop('one.delta.csv', people(1))).state).toBe('duplicate')
  expect(await next(world)).toEqual([])
  world.pass(25 * 3_600_000)
  expect((await world.drop('one.delta.csv', people(1))).state).toBe('admitted')
  expect(await next(world)).toEqual([])
})

test('a full file that repeats it does, also the very same file', async () => {
  const world = await spared()
  expect((await world.drop('less.csv', people(1, 2, 3, 4, 5))).state).toBe('confirmed')
  expect(await next(world)).toEqual(['remove p6@acme.example'])
})

test('not one in which somebody cannot be identified', async () => {
  const world = await spared()
  await world.drop('broken.csv', `${people(1, 2, 3, 4, 5)},not-an-address\n`)
  expect(await next(world)).toEqual([])
})
