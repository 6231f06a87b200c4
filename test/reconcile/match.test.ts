import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Candidate, type MatchSource, match, type Newcomer, type Pair } from '../../src/reconcile/match.ts'
import { AT } from '../support/world.ts'

const HR: MatchSource = { id: 1, key: 'hr', trust: 100 }
const PARTNERS: MatchSource = { id: 2, key: 'partners', trust: 50 }
const MANUAL: MatchSource = { id: 3, key: 'manual', trust: 0 }
const policy = { verifiedDomains: new Set(['acme.example']), at: AT }

const newcomer = (personId: number, over: Partial<Newcomer> = {}): Newcomer => ({
  personId,
  source: HR,
  anchor: `A${personId}`,
  emailKey: 'ada@acme.example',
  userNameKey: null,
  domain: 'acme.example',
  name: 'Ada Lovelace',
  ...over,
})

const candidate = (personId: number, over: Partial<Candidate> = {}): Candidate => ({
  personId,
  email: `known${personId}@acme.example`,
  name: null,
  by: 'email',
  member: { role: 'member', state: 'active', removedAt: null },
  linkedSources: [{ ...MANUAL, state: 'linked' }],
  wants: false,
  ...over,
})

const answers = (newcomers: Newcomer[], pairs: Pair[]) =>
  match(newcomers, pairs, policy).map((one) =>
    one.kind === 'link' ? `link to ${one.personId} by ${one.adoption.by}` : `${one.kind}: ${one.why}`,
  )

const one = (over: Partial<Candidate>, who: Partial<Newcomer> = {}) =>
  answers([newcomer(1, who)], [{ newcomer: 1, candidate: candidate(7, over) }])

