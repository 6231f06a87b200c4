/** Where seats are missing: everybody who gets none is told how many the whole plan lacks, so that buying them once is enough. */
import { afterEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { reasonNext } from '../../src/reconcile/reasons.ts'
import { draft } from '../../src/sync/draft.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

const people = (count: number) => Array.from({ length: count }, (_, n) => `p${n + 1}@acme.example`)

async function open(seats: number, group = ''): Promise<World> {
  world = await openWorld({ products: `vray: { name: V-Ray, seats: ${seats} }` })
  const rows = people(6).map((email) => `${email},${group}`)
  await world.sync('roster.csv', `email,groups\n${rows.join('\n')}\n`)
  return world
}

/** What whoever gets no seat is to do: as it is foreseen, and as it came. */
async function nextSteps(world: World, wait: boolean) {
  const operation = {
    verb: 'assign' as const,
    products: ['vray'],
    allProducts: false,
    expiresAt: null,
    role: 'member' as const,
    revokeFirst: false,
    wait,
    pin: PIN_DEFAULT,
    selection: { users: people(6) },
  }
  const { plan } = await draft(world.parts, world.organization, { actor: KIM, operation, quiet: true })
  const foreseen = (await world.items(plan)).flatMap((one) => one.foreseen ?? [])
  await world.approve(plan)
  await world.run(plan)
  const came = (await world.items(plan)).filter((one) => one.code === 'SEATS_EXHAUSTED')
  return {
    foreseen: foreseen.map(({ params }) => reasonNext('SEATS_EXHAUSTED', params)),
    came: came.map(({ params }) => reasonNext('SEATS_EXHAUSTED', params)),
  }
}

const times = (count: number, text: string) => Array.from({ length: count }, () => text)

test('by hand without waiting', async () => {
  const told = times(4, 'Free or buy 4 seats. Then assign again, or use --wait.')
  expect(await nextSteps(await open(2), false)).toEqual({ foreseen: told, came: told })
})

test('by hand with waiting', async () => {
  const told = times(5, 'Free or buy 5 seats. It then happens by itself.')
  expect(await nextSteps(await open(1), true)).toEqual({ foreseen: told, came: told })
})

test('one is one', async () => {
  expect((await nextSteps(await open(5), false)).came).toEqual([
    'Free or buy 1 seat. Then assign again, or use --wait.',
  ])
})

test('of a plan of a source', async () => {
  const world = await open(2, 'Artists')
  const items = await world.sql<
    { params: Record<string, string> }[]
  >`select params from outcomes where code = 'SEATS_EXHAUSTED'`
  expect(items.map(({ params }) => reasonNext('SEATS_EXHAUSTED', params))).toEqual(
    times(4, 'Free or buy 4 seats. It then happens by itself.'),
  )
})
