import { describe, expect, it } from 'vitest'
import { count, number, percent } from '../../src/reconcile/amount.ts'
import {
  actionText,
  countsSentence,
  outcomeText,
  personText,
  planHeadline,
  reasonText,
} from '../../src/reconcile/describe.ts'
import { readExpiry } from '../../src/reconcile/expiry.ts'
import { planPerson } from '../../src/reconcile/plan-person.ts'
import { REASON_CODES } from '../../src/reconcile/reason.ts'
import { isFailureCode, REASONS, reasonNext, reasonSentence } from '../../src/reconcile/reasons.ts'
import { AT, balanced, CAD, newcomer, policyOf, profile, row, SIM, says, ZONE } from '../support/world.ts'

const names = { products: new Map([CAD, SIM].map((one) => [one.id, one.name])), zone: ZONE }
const END = '2027-06-30T22:00:00.000Z'
const listed = (expiresAt: string | null) => row({ products: [{ product: 'cad', expiresAt }] })
const told = (person: ReturnType<typeof newcomer>) =>
  planPerson(person, policyOf(), AT).map((one) => actionText(one, names))

describe('actions as sentences', () => {
  it.each([
    [
      'joins',
      newcomer([listed(END)]),
      [
        'Invite Ada Lovelace <ada@acme.example>',
        'Assign CAD Pro to Ada Lovelace <ada@acme.example> until 30 Jun 2027 (Europe/Berlin)',
      ],
    ],
    [
      'leaves',
      says(balanced([listed(null)]), []),
      ['Revoke CAD Pro from Ada Lovelace <ada@acme.example>', 'Remove Ada Lovelace <ada@acme.example>'],
    ],
    [
      'is renamed',
      says(balanced([row()]), [row({ profile: profile('ada@new.example', { language: 'de' }) })]),
      ['Rename Ada Lovelace <ada@acme.example>: e-mail ada@acme.example → ada@new.example, language (none) → de'],
    ],
    [
      'gets a role',
      says(balanced([row()]), [row({ groups: ['admins'] })]),
      ['Change the role of Ada Lovelace <ada@acme.example> from member to admin'],
    ],
    [
      'gets longer',
      says(balanced([listed(END)]), [listed(null)]),
      ['Extend CAD Pro of Ada Lovelace <ada@acme.example> for good'],
    ],
    [
      'gets shorter',
      says(balanced([listed(null)]), [listed(END)]),
      ['Shorten CAD Pro of Ada Lovelace <ada@acme.example>, until 30 Jun 2027 (Europe/Berlin)'],
    ],
  ])('somebody %s', (_, person, sentences) => {
    expect(told(person)).toEqual(sentences)
  })

  it('without a name the address stands alone', () => {
    expect(personText({ name: null, email: 'x@acme.example' })).toBe('x@acme.example')
  })
})

describe('amounts', () => {
  it('have separators, and one is one', () => {
    expect([number(1234567), count(1, 'person', 'people'), count(0, 'seat'), count(2000, 'seat')]).toEqual([
      '1,234,567',
      '1 person',
      '0 seats',
      '2,000 seats',
    ])
    expect([percent(1, 3), percent(450, 1000), percent(0, 0), percent(2, 0)]).toEqual([
      '33.3 %',
      '45 %',
      '0 %',
      '100 %',
    ])
  })

  it('counts are read out in one order', () => {
    const counts = { remove: 4, revoke: 9, update_identity: 3, assign: 52, invite: 40, link: 0 }
    expect(countsSentence(counts, 3607)).toBe(
      'Invite 40 · Assign 52 · Revoke 9 · Rename 3 · Remove 4 — 3,607 unchanged',
    )
    expect(countsSentence({}, 12)).toBe('Nothing to do — 12 unchanged')
    expect(countsSentence({ invite: 1 })).toBe('Invite 1')
  })

  it('a plan in one sentence', () => {
    expect(planHeadline({ id: 'pln_7', state: 'awaiting_approval', items: 1, people: 1 })).toBe(
      'pln_7 waits for approval: 1 action for 1 person.',
    )
    expect(planHeadline({ id: 'pln_8', state: 'applied', items: 1080, people: 610 })).toBe(
      'pln_8 was applied: 1,080 actions for 610 people.',
    )
  })
})

