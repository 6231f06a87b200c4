import { describe, expect, it } from 'vitest'
import { outcomeText } from '../../src/reconcile/describe.ts'
import type { Action, ActionKind } from '../../src/reconcile/model.ts'
import { blockedBy, DEPENDS_ON } from '../../src/reconcile/order.ts'
import { type Current, type SettledItem, settle } from '../../src/reconcile/settle.ts'
import { CAD, held, member, profile } from '../support/world.ts'

const current = (over: Partial<Current> = {}): Current => ({
  member: member(),
  assignment: null,
  product: CAD,
  emailTakenBy: null,
  userNameTakenBy: null,
  activeAdmins: 2,
  atLeastAdmins: 2,
  blockedBy: null,
  seatFree: true,
  seatMayWait: true,
  borrows: [],
  holds: [],
  ...over,
})

const item = (kind: ActionKind, over: Partial<Action> = {}): SettledItem => ({
  number: 4,
  kind,
  effect: 'neutral',
  personId: 1,
  subject: { key: 'hr:A1', email: 'ada@acme.example', name: 'Ada Lovelace' },
  productId: null,
  before: null,
  after: null,
  reason: { code: 'absent', params: { source: 'HR feed' } },
  sourceIds: [1],
  evidence: null,
  precondition: {},
  seatOrder: null,
  fromPersonId: null,
  ...over,
})

const invite = item('invite', {
  after: { state: 'invited', role: 'member', email: 'ada@acme.example' },
  precondition: { member: null },
})
const suspend = item('suspend', { after: { state: 'suspended' }, precondition: { member: { state: 'active' } } })
const remove = item('remove', {
  after: { state: 'removed' },
  precondition: { member: { state: 'active', role: 'member' } },
})
const demote = item('update_role', {
  after: { role: 'member' },
  precondition: { member: { state: 'active', role: 'admin' } },
})
const rename = item('update_identity', {
  after: { email: 'new@acme.example' },
  precondition: { member: { state: 'active', email: 'ada@acme.example' } },
})
const assign = item('assign', { productId: CAD.id, after: { expiresAt: null }, precondition: { assignment: null } })
const revoke = item('revoke', { productId: CAD.id, precondition: { assignment: { version: 1 } } })
const extend = item('extend', {
  productId: CAD.id,
  after: { expiresAt: null },
  precondition: { assignment: { version: 1 } },
})
const admin = member({ role: 'admin' })
const LENT = {
  personId: 1,
  productId: CAD.id,
  product: 'CAD Pro',
  device: 'WS-204',
  until: '2026-12-02T11:00:00.000Z',
  zone: 'Europe/Berlin',
}
const OUT = { item: 3, code: 'BORROWED_OFFLINE' }
const soon = '2027-06-30T22:00:00.000Z'

