import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { PlanState } from '../../src/reconcile/model.ts'
import { execute } from '../../src/sync/execute.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import {
  assign,
  invite,
  remove,
  rename,
  revoke,
  type TestItem,
  type TestPerson,
  testOrganization,
  testParts,
} from '../support/organization.ts'

let database: FreshDatabase
beforeAll(async () => {
  database = await freshDatabase()
})
afterAll(() => database.drop())

interface Row {
  name: string
  products?: Record<string, { owned: number; reserve?: number }>
  people: TestPerson[]
  items: TestItem[]
  state: PlanState
  outcomes: string[]
  members: string[]
  seats?: Record<string, number>
  letters?: string[]
}

const LATER = '2027-06-30T22:00:00.000Z'

const ROWS: Row[] = [
  {
    name: 'an invite and its assign',
    products: { cad: { owned: 1 } },
    people: [{ email: 'ann@acme.test' }],
    items: [invite('ann@acme.test'), assign('ann@acme.test', 'cad', LATER)],
    state: 'applied',
    outcomes: ['invite ann@acme.test: succeeded', 'assign ann@acme.test cad: succeeded'],
    members: ['ann@acme.test invited member: cad until 2027-06-30'],
    seats: { cad: 1 },
    letters: ['member plan ann@acme.test', 'administrator plan_completed root@acme.test'],
  },
  {
    name: 'a revoke and the removal after it',
    products: { cad: { owned: 1 } },
    people: [{ email: 'ann@acme.test', state: 'active', products: { cad: null }, link: 'ghost' }],
    items: [remove('ann@acme.test'), revoke('ann@acme.test', 'cad')],
    state: 'applied',
    outcomes: ['revoke ann@acme.test cad: succeeded', 'remove ann@acme.test: succeeded'],
    members: ['ann@acme.test removed member'],
    seats: { cad: 0 },
    letters: ['member plan ann@acme.test', 'administrator plan_completed root@acme.test'],
  },
  {
    name: 'semantics row 17: three seats freed, four wanted, one waits',
    products: { cad: { owned: 3 } },
    people: [
      ...['a1', 'a2', 'a3'].map(
        (name): TestPerson => ({ email: `${name}@acme.test`, state: 'active', products: { cad: null } }),
      ),
      ...['b1', 'b2', 'b3', 'b4'].map((name): TestPerson => ({ email: `${name}@acme.test`, state: 'active' })),
    ],
    items: [
      ...['b1', 'b2', 'b3', 'b4'].map((name) => assign(`${name}@acme.test`, 'cad')),
      ...['a1', 'a2', 'a3'].map((name) => revoke(`${name}@acme.test`, 'cad')),
    ],
    state: 'applied',
    outcomes: [
      'revoke a1@acme.test cad: succeeded',
      'revoke a2@acme.test cad: succeeded',
      'revoke a3@acme.test cad: succeeded',
      'assign b1@acme.test cad: succeeded',
      'assign b2@acme.test cad: succeeded',
      'assign b3@acme.test cad: succeeded',
      'assign b4@acme.test cad: waiting_seat SEATS_EXHAUSTED',
    ],
    members: [
      'a1@acme.test active member',
      'a2@acme.test active member',
      'a3@acme.test active member',
      'b1@acme.test active member: cad',
      'b2@acme.test active member: cad',
      'b3@acme.test active member: cad',
      'b4@acme.test active member',
    ],
    seats: { cad: 3 },
  },
  {
    name: 'semantics row 18: the freeing revoke does not happen, the last in order waits',
    products: { cad: { owned: 2 } },
    people: [
      { email: 'a1@acme.test', state: 'active', products: { cad: null } },
      { email: 'b1@acme.test', state: 'active' },
      { email: 'b2@acme.test', state: 'active' },
    ],
    items: [assign('b1@acme.test', 'cad'), assign('b2@acme.test', 'cad'), revoke('a1@acme.test', 'cad', 7)],
    state: 'applied',
    outcomes: [
      'revoke a1@acme.test cad: skipped_stale STALE_ITEM',
      'assign b1@acme.test cad: succeeded',
      'assign b2@acme.test cad: waiting_seat SEATS_EXHAUSTED',
    ],
    members: ['a1@acme.test active member: cad', 'b1@acme.test active member: cad', 'b2@acme.test active member'],
    seats: { cad: 2 },
  },
  {
    name: 'a removal waits for its revoke, which did not happen',
    products: { cad: { owned: 2 } },
    people: [{ email: 'ann@acme.test', state: 'active', products: { cad: null } }],
    items: [remove('ann@acme.test'), revoke('ann@acme.test', 'cad', 7)],
    state: 'failed',
    outcomes: ['revoke ann@acme.test cad: skipped_stale STALE_ITEM', 'remove ann@acme.test: blocked BLOCKED_BY'],
    members: ['ann@acme.test active member: cad'],
    seats: { cad: 1 },
    letters: ['administrator plan_partially_failed root@acme.test'],
  },
  {
    name: 'an assign waits for its invite, whose address is taken',
    products: { cad: { owned: 2 } },
    people: [{ email: 'ann@acme.test', state: 'active' }, { email: 'newcomer' }],
    items: [invite('newcomer', { email: 'Ann@ACME.test' }), assign('newcomer', 'cad')],
    state: 'failed',
    outcomes: ['invite newcomer: failed_permanent EMAIL_IN_USE', 'assign newcomer cad: blocked BLOCKED_BY'],
    members: ['ann@acme.test active member'],
    seats: { cad: 0 },
  },
  {
    name: 'semantics row 24: removals would leave one administrator, the rest proceeds',
    people: [
      { email: 'a1@acme.test', state: 'active', role: 'admin' },
      { email: 'a2@acme.test', state: 'active', role: 'owner' },
      { email: 'a3@acme.test', state: 'active', role: 'admin' },
      { email: 'ann@acme.test', state: 'active' },
    ],
    items: [remove('a1@acme.test', 'admin'), remove('a3@acme.test', 'admin'), remove('ann@acme.test')],
    state: 'partially_failed',
    outcomes: [
      'remove a1@acme.test: succeeded',
      'remove a3@acme.test: failed_permanent LAST_ADMIN',
      'remove ann@acme.test: succeeded',
    ],
    members: [
      'a1@acme.test removed admin',
      'a2@acme.test active owner',
      'a3@acme.test active admin',
      'ann@acme.test removed member',
    ],
  },
  {
    name: 'semantics row 11: two people exchange addresses',
    people: [
      { email: 'ann@acme.test', state: 'active', firstName: 'Ann' },
      { email: 'bob@acme.test', state: 'active', firstName: 'Bob' },
    ],
    items: [rename('ann@acme.test', 'bob@acme.test'), rename('bob@acme.test', 'ann@acme.test')],
    state: 'applied',
    outcomes: ['update_identity ann@acme.test: succeeded', 'update_identity bob@acme.test: succeeded'],
    members: ['ann@acme.test active member', 'bob@acme.test active member'],
    letters: [
      'member plan ann@acme.test',
      'member plan ann@acme.test',
      'member plan bob@acme.test',
      'member plan bob@acme.test',
      'administrator plan_completed root@acme.test',
    ],
  },
  {
    name: 'a chain of addresses whose end is taken: nobody moves',
    people: [
      { email: 'a@acme.test', state: 'active' },
      { email: 'b@acme.test', state: 'active' },
      { email: 'c@acme.test', state: 'active' },
    ],
    items: [rename('a@acme.test', 'b@acme.test'), rename('b@acme.test', 'c@acme.test')],
    state: 'failed',
    outcomes: [
      'update_identity a@acme.test: failed_permanent EMAIL_IN_USE',
      'update_identity b@acme.test: failed_permanent EMAIL_IN_USE',
    ],
    members: ['a@acme.test active member', 'b@acme.test active member', 'c@acme.test active member'],
    letters: ['administrator plan_partially_failed root@acme.test'],
  },
  {
    name: 'a chain of addresses with a free end: everybody moves',
    people: [
      { email: 'a@acme.test', state: 'active' },
      { email: 'b@acme.test', state: 'active' },
    ],
    items: [rename('a@acme.test', 'b@acme.test'), rename('b@acme.test', 'c@acme.test')],
    state: 'applied',
    outcomes: ['update_identity a@acme.test: succeeded', 'update_identity b@acme.test: succeeded'],
    members: ['b@acme.test active member', 'c@acme.test active member'],
  },
  {
    name: 'two invites for one address: the second fails',
    people: [{ email: 'n1' }, { email: 'n2' }],
    items: [invite('n1', { email: 'x@acme.test' }), invite('n2', { email: 'X@acme.test' })],
    state: 'partially_failed',
    outcomes: ['invite n1: succeeded', 'invite n2: failed_permanent EMAIL_IN_USE'],
    members: ['x@acme.test invited member'],
  },
  {
    name: 'somebody comes back after their address was given to somebody else',
    people: [
      { email: 'ann@acme.test', state: 'removed' },
      { email: 'Ann@acme.test', state: 'active' },
    ],
    items: [
      {
        kind: 'reactivate',
        who: 'ann@acme.test',
        before: { state: 'removed' },
        after: { state: 'active' },
        precondition: { member: { state: 'removed' } },
      },
    ],
    state: 'failed',
    outcomes: ['reactivate ann@acme.test: failed_permanent EMAIL_IN_USE'],
    members: ['Ann@acme.test active member', 'ann@acme.test removed member'],
  },
  {
    name: 'what is already so is noop, an end that was moved is moved',
    products: { cad: { owned: 5 }, sim: { owned: 5 } },
    people: [{ email: 'ann@acme.test', state: 'active', products: { cad: null } }],
    items: [invite('ann@acme.test'), assign('ann@acme.test', 'cad'), revoke('ann@acme.test', 'sim')],
    state: 'applied',
    outcomes: [
      'invite ann@acme.test: noop ALREADY_MEMBER',
      'revoke ann@acme.test sim: noop',
      'assign ann@acme.test cad: noop',
    ],
    members: ['ann@acme.test active member: cad'],
    seats: { cad: 1, sim: 0 },
    letters: ['administrator plan_completed root@acme.test'],
  },
  {
    name: 'a product that is kept back for people who assign by hand',
    products: { cad: { owned: 2, reserve: 1 } },
    people: [
      { email: 'a@acme.test', state: 'active' },
      { email: 'b@acme.test', state: 'active' },
    ],
    items: [assign('a@acme.test', 'cad'), assign('b@acme.test', 'cad')],
    state: 'applied',
    outcomes: ['assign a@acme.test cad: succeeded', 'assign b@acme.test cad: waiting_seat SEATS_EXHAUSTED'],
    members: ['a@acme.test active member: cad', 'b@acme.test active member'],
    seats: { cad: 1 },
  },
]

describe('applying a plan', () => {
  test.each(ROWS)('$name', async (row) => {
    const world = await testOrganization(database.sql, { ...row, administrators: ['root@acme.test'] })
    const parts = testParts(database.sql)
    const plan = await world.plan(row.items)
    expect(await execute(parts, world.id, plan, new AbortController().signal)).toBe(row.state)
    expect(await world.outcomes(plan)).toEqual(row.outcomes)
    expect(await world.members()).toEqual(row.members)
    const seats = await world.seats()
    if (row.seats) expect(seats).toEqual(row.seats)
    if (row.letters) expect(await world.letters(plan)).toEqual(row.letters)
    // What changed nothing makes nothing possible.
    const changed = Object.values(row.outcomes)
      .flat()
      .some((outcome) => String(outcome).includes('succeeded'))
    expect(parts.sent).toEqual(changed ? [`propose ${world.id} due`, 'deliver'] : ['deliver'])
  })
})
