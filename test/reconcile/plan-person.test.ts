import { describe, expect, it } from 'vitest'
import type { Case, Sighting } from '../../src/reconcile/model.ts'
import { type Policy, planPerson, waitsOf } from '../../src/reconcile/plan-person.ts'
import {
  AT,
  applyPlan,
  balanced,
  CAD,
  HR,
  held,
  kinds,
  LATER,
  MANUAL,
  member,
  newcomer,
  PARTNERS,
  policyOf,
  profile,
  row,
  SIM,
  says,
  wait,
} from '../support/world.ts'

const engineer = () => row({ groups: ['Engineering'] })
const byHand = () => row({ source: MANUAL, anchor: 'ada@acme.example' })
const renamed = () => row({ groups: ['Engineering'], profile: profile('new@acme.example', { firstName: 'Augusta' }) })
const plain = policyOf()
const byPolicy: Policy = { ...plain, approving: new Set([HR.id]) }

const TWO_DAYS_AGO = '2026-11-20T10:00:00.000Z'

/** Ada, whom the HR feed no longer shows: since two days, and a second file said so too, unless said otherwise. */
const missing = (sighting: Partial<Sighting>, since = TWO_DAYS_AGO): Case => ({
  ...says(balanced([engineer()]), []),
  waits: [{ personId: 1, productId: 0, kind: 'absence', since, until: null }],
  sightings: [{ sourceId: HR.id, told: false, repeated: true, ...sighting }],
})

interface Line {
  name: string
  person: Case
  policy?: Policy
  at?: string
  plan: string[]
}

