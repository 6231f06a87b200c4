/** What a rule would do, said before it is saved, is what its plan does afterwards; and saying it writes nothing. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { parse } from 'yaml'
import { findOrganization, type Organization } from '../../src/store/organizations.ts'
import { previewRule } from '../../src/sync/preview-rule.ts'
import { retireRule, setRule } from '../../src/sync/set-rule.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const SETTER = { actor: KIM, configured: () => 'rosterd.yaml' }
const MEMBERS = 'members: { source: hr, when: { group: { name: Staff } }, then: [{ member: member }] }'
const row = (n: number, groups: string) => `${n},p${String(n).padStart(3, '0')}@acme.example,${groups}\n`
const ROSTER = `external_id,email,groups\n${Array.from({ length: 60 }, (_, n) => row(n, ['Staff', 'Staff;Artists', 'Guests'][n % 3] ?? '')).join('')}`

let world: World
beforeEach(async () => {
  world = await openWorld({
    rules: MEMBERS,
    more: WIDE_LIMITS,
    products: 'vray: { name: V-Ray, seats: 100 }\nhoudini: { name: Houdini, seats: 100 }',
  })
  await world.sync('roster.csv', ROSTER)
})
afterEach(() => world.close())

async function acme(): Promise<Organization> {
  const found = await findOrganization(world.sql, 'acme')
  if (found === null) throw new Error('acme is gone')
  return found
}

/** Saves it, and counts what the plan of it holds: `assign vray`. */
async function planned(change: () => Promise<unknown>): Promise<Record<string, number>> {
  await change()
  const proposed = await world.propose('rules')
  const counts: Record<string, number> = {}
  for (const plan of proposed.plans)
    for (const { kind, product } of await world.items(plan)) {
      const name = [kind, product].filter(Boolean).join(' ')
      counts[name] = (counts[name] ?? 0) + 1
    }
  await world.applyAll(proposed)
  return counts
}

const save = (key: string, given: unknown) => async () => setRule(world.parts, await acme(), { key, given }, SETTER)
const preview = async (key: string, given: unknown) => {
  const before =
    await world.sql`select (select count(*) from rules) as r, (select count(*) from changes) as c, (select count(*) from dirty_people) as d`
  const { people, all, members, products } = await previewRule(world.parts, await acme(), { key, given }, SETTER)
  const after =
    await world.sql`select (select count(*) from rules) as r, (select count(*) from changes) as c, (select count(*) from dirty_people) as d`
  expect(after).toEqual(before)
  expect([people, all]).toEqual([60, true])
  return { members, products: Object.fromEntries(products) }
}

test('a new rule, another condition, and its end: what is foreseen is what is proposed', async () => {
  const gives = parse('{ when: { group: { name: Artists } }, then: [{ product: vray }] }')
  const first = await preview('artists', gives)
  expect(first).toMatchObject({ members: { come: 0, go: 0 }, products: { vray: { come: 20, go: 0 } } })
  expect(first.products['vray']?.named.come).toHaveLength(5)
  expect(first.products['houdini']).toBeUndefined()
  expect(await planned(save('artists', gives))).toEqual({ 'assign vray': 20 })

  const wider = parse(`when: { any: [{ group: { name: Artists } }, { group: { name: Guests } }] }
then: [{ product: houdini }, { member: member }]`)
  const foreseen = await preview('artists', wider)
  expect(foreseen).toMatchObject({
    members: { come: 20, go: 0 },
    products: { vray: { come: 0, go: 20 }, houdini: { come: 40, go: 0 } },
  })
  expect(await planned(save('artists', wider))).toEqual({ invite: 20, 'assign houdini': 40, 'revoke vray': 20 })

  expect(await preview('artists', null)).toMatchObject({
    members: { come: 0, go: 20 },
    products: { houdini: { come: 0, go: 40 } },
  })
  const ended = await planned(async () => retireRule(world.parts, await acme(), 'artists', SETTER))
  expect(ended).toEqual({ remove: 20, 'revoke houdini': 40 })
})

test('what could not be saved is not foreseen either', async () => {
  await expect(preview('artists', parse('{ when: { group: {} }, then: [] }'))).rejects.toMatchObject({
    code: 'INPUT_INVALID',
  })
  await expect(preview('members', null)).rejects.toMatchObject({ code: 'MANAGED_BY_CONFIG' })
  await expect(preview('nothing', null)).rejects.toMatchObject({ code: 'RULE_NOT_FOUND' })
})