describe('reasons', () => {
  it.each(REASON_CODES.map((code) => [code]))('%s reads as half a sentence', (code) => {
    const params = Object.fromEntries(
      'source rule product because actor date by others'.split(' ').map((name) => [name, `<${name}>`]),
    )
    expect(reasonText({ code, params })).not.toMatch(/undefined|[.{}]$/)
    expect(reasonText({ code, params })).toMatch(/<\w+>/)
  })

  it('tells why in a few words', () => {
    expect(reasonText({ code: 'absent', params: { source: 'HR feed' } })).toBe('no longer in HR feed')
    const pinned = '30 Nov 2026 (Europe/Berlin)'
    expect(reasonText({ code: 'returned', params: { source: 'HR feed', pinned } })).toBe(
      `is back in HR feed; pinned until ${pinned}`,
    )
    expect(
      reasonText({ code: 'matched_rule', params: { rule: 'eng', source: 'HR feed', product: 'CAD', because: '' } }),
    ).toBe('rule eng of HR feed gives CAD')
  })
})

describe('the catalogue of failure reasons', () => {
  it.each(Object.entries(REASONS))('%s is a sentence and a next step', (code, reason) => {
    if (!isFailureCode(code)) throw new Error(code)
    expect(reason.sentence).toMatch(/^(?:["{]|[A-Z])/)
    expect(reasonSentence(code, {})).toMatch(/[.?]$/)
    expect(reasonNext(code)).toMatch(/^[A-Z].*\.$/)
    expect(reason.status === null || (reason.status >= 400 && reason.status <= 599)).toBe(true)
  })

  it('fills in values, defaults, and never shows a brace', () => {
    expect(reasonSentence('EMAIL_IN_USE', { v: 'a@x.com', other: 'Bob' })).toBe('a@x.com already belongs to Bob.')
    expect(reasonSentence('EMAIL_IN_USE', {})).toBe('? already belongs to ?.')
    expect(reasonSentence('EMAIL_IN_USE', { v: '$& {other}', other: '$1' })).toBe('$& {other} already belongs to $1.')
    expect(reasonNext('EXPIRY_INVALID')).toMatch(/^Write it like 2027-06-30;/)
    expect(reasonNext('EXPIRY_INVALID', { date: '2023-03-15' })).toMatch(/^Write it like 2023-03-15;/)
  })

  it('says of a date that cannot be read which one it could be, or what is missing', () => {
    const told = (text: string) => {
      const reading = readExpiry(text, { zone: 'Europe/Berlin' })
      return reading.ok ? '' : reasonSentence(reading.code, reading.params)
    }
    expect(told('46568')).toBe(
      '"46568" is not a date that can be read without guessing (as the number of a day in a spreadsheet it would be 2027-06-30).',
    )
    expect(told('30.06.2027')).toBe(
      '"30.06.2027" is not a date that can be read without guessing (day or month first? date_order of the source says which).',
    )
    expect(told('soon')).toBe(
      '"soon" is not a date that can be read without guessing (it is not written like 2027-06-30).',
    )
  })

  it('one code tells two truths, and what is not known leaves no trace', () => {
    const seats = { product: 'CAD Pro', used: 10, owned: 10, needed: '1 seat' }
    const failed = { ...seats, outcome: 'Ada got none.', after: 'Then assign again, or use --wait.' }
    expect(outcomeText({ code: 'SEATS_EXHAUSTED', params: failed })).toEqual({
      message: 'No free seat of CAD Pro: 10 of 10 are used. Ada got none.',
      next: 'Free or buy 1 seat. Then assign again, or use --wait.',
    })
    expect(outcomeText({ code: 'SEATS_EXHAUSTED', params: seats })).toEqual({
      message: 'No free seat of CAD Pro: 10 of 10 are used. They are in the waiting list.',
      next: 'Free or buy 1 seat. It then happens by itself.',
    })
    expect(reasonSentence('MEMBER_NOT_FOUND', { v: 'ad@acme.example' })).toBe('ad@acme.example is not a member.')
    const similar = { v: 'ad@acme.example', similar: 'Did you mean ada@acme.example?' }
    expect(reasonSentence('MEMBER_NOT_FOUND', similar)).toBe(
      'ad@acme.example is not a member. Did you mean ada@acme.example?',
    )
  })

  it('an outcome says what happened and what to do; one that simply succeeded says nothing', () => {
    expect(outcomeText({ code: null, params: {} })).toBeNull()
    expect(outcomeText({ code: 'HAS_PRODUCTS', params: { name: 'Ada', list: 'CAD Pro' } })).toEqual({
      message: 'Ada still holds CAD Pro.',
      next: 'Revoke first (rosterd revoke, or --revoke-first).',
    })
    expect(outcomeText({ code: 'toString', params: {} })?.message).toBe('Something went wrong inside (toString).')
    expect(isFailureCode('toString')).toBe(false)
  })
})
