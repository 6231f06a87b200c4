/** Somebody new at an address that a member had who was invited by hand: two people, each with what is theirs. */
import { afterEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { start } from '../../src/sync/decide.ts'
import { draft } from '../../src/sync/draft.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

let world: World | null = null
afterEach(async () => {
  await world?.close()
  world = null
})

async function invite(here: World, email: string): Promise<number> {
  const operation = {
    verb: 'invite' as const,
    products: [],
    allProducts: false,
    expiresAt: null,
    role: 'member' as const,
    revokeFirst: false,
    wait: false,
    pin: PIN_DEFAULT,
    selection: { users: [email] },
  }
  const { plan } = await draft(here.parts, here.organization, { actor: KIM, operation, quiet: true })
  await here.approve(plan)
  return plan
}

const emails = async (here: World) => (await here.members()).map(({ email }) => email)
const roster = (...rows: string[]) => `external_id,email\n${['1,ann@acme.example', ...rows].join('\n')}\n`

test('whoever has the address of a renamed member now is invited as a new person, and both stay', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', roster())
  await world.run(await invite(world, 'kim.ito@acme.example'))
  await world.sync('known.csv', roster('7,kim.ito@acme.example'))
  await world.sync('renamed.csv', roster('7,kim.lee@acme.example'))
  expect(await emails(world)).toEqual(['ann@acme.example', 'kim.lee@acme.example'])

  const plan = await invite(world, 'kim.ito@acme.example')
  await world.run(plan)
  expect(await world.outcomes(plan)).toEqual(['invite kim.ito@acme.example succeeded'])
  const all = ['ann@acme.example', 'kim.ito@acme.example', 'kim.lee@acme.example']
  expect(await emails(world)).toEqual(all)
  // Both were invited by hand, so that no source takes either away.
  await world.sync('less.csv', roster())
  expect(await emails(world)).toEqual(all)
  expect((await world.propose('schedule')).plans).toEqual([])
})

test('whoever was removed and is invited again at the same address comes back', async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.run(await invite(world, 'kim.ito@acme.example'))
  await world.sql`update members set state = 'removed', removed_at = ${world.at}`
  const plan = await invite(world, 'kim.ito@acme.example')
  await world.run(plan)
  expect(await world.outcomes(plan)).toEqual(['reactivate kim.ito@acme.example succeeded'])
})

test('a plan that is started twice was started once', async () => {
  world = await openWorld()
  const here = world
  const plan = await invite(here, 'kim.ito@acme.example')
  for (const _ of [1, 2, 3]) await start(here.parts, here.organization, plan, { actor: KIM })
  const rows = await here.sql`select from audit where act = 'plan.started' and plan_id = ${plan}`
  expect(rows).toHaveLength(1)
})
