/** Who has already what somebody asks for keeps it for as long as whoever gave it says: asking for it again makes it nobody's own. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'

const NOTHING: Omit<Asked, 'verb' | 'selection'> = {
  products: [],
  allProducts: false,
  expiresAt: null,
  role: 'member',
  revokeFirst: false,
  wait: false,
  pin: PIN_DEFAULT,
}
const ROSTER = 'email,groups\nann@acme.example,Artists\nbob@acme.example,Artists\ncem@acme.example,\n'
const JUNE = '2027-06-30T22:00:00.000Z'
const MAY = '2027-05-31T22:00:00.000Z'

let world: World
beforeEach(async () => {
  world = await openWorld({ more: WIDE_LIMITS })
  await world.sync('roster.csv', ROSTER)
})
afterEach(() => world.close())

async function byHand(given: Pick<Asked, 'verb' | 'selection'> & Partial<Asked>): Promise<string[]> {
  const operation = { ...NOTHING, products: ['vray'], ...given }
  const { plan } = await draft(world.parts, world.organization, { actor: KIM, operation, quiet: true })
  await world.approve(plan)
  await world.run(plan)
  return await world.outcomes(plan)
}

const given = () => world.sql<{ email: string; until: string | null }[]>`
  select m.email, to_json(h.expires_at at time zone 'UTC')#>>'{}' as until from hand_grants h join members m using (organization_id, person_id)
  order by 1`
const claimed = () => world.sql`
  select from claims c join sources s on s.organization_id = c.organization_id and s.id = c.source_id and s.kind = 'manual'
  where c.to_change is null`

async function lend(email: string): Promise<void> {
  await world.sql`
    insert into borrows (organization_id, person_id, product_id, device_key, device, until, since)
    select a.organization_id, a.person_id, a.product_id, 'ws-7', 'WS-7', '2026-12-20T00:00:00Z', ${world.at}
    from assignments a join members m using (organization_id, person_id) where m.email = ${email}`
}

test('an assignment that a source gives already stays that of the source, and ends with it', async () => {
  const users = ['ann@acme.example', 'bob@acme.example', 'cem@acme.example']
  expect((await byHand({ verb: 'assign', selection: { users } })).sort()).toEqual([
    'assign ann@acme.example vray noop',
    'assign bob@acme.example vray noop',
    'assign cem@acme.example vray succeeded',
  ])
  expect(await given()).toEqual([{ email: 'cem@acme.example', until: null }])
  await world.drop('less.csv', ROSTER.replace('bob@acme.example,Artists', 'bob@acme.example,'))
  expect(await world.actions((await world.propose()).plans[0])).toEqual(['revoke bob@acme.example vray'])
})

test('what people gave before takes the new date, also where a source gives it for longer', async () => {
  const users = ['cem@acme.example']
  await byHand({ verb: 'assign', selection: { users }, expiresAt: JUNE })
  await world.sync('more.csv', ROSTER.replace('cem@acme.example,', 'cem@acme.example,Artists'))
  expect(await byHand({ verb: 'assign', selection: { users }, expiresAt: MAY })).toEqual([
    'assign cem@acme.example vray noop GIVEN_LONGER',
  ])
  expect(await given()).toEqual([{ email: 'cem@acme.example', until: MAY.replace('.000Z', '') }])
})

test('a member who is invited is claimed by nobody else than before', async () => {
  const users = ['ann@acme.example', 'new@acme.example']
  const outcomes = await byHand({ verb: 'invite', selection: { users }, products: [] })
  expect(outcomes.sort()).toEqual(['invite ann@acme.example noop ALREADY_MEMBER', 'invite new@acme.example succeeded'])
  expect(await claimed()).toHaveLength(1)
})

test('what was to end with its return is kept by whoever asks for it meanwhile', async () => {
  const users = ['cem@acme.example']
  await byHand({ verb: 'invite', selection: { users: ['new@acme.example'] }, products: ['houdini'] })
  await byHand({ verb: 'assign', selection: { users } })
  await lend('cem@acme.example')
  await lend('new@acme.example')
  expect(await byHand({ verb: 'revoke', selection: { users } })).toEqual([
    'revoke cem@acme.example vray waiting_borrow BORROWED_OFFLINE',
  ])
  expect(await given()).toEqual([{ email: 'new@acme.example', until: null }])
  expect(await byHand({ verb: 'assign', selection: { users } })).toEqual(['assign cem@acme.example vray noop'])
  expect(await given()).toHaveLength(2)

  const leaver = { users: ['new@acme.example'] }
  await byHand({ verb: 'remove', selection: leaver, products: [], revokeFirst: true })
  expect(await claimed()).toHaveLength(0)
  expect(await byHand({ verb: 'invite', selection: leaver, products: ['houdini'] })).toEqual([
    'invite new@acme.example noop ALREADY_MEMBER',
    'assign new@acme.example houdini noop',
  ])
  expect(await claimed()).toHaveLength(1)
  world.pass(40 * 86_400_000)
  expect((await world.propose('due')).plans).toEqual([])
})