describe('match', () => {
  it('nobody similar: a new person, no answer', () => {
    expect(answers([newcomer(1)], [])).toEqual([])
  })

  it('row 14: one plain member added by hand is linked', () => {
    expect(match([newcomer(1)], [{ newcomer: 1, candidate: candidate(7) }], policy)).toEqual([
      { kind: 'link', personId: 7, adoption: { fromPersonId: 1, sourceId: 1, anchor: 'A1', by: 'email' } },
    ])
  })

  const removed = (removedAt: string) => ({ member: { role: 'member', state: 'removed', removedAt } as const })

  it.each([
    [
      'an administrator',
      one({ member: { role: 'admin', state: 'active', removedAt: null } }),
      ['adopt: known7@acme.example exists and has the role admin.'],
    ],
    [
      'linked to a source trusted as much',
      one({ linkedSources: [{ ...PARTNERS, trust: 100 }] }),
      ['adopt: known7@acme.example exists and is linked to partners, which is trusted as much or more.'],
    ],
    ['linked to a source trusted less', one({ linkedSources: [PARTNERS] }), ['link to 7 by email']],
    [
      'released by a source trusted more',
      one({ linkedSources: [{ ...PARTNERS, trust: 200, state: 'released' }] }),
      ['link to 7 by email'],
    ],
    [
      'a domain that is not verified',
      one({}, { domain: 'else.example' }),
      ['adopt: known7@acme.example exists and else.example is not one of the verified domains.'],
    ],
    ['shown by the same source right now under another id', one({ linkedSources: [{ ...HR, state: 'linked' }] }), []],
    [
      'shown by the same source before under another id',
      one({ linkedSources: [{ ...HR, state: 'ghost' }] }),
      ['same_person: hr showed known7@acme.example under another id before.'],
    ],
    [
      'removed this year',
      one(removed('2026-10-01T00:00:00.000Z')),
      ['same_person: known7@acme.example was removed on 2026-10-01, and hr shows that address under another id.'],
    ],
    ['removed long ago', one(removed('2025-10-01T00:00:00.000Z')), []],
    ['known, but no member yet', one({ member: null }), ['link to 7 by email']],
  ])('%s', (_, found, expected) => {
    expect(found).toEqual(expected)
  })

  it('a user name goes before an address', () => {
    const pairs = [
      { newcomer: 1, candidate: candidate(7) },
      { newcomer: 1, candidate: candidate(8, { by: 'user_name' }) },
    ]
    expect(answers([newcomer(1)], pairs)).toEqual(['link to 8 by user_name'])
  })

  it('two candidates: nobody guesses', () => {
    const pairs = [7, 8].map((id) => ({ newcomer: 1, candidate: candidate(id) }))
    expect(answers([newcomer(1)], pairs)).toEqual([
      'ambiguous: Ada Lovelace of hr could be known7@acme.example or known8@acme.example.',
    ])
  })

  it('two newcomers for one candidate: both wait', () => {
    const pairs = [1, 2].map((id) => ({ newcomer: id, candidate: candidate(7) }))
    const found = match([newcomer(1), newcomer(2)], pairs, policy)
    expect(found.map((one) => (one.kind === 'link' ? 'link' : [one.newcomer, one.code]))).toEqual([
      [1, 'AMBIGUOUS_MATCH'],
      [2, 'AMBIGUOUS_MATCH'],
    ])
  })

  it('two rows of one source under one address are a question, for each that is new and about all of them', () => {
    const shown = (anchor: string) => [{ ...HR, state: 'linked', anchor } as const]
    const pairs = [
      { newcomer: 1, candidate: candidate(7, { wants: true, name: 'Ada King', linkedSources: shown('A7') }) },
      {
        newcomer: 1,
        candidate: candidate(2, { wants: true, name: 'Ada L', member: null, linkedSources: shown('A2') }),
      },
      { newcomer: 2, candidate: candidate(1, { wants: true, member: null, linkedSources: shown('A1') }) },
    ]
    const found = match([newcomer(1), newcomer(2, { name: 'Ada L' })], pairs, policy)
    expect(found).toMatchObject([
      {
        kind: 'shared',
        newcomer: 1,
        candidates: [2, 7],
        code: 'AMBIGUOUS_MATCH',
        why: 'Ada King (hr A7) and Ada L (hr A2) and Ada Lovelace (hr A1) have the address ada@acme.example. Correct it in hr; or link them, if they are one person.',
      },
      { kind: 'shared', newcomer: 2, candidates: [1] },
    ])
  })

  it('a row that is on its way out shares nothing', () => {
    const leaver = candidate(7, { wants: false, linkedSources: [{ ...HR, state: 'linked', anchor: 'A7' }] })
    expect(answers([newcomer(1)], [{ newcomer: 1, candidate: leaver }])).toEqual([])
  })

  it('two newcomers found in each other are joined one way: the better trusted source adopts', () => {
    const people = [newcomer(1), newcomer(2, { source: PARTNERS })]
    const pairs = [
      { newcomer: 1, candidate: candidate(2, { member: null, linkedSources: [{ ...PARTNERS, state: 'linked' }] }) },
      { newcomer: 2, candidate: candidate(1, { member: null, linkedSources: [{ ...HR, state: 'linked' }] }) },
    ]
    expect(answers(people, pairs)).toEqual(['link to 2 by email'])
  })

  it('the order of newcomers and pairs does not matter', () => {
    const sources = [HR, PARTNERS]
    const pairArb = fc.record({
      newcomer: fc.integer({ min: 1, max: 4 }),
      candidate: fc
        .record({
          id: fc.integer({ min: 1, max: 9 }),
          by: fc.constantFrom('email', 'user_name'),
          linked: fc.subarray([HR, { ...PARTNERS, state: 'linked' as const }, MANUAL]),
          wants: fc.boolean(),
        })
        .map(({ id, by, linked, wants }) => candidate(id, { by, wants, linkedSources: linked })),
    })
    fc.assert(
      fc.property(
        fc.uniqueArray(pairArb, { selector: (p) => `${p.newcomer} ${p.candidate.personId} ${p.candidate.by}` }),
        (pairs) => {
          const people = [1, 2, 3, 4].map((id) => newcomer(id, { source: sources[id % 2] ?? HR }))
          const found = match(people, pairs, policy)
          expect(match(people.toReversed(), pairs.toReversed(), policy)).toEqual(found)
          const adopted = found.flatMap((one) => (one.kind === 'link' ? one.personId : []))
          expect(new Set(adopted).size).toBe(adopted.length)
        },
      ),
    )
  })
})