describe('settle', () => {
  it.each<[string, SettledItem, Partial<Current>, string, string | null, string[]]>([
    ['invite', invite, { member: null }, 'succeeded', null, ['create_member']],
    ['invite a member', invite, {}, 'noop', 'ALREADY_MEMBER', []],
    [
      'invite whose address is taken',
      invite,
      { member: null, emailTakenBy: 'Bob' },
      'failed_permanent',
      'EMAIL_IN_USE',
      [],
    ],
    [
      'invite somebody removed since',
      invite,
      { member: member({ state: 'removed' }) },
      'skipped_stale',
      'STALE_ITEM',
      [],
    ],
    ['suspend', suspend, {}, 'succeeded', null, ['change_member']],
    ['suspend the suspended', suspend, { member: member({ state: 'suspended' }) }, 'noop', null, []],
    ['suspend the removed', suspend, { member: member({ state: 'removed' }) }, 'skipped_stale', 'STALE_ITEM', []],
    ['suspend nobody', suspend, { member: null }, 'failed_permanent', 'MEMBER_NOT_FOUND', []],
    ['suspend one of two administrators', suspend, { member: admin }, 'failed_permanent', 'LAST_ADMIN', []],
    [
      'suspend one of three administrators',
      suspend,
      { member: admin, activeAdmins: 3 },
      'succeeded',
      null,
      ['change_member'],
    ],
    [
      'row 24: the last administrator',
      { ...remove, precondition: {} },
      { member: admin, activeAdmins: 1, atLeastAdmins: 1 },
      'failed_permanent',
      'LAST_ADMIN',
      [],
    ],
    ['demote one of two', demote, { member: admin }, 'failed_permanent', 'LAST_ADMIN', []],
    ['demote one of three', demote, { member: admin, activeAdmins: 3 }, 'succeeded', null, ['change_member']],
    [
      'demote a suspended administrator',
      { ...demote, precondition: {} },
      { member: { ...admin, state: 'suspended' } },
      'succeeded',
      null,
      ['change_member'],
    ],
    ['demote somebody who is a member', demote, {}, 'noop', null, []],
    ['remove', remove, {}, 'succeeded', null, ['change_member', 'release_link']],
    ['remove the removed', remove, { member: member({ state: 'removed' }) }, 'noop', null, []],
    ['remove who holds a product', remove, { holds: ['CAD Pro'] }, 'failed_permanent', 'HAS_PRODUCTS', []],
    [
      'remove who became an administrator',
      remove,
      { member: admin, activeAdmins: 9 },
      'skipped_stale',
      'STALE_ITEM',
      [],
    ],
    [
      'remove after a failed revoke',
      remove,
      { blockedBy: { item: 3, code: 'STALE_ITEM' } },
      'blocked',
      'BLOCKED_BY',
      [],
    ],
    ['rename', rename, {}, 'succeeded', null, ['change_member']],
    ['rename to a taken address', rename, { emailTakenBy: 'Bob' }, 'failed_permanent', 'EMAIL_IN_USE', []],
    [
      'rename who was renamed so',
      rename,
      { member: member({ profile: profile('new@acme.example') }) },
      'noop',
      null,
      [],
    ],
    [
      'rename who was renamed otherwise',
      rename,
      { member: member({ profile: profile('other@acme.example') }) },
      'skipped_stale',
      'STALE_ITEM',
      [],
    ],
    [
      'an invited person who has accepted is the same',
      { ...rename, precondition: { member: { state: 'invited' } } },
      {},
      'succeeded',
      null,
      ['change_member'],
    ],
    [
      'a user name that is taken',
      item('update_identity', { after: { userName: 'ada' } }),
      { userNameTakenBy: 'Bob' },
      'failed_permanent',
      'USERNAME_IN_USE',
      [],
    ],
    ['assign', assign, {}, 'succeeded', null, ['create_assignment', 'end_seat_wait']],
    ['assign what is held', assign, { assignment: held(CAD.id) }, 'noop', null, ['end_seat_wait']],
    ['assign what is held until a date', assign, { assignment: held(CAD.id, soon) }, 'skipped_stale', 'STALE_ITEM', []],
    ['assign without a seat', assign, { seatFree: false }, 'waiting_seat', 'SEATS_EXHAUSTED', ['wait_for_seat']],
    ['assign to nobody', assign, { member: null }, 'failed_permanent', 'MEMBER_NOT_FOUND', []],
    [
      'assign to the suspended',
      assign,
      { member: member({ state: 'suspended' }) },
      'failed_permanent',
      'MEMBER_SUSPENDED',
      [],
    ],
    [
      'assign a retired product',
      assign,
      { product: { ...CAD, retired: true } },
      'failed_permanent',
      'PRODUCT_NOT_OWNED',
      [],
    ],
    [
      'assign after a failed invite',
      assign,
      { blockedBy: { item: 1, code: 'EMAIL_IN_USE' } },
      'blocked',
      'BLOCKED_BY',
      [],
    ],
    ['revoke', revoke, { assignment: held(CAD.id) }, 'succeeded', null, ['end_assignment']],
    ['revoke what nobody holds', revoke, {}, 'noop', null, []],
    [
      'revoke what was changed since',
      revoke,
      { assignment: { ...held(CAD.id), version: 2 } },
      'skipped_stale',
      'STALE_ITEM',
      [],
    ],
    ['extend', extend, { assignment: held(CAD.id, soon) }, 'succeeded', null, ['change_assignment']],
    ['extend what is so', extend, { assignment: held(CAD.id) }, 'noop', null, []],
    ['extend what is gone', extend, {}, 'skipped_stale', 'STALE_ITEM', []],
    [
      'assign without a seat, unless it may wait',
      assign,
      { seatFree: false, seatMayWait: false },
      'failed_permanent',
      'SEATS_EXHAUSTED',
      [],
    ],
    [
      'row 20: revoke what is on a device',
      revoke,
      { assignment: held(CAD.id), borrows: [LENT] },
      'waiting_borrow',
      'BORROWED_OFFLINE',
      ['wait_for_return'],
    ],
    [
      'revoke while another product is on a device',
      revoke,
      { assignment: held(CAD.id), borrows: [{ ...LENT, productId: 9 }] },
      'succeeded',
      null,
      ['end_assignment'],
    ],
    [
      'revoke what was changed since, on a device',
      revoke,
      { assignment: { ...held(CAD.id), version: 2 }, borrows: [LENT] },
      'skipped_stale',
      'STALE_ITEM',
      [],
    ],
    [
      'remove who has something on a device',
      remove,
      { borrows: [LENT], holds: ['CAD Pro'] },
      'failed_permanent',
      'BORROWED_OFFLINE',
      [],
    ],
    [
      'remove whose revoke waits for a device',
      remove,
      { blockedBy: OUT, borrows: [LENT], holds: ['CAD Pro'] },
      'waiting_borrow',
      'BORROWED_OFFLINE',
      ['wait_for_return'],
    ],
    [
      'remove whose revoke waited, returned since',
      remove,
      { blockedBy: OUT, holds: ['CAD Pro'] },
      'waiting_borrow',
      'BLOCKED_BY',
      ['wait_for_return'],
    ],
    [
      'remove the last administrator, on a device',
      { ...remove, precondition: {} },
      { member: admin, blockedBy: OUT, borrows: [LENT] },
      'failed_permanent',
      'LAST_ADMIN',
      [],
    ],
    ['link', item('link', { fromPersonId: 9 }), {}, 'succeeded', null, ['adopt']],
    ['let go', item('release_claim'), {}, 'succeeded', null, ['release_link']],
  ])('%s', (_, given, facts, state, code, writes) => {
    const { outcome, writes: written } = settle(given, current(facts))
    expect([outcome.number, outcome.state, outcome.code, written.map((one) => one.do)]).toEqual([
      4,
      state,
      code,
      writes,
    ])
  })

  it('tells the numbers of a shortage', () => {
    const { outcome } = settle(assign, current({ seatFree: false, product: { ...CAD, used: 10 } }), { position: 3 })
    expect(outcome.params).toEqual({
      product: 'CAD Pro',
      used: 10,
      owned: 10,
      name: 'Ada Lovelace',
      position: 3,
      needed: '3 seats',
      outcome: 'Ada Lovelace is number 3 in the waiting list.',
    })
  })

  it('tells who did not ask to wait that there is no seat', () => {
    const facts = current({ seatFree: false, seatMayWait: false, product: { ...CAD, used: 10 } })
    expect(outcomeText(settle(assign, facts).outcome)).toEqual({
      message: 'No free seat of CAD Pro: 10 of 10 are used. Ada Lovelace got none.',
      next: 'Free or buy 1 seat. Then assign again, or use --wait.',
    })
  })

  it('tells what is on a device: the last to come back decides', () => {
    const borrows = [LENT, { ...LENT, device: 'laptop', until: '2026-12-05T23:00:00.000Z' }]
    const { outcome, writes } = settle(revoke, current({ assignment: held(CAD.id), borrows }))
    expect(outcomeText(outcome)).toEqual({
      message: 'Ada Lovelace has CAD Pro borrowed on laptop until 5 Dec 2026 (Europe/Berlin).',
      next: 'Ask them to return it. It then happens by itself.',
    })
    const until = '2026-12-06T00:00:00.000Z'
    expect(writes).toEqual([{ do: 'wait_for_return', personId: 1, productId: CAD.id, until }])
    expect(outcomeText(settle(remove, current({ borrows })).outcome)?.next).toBe(
      'Ask them to return it. With --revoke-first the removal then happens by itself.',
    )
  })

  it('a removal waits only where nothing else is in its way', () => {
    const lent = { number: 2, kind: 'revoke', code: 'BORROWED_OFFLINE' } as const
    const failed = { number: 3, kind: 'revoke', code: 'STALE_ITEM' } as const
    expect(blockedBy('remove', [lent, failed])).toEqual({ item: 3, code: 'STALE_ITEM' })
    expect(blockedBy('remove', [lent])).toEqual({ item: 2, code: 'BORROWED_OFFLINE' })
    expect(blockedBy('suspend', [lent, failed])).toBeNull()
  })

  it('a failed change of address blocks nothing', () => {
    expect(Object.values(DEPENDS_ON).flat()).not.toContain('update_identity')
  })
})