const lines: Line[] = [
  { name: 'somebody who is as wanted gets nothing', person: balanced([engineer()]), plan: [] },
  {
    name: 'a removed member whom nobody wants gets nothing',
    person: { ...says(balanced([engineer()]), []), member: member({ state: 'removed' }), assignments: [] },
    plan: [],
  },
  {
    name: 'somebody unknown whom nobody wants gets nothing',
    person: newcomer([row({ groups: ['Robots'] })]),
    plan: [],
  },
  {
    name: 'a newcomer is invited before their product is assigned',
    person: newcomer([engineer()]),
    plan: ['invite', 'assign cad'],
  },
  {
    name: 'a newcomer about whom a decision is open is left alone',
    person: { ...newcomer([engineer()]), waits: [wait('decision', null)] },
    plan: [],
  },
  {
    name: 'a newcomer whose address somebody still has is not yet invited',
    person: { ...newcomer([engineer()]), waits: [wait('address', null)] },
    plan: [],
  },
  {
    name: 'somebody who comes back to an address that somebody else still has is not yet reactivated',
    person: { ...newcomer([engineer()]), member: member({ state: 'removed' }), waits: [wait('address', null)] },
    plan: [],
  },
  {
    name: 'a rename to an address that somebody still has waits, and nothing else does',
    person: { ...says(balanced([row()]), [renamed()]), waits: [wait('address', null)] },
    plan: ['update_profile', 'assign cad'],
  },
  {
    name: 'a rename that will be refused goes apart from everything else',
    person: says(balanced([row()]), [renamed()]),
    policy: { ...plain, refused: new Set([row().personId]) },
    plan: ['update_identity', 'update_profile', 'assign cad'],
  },
  {
    name: 'a newcomer who starts later is not yet invited',
    person: newcomer([row({ groups: ['Engineering'], startAt: LATER })]),
    plan: [],
  },
  {
    name: 'and is invited when the day has come',
    person: newcomer([row({ groups: ['Engineering'], startAt: LATER })]),
    at: LATER,
    plan: ['invite', 'assign cad'],
  },
  {
    name: 'a newcomer on leave is not invited',
    person: newcomer([row({ groups: ['Engineering'], status: 'leave' })]),
    plan: [],
  },
  {
    name: 'a member who gets a group gets its product',
    person: says(balanced([row()]), [engineer()]),
    plan: ['assign cad'],
  },
  {
    name: 'a member who loses a group loses its product',
    person: says(balanced([engineer()]), [row()]),
    plan: ['revoke cad'],
  },
  {
    name: 'on leave: suspended, the seat is kept',
    person: says(balanced([engineer()]), [row({ groups: ['Engineering'], status: 'leave' })]),
    plan: ['suspend'],
  },
  {
    name: 'on leave nobody gets a new product',
    person: says(balanced([row({ status: 'leave' })]), [row({ groups: ['Engineering'], status: 'leave' })]),
    plan: [],
  },
  {
    name: 'back from leave: reactivated',
    person: says(balanced([row({ groups: ['Engineering'], status: 'leave' })]), [engineer()]),
    plan: ['reactivate'],
  },
  {
    name: 'absent: the revokes, then the removal',
    person: says(balanced([engineer()]), []),
    plan: ['revoke cad', 'remove'],
  },
  {
    name: 'hidden by an exclude rule counts as absent',
    person: says(balanced([engineer()]), [row({ groups: ['Robots'] })]),
    plan: ['revoke cad', 'remove'],
  },
  {
    name: 'an explicit leaver loses access at once and stays a member for the grace',
    person: says(balanced([engineer()]), [row({ status: 'leaver' })]),
    plan: ['suspend', 'revoke cad'],
  },
  {
    name: 'a leaver within the grace is left alone',
    person: {
      ...says(balanced([row()], { state: 'suspended' }), [row({ status: 'leaver' })]),
      waits: [wait('grace', LATER)],
    },
    plan: [],
  },
  {
    name: 'a leaver whose grace is over is removed',
    person: {
      ...says(balanced([row()], { state: 'suspended' }), [row({ status: 'leaver' })]),
      waits: [wait('grace', AT)],
    },
    plan: ['remove'],
  },
  {
    name: 'a leaver who holds something again is not removed',
    person: {
      ...says(balanced([row()], { state: 'suspended' }), [row({ status: 'leaver' })]),
      waits: [wait('grace', AT)],
      assignments: [held(SIM.id)],
    },
    plan: ['revoke sim'],
  },
  {
    name: 'rejected absence: not proposed again',
    person: { ...says(balanced([engineer()]), []), waits: [wait('rejected', null)] },
    plan: [],
  },
  {
    name: 'where a policy approves, an absence waits',
    person: says(balanced([engineer()]), []),
    policy: byPolicy,
    plan: [],
  },
  {
    name: 'a day alone does not make it certain',
    person: missing({ repeated: false }),
    policy: byPolicy,
    plan: [],
  },
  {
    name: 'nor does a second file within the day',
    person: missing({}, AT),
    policy: byPolicy,
    plan: [],
  },
  {
    name: 'both do: products and access go, the membership stays',
    person: missing({}),
    policy: byPolicy,
    plan: ['suspend', 'revoke cad'],
  },
  {
    name: 'what a row said in so many words waits for nothing',
    person: missing({ told: true, repeated: false }),
    policy: byPolicy,
    plan: ['revoke cad', 'remove'],
  },
  {
    name: 'a lost group waits as an absence does',
    person: says(balanced([engineer()]), [row()]),
    policy: byPolicy,
    plan: [],
  },
  {
    name: 'an explicit leaver waits for nothing where a policy approves',
    person: says(balanced([engineer()]), [row({ status: 'leaver' })]),
    policy: byPolicy,
    plan: ['suspend', 'revoke cad'],
  },
  {
    name: 'a rejected revoke keeps its holder a member',
    person: { ...says(balanced([engineer()]), []), waits: [wait('rejected', null, CAD.id)] },
    plan: [],
  },
  {
    name: 'a removed member who is back is the same member again',
    person: { ...newcomer([engineer()]), member: member({ state: 'removed' }) },
    plan: ['reactivate', 'assign cad'],
  },
  {
    name: 'protected: never subtractive',
    person: says(balanced([row({ groups: ['Engineering', 'Board'] })]), []),
    plan: [],
  },
  { name: 'owners: never subtractive', person: says(balanced([engineer()], { role: 'owner' }), []), plan: [] },
  {
    name: 'administrators: not by a source that may not manage them',
    person: says(balanced([engineer()], { role: 'admin' }), []),
    plan: [],
  },
  {
    name: 'administrators: by a source that may',
    person: says(balanced([engineer()], { role: 'admin' }), []),
    policy: policyOf({ sources: [{ ...HR, managesAdmins: true }] }),
    plan: ['revoke cad', 'remove'],
  },
  {
    name: 'a disconnected source takes nothing',
    person: says(balanced([engineer()]), []),
    policy: policyOf({ sources: [{ ...HR, connected: false }] }),
    plan: [],
  },
  {
    name: 'somebody whom no source ever brought is left alone',
    person: { ...says(balanced([engineer()]), []), links: [] },
    plan: [],
  },
  { name: 'a role is raised', person: says(balanced([row()]), [row({ groups: ['admins'] })]), plan: ['update_role'] },
  {
    name: 'a role is lowered by a source that may',
    person: says(balanced([row({ groups: ['admins'] })]), [row()]),
    policy: policyOf({ sources: [{ ...HR, managesAdmins: true }] }),
    plan: ['update_role'],
  },
  {
    name: 'a role is not lowered by a source that may not',
    person: says(balanced([row({ groups: ['admins'] })]), [row()]),
    plan: [],
  },
  {
    name: 'a waiting seat is asked for once',
    person: { ...says(balanced([row()]), [engineer()]), waits: [wait('seat', null, CAD.id)] },
    policy: policyOf({ products: [{ ...CAD, used: 10 }] }),
    plan: [],
  },
  {
    name: 'and again when a seat is free',
    person: { ...says(balanced([row()]), [engineer()]), waits: [wait('seat', null, CAD.id)] },
    policy: policyOf({ products: [{ ...CAD, used: 9 }] }),
    plan: ['assign cad'],
  },
  {
    name: 'the reserve is not for sync',
    person: { ...says(balanced([row()]), [engineer()]), waits: [wait('seat', null, CAD.id)] },
    policy: policyOf({ products: [{ ...CAD, used: 9, reserve: 1 }] }),
    plan: [],
  },
]

