/** Drift names exactly the people whose desired and current state differ, and of those nobody who only waits. */
import { expect } from 'vitest'
import { type MemberState, PLAN_STATES, type Role } from '../../../src/reconcile/model.ts'
import { type DriftOptions, findDrift, readCases } from '../../../src/store/drift.ts'
import { writeAdoptions } from '../../../src/store/matching.ts'
import { type Cases, days, found, type Ground, NOON, type Somebody } from './ground.ts'

type Set = (ground: Ground, ann: number) => Promise<unknown>

const inStep: Somebody = {
  userName: 'ann',
  links: { hr: 'linked' },
  grants: { cad: days(9) },
  assignments: { cad: days(9) },
}

/** Ann, in whom a case changes one thing, between two people in step. */
async function world(ground: Ground, change: Set): Promise<Record<string, number>> {
  const bob = await ground.add('bob', { ...inStep, userName: 'bob' })
  const ann = await ground.add('ann', inStep)
  const cem = await ground.add('cem', { ...inStep, userName: 'cem' })
  await change(ground, ann)
  return { ann, bob, cem }
}

async function drifting(
  ground: Ground,
  over: Partial<DriftOptions> & { adopt?: [number, number] } = {},
): Promise<number[]> {
  const { adopt, ...options } = over
  const found: number[] = await ground.sql.begin(async (transaction) => {
    const adoption = { fromPersonId: adopt?.[0] ?? 0, sourceId: ground.source('hr'), anchor: 'x', by: 'email' as const }
    const matches = adopt ? [{ kind: 'link' as const, personId: adopt[1], adoption }] : []
    await writeAdoptions(transaction, ground.id, matches)
    const count = await findDrift(transaction, ground.id, NOON, { managesAdmins: false, supersede: false, ...options })
    const people: number[] = []
    for await (const cases of readCases(transaction, ground.id, 2)) people.push(...cases.map((one) => one.personId))
    expect(people).toHaveLength(count)
    return people
  })
  return found
}

const desire =
  (column: string, value: string | boolean | null): Set =>
  ({ sql, id }, ann) =>
    sql`update desired_members set ${sql({ [column]: value })} where organization_id = ${id} and person_id = ${ann}`
const member =
  (column: string, value: string | null): Set =>
  ({ sql, id }, ann) =>
    sql`update members set ${sql({ [column]: value })} where organization_id = ${id} and person_id = ${ann}`
const forget =
  (table: 'grants' | 'assignments' | 'members' | 'desired_members'): Set =>
  ({ sql, id }, ann) =>
    sql`delete from ${sql(table)} where organization_id = ${id} and person_id = ${ann}`
const both =
  (...sets: Set[]): Set =>
  async (ground, ann) => {
    for (const one of sets) await one(ground, ann)
  }
const end =
  (table: 'grants' | 'assignments', at: Date | null): Set =>
  ({ sql, id }, ann) =>
    sql`update ${sql(table)} set expires_at = ${at} where organization_id = ${id} and person_id = ${ann}`
const link: (state: string) => Set =
  (state) =>
  ({ sql, id }, ann) =>
    sql`update person_links set state = ${state} where organization_id = ${id} and person_id = ${ann}`
const wait =
  (...args: [Parameters<Ground['wait']>[1], (Date | null)?, string?]): Set =>
  (ground, ann) =>
    ground.wait(ann, ...args)
const unwanted = (state: MemberState = 'active', role: Role = 'member'): Set =>
  both(
    desire('wanted', false),
    desire('role', role),
    member('state', state),
    member('role', role),
    forget('grants'),
    forget('assignments'),
  )
const full: Set = ({ sql, id }) => sql`update products set owned = used where organization_id = ${id}`
const nothing: Set = async () => {}

