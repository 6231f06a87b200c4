/** Pins against an identity provider, which says what it wants at any moment and of one person at a time. */
import { afterEach, expect, test } from 'vitest'
import type { PinFor } from '../../src/reconcile/operation.ts'
import { pushPeopleOfSource } from '../../src/store/pushed.ts'
import { invite } from '../../src/sync/by-hand.ts'
import { byHand, type Wish } from '../support/by-hand.ts'
import { KIM, type World } from '../support/pipeline.ts'
import { openScene, type Scene } from '../support/pushing.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

/** Three members, of whom Ada is an artist. */
async function open(): Promise<Scene & { ada: string; bob: string; artists: string }> {
  const scene = await openScene()
  world = scene.world
  const { idp, jobs } = scene
  const [ada, bob] = [await idp.user('ada'), await idp.user('bob')]
  await idp.user('cem')
  const artists = await idp.group('Artists', [ada])
  await world.applyAll(await world.propose('person'))
  await jobs.work()
  return { ...scene, ada, bob, artists }
}

async function apply({ world, jobs }: Scene, pin: PinFor, wishes: Wish[]): Promise<void> {
  world.pass(60_000)
  const plan = await byHand(world, { verb: wishes.at(-1)?.kind === 'remove' ? 'remove' : 'revoke', pin }, wishes)
  await world.approve(plan)
  await world.run(plan)
  await jobs.work()
  world.pass(60_000)
}

async function push({ world, jobs }: Scene): Promise<void> {
  await world.parts.jobs.propose(world.organization, 'pushed')
  await jobs.work()
}

const line = async ({ world }: Scene, name: string) =>
  (await world.members()).find((member) => member.email === `${name}@acme.example`)?.products
const BOB: Wish = { kind: 'remove', email: 'bob@acme.example' }
const VRAY: Wish = { kind: 'revoke', email: 'ada@acme.example', product: 'vray' }

test('whoever is pinned stays out whatever the identity provider says of them', async () => {
  const scene = await open()
  await apply(scene, { kind: 'days', days: 30 }, [BOB])
  await scene.idp.change(scene.bob, { displayName: 'Bob the builder' })
  await push(scene)
  expect(await line(scene, 'bob')).toBeUndefined()
  await apply(scene, { kind: 'always' }, [VRAY])
  await scene.idp.members(scene.artists, { op: 'remove', values: [scene.ada] }, { op: 'add', values: [scene.ada] })
  await push(scene)
  expect(await line(scene, 'ada')).toEqual([])
})

test('until the next sync is until the identity provider says something of that person, and of nobody else', async () => {
  const scene = await open()
  await apply(scene, { kind: 'next_sync' }, [BOB])
  await scene.idp.change(scene.ada, { displayName: 'Ada L.' })
  await push(scene)
  // Looked at again, of whom the provider has said nothing new.
  const [source] = await scene.world.sql<{ id: number }[]>`select id from sources where key = 'idp'`
  const { sql, organization } = scene.world
  await sql.begin((transaction) => pushPeopleOfSource(transaction, organization, source?.id ?? 0))
  await push(scene)
  await scene.world.propose('schedule')
  await scene.jobs.work()
  expect(await line(scene, 'bob')).toBeUndefined()
  expect(await scene.world.sql`select from pins`).toHaveLength(1)
  await scene.idp.change(scene.bob, { displayName: 'Bob the builder' })
  await push(scene)
  expect(await line(scene, 'bob')).toEqual([])
  expect(await scene.world.sql`select from pins`).toHaveLength(0)
})

test('whoever only people have invited is removed for good, and can be invited again', async () => {
  const scene = await open()
  const { world, jobs } = scene
  const gus = { actor: KIM, email: 'gus@acme.example' }
  const applied = async (plan: number) => {
    await world.approve(plan)
    await world.run(plan)
    await jobs.work()
  }
  await applied(await invite(world.parts, world.organization, gus))
  expect(await line(scene, 'gus')).toEqual([])
  await apply(scene, { kind: 'days', days: 30 }, [{ kind: 'remove', email: gus.email }])
  expect(await world.sql`select from pins`).toHaveLength(0)
  for (const because of ['due', 'person', 'rules'] as const) expect((await world.propose(because)).plans).toEqual([])
  expect(
    await world.sql`select from claims c join sources s on s.id = c.source_id and s.organization_id = c.organization_id
    where s.kind = 'manual' and c.to_change is null`,
  ).toHaveLength(0)
  await applied(await invite(world.parts, world.organization, gus))
  expect(await line(scene, 'gus')).toEqual([])
  expect((await world.propose('person')).plans).toEqual([])
})