describe('planPerson', () => {
  it.each(lines)('$name', ({ person, policy = plain, at = AT, plan }) => {
    expect(kinds(planPerson(person, policy, at))).toEqual(plan)
  })

  it('row 8: a change of case is only the display form', () => {
    const person = says(balanced([row({ email: 'A@X.com' })]), [row({ email: 'a@x.com' })])
    const [action, ...rest] = planPerson(person, plain, AT)
    expect(rest).toEqual([])
    expect(action).toMatchObject({
      kind: 'update_profile',
      effect: 'neutral',
      before: { email: 'A@X.com' },
      after: { email: 'a@x.com' },
    })
  })

  it('row 9: an address that changed under the same id is one update, and nothing else moves', () => {
    const moved = row({ groups: ['Engineering'], profile: profile('ada@new.example', { firstName: 'Augusta' }) })
    const actions = planPerson(says(balanced([engineer()]), [moved]), plain, AT)
    expect(kinds(actions)).toEqual(['update_identity'])
    expect(actions[0]?.after).toEqual({ email: 'ada@new.example', firstName: 'Augusta' })
    expect(actions[0]?.precondition).toEqual({ member: { state: 'active', email: 'ada@acme.example' } })
  })

  it('who comes back takes no user name up again that no source gives them today: somebody else may have it', () => {
    const removed = member({ state: 'removed', profile: profile('ada@acme.example', { userName: 'ada' }) })
    const back = (over: object) => {
      const person = newcomer([row({ profile: profile('ada@acme.example', over) })])
      return planPerson({ ...person, member: removed }, plain, AT)[0]
    }
    expect(back({})).toMatchObject({ kind: 'reactivate', before: { userName: 'ada' }, after: { userName: null } })
    expect(back({ userName: 'ada' })).toMatchObject({ after: { userName: 'ada', email: 'ada@acme.example' } })
  })

  it('row 14: somebody invited by hand who was also in the feed stays when the feed lets go', () => {
    const both = balanced([byHand(), engineer()])
    const actions = planPerson(says(both, [byHand()]), plain, AT)
    expect(kinds(actions)).toEqual(['release_claim', 'revoke cad'])
    expect(actions[0]?.reason).toEqual({ code: 'still_wanted', params: { source: 'HR feed', others: 'By hand' } })
  })

  it('row 15: who leaves one of two sources keeps the membership and loses what only that one gave', () => {
    const partner = row({ source: PARTNERS, anchor: 'P7' })
    const actions = planPerson(says(balanced([engineer(), partner]), [partner]), plain, AT)
    expect(kinds(actions)).toEqual(['release_claim', 'revoke cad'])
  })

  it('row 23: of two grants the later end decides', () => {
    const soon = row({ products: [{ product: 'cad', expiresAt: '2027-01-01T00:00:00.000Z' }] })
    const person = says(balanced([soon]), [soon, row({ source: PARTNERS, anchor: 'P7', groups: ['Engineering'] })])
    const [action, ...rest] = planPerson(person, plain, AT)
    expect(rest).toEqual([])
    expect(action).toMatchObject({ kind: 'extend', effect: 'additive', after: { expiresAt: null } })
  })

  const END = '2027-06-30T22:00:00.000Z'
  it.each([
    ['earlier by more than a day takes away', END, '2027-06-01T22:00:00.000Z', 'shorten', 'subtractive'],
    ['earlier by a day is neutral', END, '2027-06-29T22:00:00.000Z', 'shorten', 'neutral'],
    ['an end where there was none takes away', null, END, 'shorten', 'subtractive'],
    ['later gives', END, '2027-07-30T22:00:00.000Z', 'extend', 'additive'],
    ['no end any more gives', END, null, 'extend', 'additive'],
  ])('an end that is moved: %s', (_, before, after, kind, effect) => {
    const listed = (expiresAt: string | null) => row({ products: [{ product: 'cad', expiresAt }] })
    const actions = planPerson(says(balanced([listed(before)]), [listed(after)]), plain, AT)
    expect(actions.map((one) => [one.kind, one.effect, one.before, one.after])).toEqual([
      [kind, effect, { expiresAt: before }, { expiresAt: after }],
    ])
  })

  it('an end that has come was foreseen: nobody caused it, and even the protected lose it', () => {
    const listed = row({ groups: ['Board'], products: [{ product: 'cad', expiresAt: LATER }] })
    const [action, ...rest] = planPerson(balanced([listed]), plain, LATER)
    expect(rest).toEqual([])
    expect(action).toMatchObject({
      kind: 'revoke',
      sourceIds: [],
      reason: { code: 'expired', params: { product: 'CAD Pro' } },
    })
  })

  it('an end in the past that a source has only now given was not foreseen', () => {
    const before = balanced([row({ products: [{ product: 'cad', expiresAt: null }] })])
    const actions = planPerson(says(before, [row({ products: [{ product: 'cad', expiresAt: AT }] })]), plain, AT)
    expect(actions.map((one) => [one.kind, one.sourceIds])).toEqual([['revoke', [HR.id]]])
  })

  it('a newcomer found to be somebody known brings their link, and what they want counts at once', () => {
    const known = balanced([byHand()])
    const told = row({ groups: ['Engineering'], profile: profile('ada@acme.example', { firstName: 'Augusta' }) })
    const { links, claims, grants } = newcomer([byHand(), told])
    const adopted: Case['adopted'] = [{ fromPersonId: 9, sourceId: HR.id, anchor: 'A1', by: 'email' }]
    const met: Case = { ...known, rows: [byHand(), told], links, claims, grants, adopted }
    const actions = planPerson(met, plain, AT)
    expect(kinds(actions)).toEqual(['link', 'update_profile', 'assign cad'])
    expect(actions[0]).toMatchObject({ fromPersonId: 9, after: { link: 'hr:A1' } })
    expect(actions[1]?.after).toEqual({ firstName: 'Augusta' })
  })

  it('every action says why and where it was read', () => {
    const actions = planPerson(newcomer([engineer()]), plain, AT)
    expect(actions.map((one) => one.reason)).toEqual([
      { code: 'joined', params: { source: 'HR feed' } },
      {
        code: 'matched_rule',
        params: { rule: 'engineers', source: 'HR feed', product: 'CAD Pro', because: 'group Engineering' },
      },
    ])
    expect(actions.map((one) => one.evidence?.line)).toEqual([2, 2])
  })

  it('a revoke tells which rule no longer matches', () => {
    const [action] = planPerson(says(balanced([engineer()]), [row()]), plain, AT)
    expect(action?.reason.params['because']).toBe('rule engineers needs group Engineering')
  })
})