/** One difference alone → whether Ann drifts. */
const DIFFERENCES: Record<string, [boolean, Set, Partial<DriftOptions>?]> = {
  'nothing at all': [false, nothing],
  'no member': [true, both(forget('members'), forget('assignments'))],
  'a removed member': [true, member('state', 'removed')],
  'an invited member': [false, member('state', 'invited')],
  'nobody wants a removed member': [false, unwanted('removed')],
  'nobody wants the member': [true, unwanted()],
  'nobody wants the member, who is protected': [false, both(unwanted(), desire('protected', true))],
  'nothing was ever evaluated for the member': [
    true,
    both(forget('desired_members'), forget('grants'), forget('assignments')),
  ],
  'nobody wants an administrator': [false, unwanted('active', 'admin')],
  'nobody wants an administrator, and a source manages those': [
    true,
    unwanted('active', 'admin'),
    { managesAdmins: true },
  ],
  'nobody wants an owner, whom no source manages': [false, unwanted('active', 'owner'), { managesAdmins: true }],
  'another address': [true, desire('email_key', 'anna@acme.test')],
  'the same address in another case': [true, desire('email', 'ANN@acme.test')],
  'another user name': [true, desire('user_name', 'anna')],
  'another first name': [true, desire('first_name', 'Anna')],
  'another last name': [true, desire('last_name', 'Lee')],
  'another display name': [true, desire('display_name', 'Anna')],
  'another language': [true, desire('language', 'de')],
  'a language where the member has none': [true, member('language', null)],
  'no user name given': [false, desire('user_name', null)],
  'no first name given': [false, desire('first_name', null)],
  'no last name given': [false, desire('last_name', null)],
  'no display name given': [false, desire('display_name', null)],
  'no language given': [false, desire('language', null)],
  'no address given': [false, both(desire('email', null), desire('email_key', null))],
  'another role': [true, desire('role', 'admin')],
  'on leave': [true, desire('status', 'suspended')],
  'back from leave': [true, member('state', 'suspended')],
  'on leave and suspended': [false, both(desire('status', 'suspended'), member('state', 'suspended'))],
  'a grant without an assignment': [true, forget('assignments')],
  'an assignment without a grant': [true, forget('grants')],
  'a grant of a retired product, not held': [
    false,
    both(forget('assignments'), ({ sql, id }) => sql`update products set retired = true where organization_id = ${id}`),
  ],
  'a later end': [true, end('grants', days(10))],
  'an earlier end': [true, end('grants', days(8))],
  'no end any more': [true, end('grants', null)],
  'an end where there was none': [true, end('assignments', null)],
  'no end on both sides': [false, both(end('grants', null), end('assignments', null))],
  'two grants, of which the later end counts': [false, (ground, ann) => ground.grant(ann, 'cad', days(2), 'other')],
  'two grants, of which one has no end': [true, (ground, ann) => ground.grant(ann, 'cad', null, 'other')],
  'two grants, of which one is over': [false, (ground, ann) => ground.grant(ann, 'cad', days(-2), 'other')],
  'a grant that is over': [true, both(end('grants', days(-1)), end('assignments', days(-1)))],
  'a grant that ends at this instant': [true, both(end('grants', NOON), end('assignments', NOON))],
  'a grant that is over, not held': [false, both(end('grants', days(-1)), forget('assignments'))],
  'a ghost whom others still want': [true, link('ghost')],
  'a released link': [false, link('released')],
  'a ghost whom nobody wants, removed': [false, both(link('ghost'), unwanted('removed'))],
}

/** Ann differs and waits → whether she drifts nevertheless. */
const invited = both(forget('members'), forget('assignments'))
const WAITS: Record<string, [boolean, Set]> = {
  'for a decision': [false, both(invited, wait('decision'))],
  'after a rejection': [false, both(desire('language', 'de'), wait('rejected'))],
  'for her start': [false, both(invited, wait('start', days(1)))],
  'for her start, which is now': [true, both(invited, wait('start', NOON))],
  'in her grace, suspended': [false, both(unwanted('suspended'), wait('grace', days(1)))],
  'in her grace, which is over': [true, both(unwanted('suspended'), wait('grace', NOON))],
  'in her grace, still active': [true, both(unwanted('active'), wait('grace', days(1)))],
  'in her grace, wanted again': [true, both(member('state', 'suspended'), wait('grace', days(1)))],
  'for a seat, and none is free': [false, both(forget('assignments'), wait('seat', null, 'cad'), full)],
  'for a seat, and one is free': [true, both(forget('assignments'), wait('seat', null, 'cad'))],
  'for a seat, and the free one is reserved': [
    false,
    both(
      forget('assignments'),
      wait('seat', null, 'cad'),
      full,
      ({ sql, id }) => sql`
      update products set owned = used + 1, reserve = 1 where organization_id = ${id}`,
    ),
  ],
  'for a product to be back': [false, both(forget('grants'), wait('borrow', days(1), 'cad'))],
  'for a product that is back': [true, both(forget('grants'), wait('borrow', NOON, 'cad'))],
  'for a product to be back, and differs in her name too': [
    true,
    both(forget('grants'), wait('borrow', days(1), 'cad'), desire('language', 'de')),
  ],
  'for another product to be back': [true, both(forget('grants'), wait('borrow', days(1), 'sim'))],
  'for a product to be back, which ends earlier now': [
    true,
    both(end('grants', days(8)), wait('borrow', days(1), 'cad')),
  ],
  'to be removed when everything is back': [
    false,
    both(desire('wanted', false), forget('grants'), wait('borrow', days(1)), wait('borrow', days(1), 'cad')),
  ],
  'after a rejection, and for a product that is back': [
    true,
    both(forget('grants'), wait('rejected'), wait('borrow', NOON, 'cad')),
  ],
  'to be removed, and something is back': [
    true,
    both(desire('wanted', false), forget('grants'), wait('borrow', days(1)), wait('borrow', NOON, 'cad')),
  ],
  'to be removed, and everything is back': [true, both(unwanted('active', 'owner'), wait('borrow', NOON))],
  'for a seat of another product': [true, both(forget('assignments'), wait('seat', null, 'sim'), full)],
  'for a seat, and differs in her name too': [
    true,
    both(forget('assignments'), wait('seat', null, 'cad'), full, desire('language', 'de')),
  ],
}