describe('waitsOf', () => {
  it('finds the first day that is still to come', () => {
    const person = newcomer([row({ startAt: LATER })])
    expect(waitsOf(person, plain, AT)).toEqual([{ personId: 1, productId: 0, kind: 'start', since: AT, until: LATER }])
  })

  it('begins the grace when a leaver is suspended and holds nothing, and keeps it as it is', () => {
    const first = applyPlan(says(balanced([engineer()]), [row({ status: 'leaver' })]), plain, AT)
    expect(first.person.waits).toEqual([
      { personId: 1, productId: 0, kind: 'grace', since: AT, until: '2026-11-29T10:00:00.000Z' },
    ])
    expect(waitsOf(first.person, first.policy, '2026-11-25T10:00:00.000Z')).toEqual(first.person.waits)
  })

  it('counts an absence from the first file, where a policy approves, and not at all where a person does', () => {
    const gone = says(balanced([engineer()]), [])
    const absence = { personId: 1, productId: 0, kind: 'absence', since: AT, until: '2026-11-23T10:00:00.000Z' }
    expect(waitsOf(gone, byPolicy, AT)).toEqual([absence])
    expect(waitsOf(gone, plain, AT)).toEqual([])
    expect(waitsOf(missing({ repeated: false }), byPolicy, AT)).toEqual([
      { ...absence, since: TWO_DAYS_AGO, until: '2026-11-21T10:00:00.000Z' },
    ])
    expect(waitsOf(says(balanced([engineer()]), [row()]), byPolicy, AT)).toEqual([{ ...absence, productId: CAD.id }])
  })

  it('ends the membership two weeks after the first file', () => {
    const person = { ...missing({}), member: member({ state: 'suspended' }), assignments: [] }
    const grace = { personId: 1, productId: 0, kind: 'grace', since: AT, until: '2026-12-04T10:00:00.000Z' }
    expect(waitsOf(person, byPolicy, AT)).toEqual([grace])
  })

  it('finds nothing for somebody in balance', () => {
    expect(waitsOf(balanced([engineer()]), plain, AT)).toEqual([])
  })
})