const table = (rows: Record<string, [boolean, Set, Partial<DriftOptions>?]>, words: string): Cases =>
  Object.fromEntries(
    Object.entries(rows).map(([name, [differs, change, options]]) => [
      `${words} ${name}: ${differs ? 'she alone' : 'nobody'}`,
      async (ground: Ground) => {
        const { ann } = await world(ground, change)
        expect(await drifting(ground, options)).toEqual(differs ? [ann] : [])
      },
    ]),
  )

const OPEN = new Set(['approved', 'applying', 'paused'])

export const drift: Cases = {
  ...table(DIFFERENCES, 'with'),
  ...table(WAITS, 'who waits'),
  'who stands in an open plan is left out; a plan that is about to be replaced holds nobody': async (ground) => {
    const { ann } = await world(ground, desire('language', 'de'))
    const plan = await ground.plan([found(ann)])
    const left = async (options: Partial<DriftOptions>) => (await drifting(ground, options)).length === 0
    const { sql, id } = ground
    for (const state of PLAN_STATES) {
      await sql`update plans set state = ${state} where organization_id = ${id} and id = ${plan}`
      const held = OPEN.has(state) || state === 'awaiting_approval'
      expect([state, await left({}), await left({ supersede: true })]).toEqual([state, held, OPEN.has(state)])
    }
    for (const state of PLAN_STATES) {
      // What a person asked for holds nobody before it is approved.
      await sql`update plans set state = ${state}, lane = 'by_hand' where organization_id = ${id} and id = ${plan}`
      expect([state, await left({}), await left({ supersede: true })]).toEqual([
        state,
        OPEN.has(state),
        OPEN.has(state),
      ])
    }
  },
  'a newcomer who is somebody known drifts as that person': async (ground) => {
    const { ann } = await world(ground, nothing)
    const newcomer = await ground.add('anna', { member: null, links: { partners: 'linked' }, rows: ['partners'] })
    expect(await drifting(ground)).toEqual([newcomer])
    expect(await drifting(ground, { adopt: [newcomer, found(ann)] })).toEqual([ann])
  },
  'a case holds everything about its person, and nothing of anybody else': async (ground) => {
    const person = async (name: string) => {
      const id = await ground.add(name, {
        ...inStep,
        userName: name,
        rows: ['hr'],
        links: { hr: 'linked', partners: 'ghost' },
      })
      await ground.wait(id, 'seat', null, 'sim')
      return id
    }
    const ids = [await person('ann'), await person('bob'), await person('cem')]
    await ground.sql.begin(async (transaction) => {
      await writeAdoptions(transaction, ground.id, [])
      await findDrift(transaction, ground.id, NOON, { managesAdmins: false, supersede: false })
      const cases = []
      for await (const page of readCases(transaction, ground.id, 2)) cases.push(...page)
      expect(cases.map((one) => one.personId)).toEqual(ids)
      for (const [index, one] of cases.entries()) {
        const parts = [one.links, one.rows, one.grants, one.assignments, one.waits]
        expect(parts.map((part) => part.length)).toEqual([2, 1, 1, 1, 1])
        const owners = new Set([...parts.flat(), one.desired, found(one.member)].map((part) => part.personId))
        expect([...owners]).toEqual([ids[index]])
        expect(one.subject.key).toBe(`hr:${['ann', 'bob', 'cem'][index]}@acme.test`)
      }
    })
  },
}
