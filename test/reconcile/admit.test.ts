/** Whether a file may reach the directory: what is measured, where the limits lie, and what is said. */
import { describe, expect, it } from 'vitest'
import { admit, admitCount, type Staged, worstOf } from '../../src/reconcile/admit.ts'
import { type Consent, consentEnds, weigh } from '../../src/reconcile/consent.ts'
import { limitsSchema } from '../../src/reconcile/guard.ts'

const limits = limitsSchema.parse({})
const WHOLE: Staged = {
  rows: 1000,
  people: 1000,
  errors: 0,
  evidence: 'atomic_rename',
  known: 1000,
  missing: 0,
  lostZeros: 0,
}
const USUAL = { acceptedPeopleCounts: [1000, 990, 1010, 1000, 400] }
const told = (guard: string, over: Partial<Staged>, history = USUAL, set = limits) => {
  const rows = over.rows ?? (over.people ?? 1000) + (over.errors ?? 0)
  return admit({ ...WHOLE, rows, ...over }, history, set).find((one) => one.guard === guard)
}

it('tells every check of a file, passes included', () => {
  const findings = admit(WHOLE, USUAL, limits)
  expect(findings.map((one) => [one.guard, one.verdict])).toEqual([
    ['G12', 'pass'],
    ['G13', 'pass'],
    ['G14', 'pass'],
    ['LEADING_ZEROS', 'pass'],
  ])
  expect(worstOf(findings)).toBe('pass')
})

it('row 1: a header and no people is refused', () => {
  const findings = admit({ ...WHOLE, rows: 0, people: 0, missing: 1000 }, USUAL, limits)
  expect(findings).toMatchObject([{ guard: 'FILE_EMPTY', verdict: 'refuse' }])
  expect(worstOf(findings)).toBe('refuse')
})

describe('G12, a file smaller than usual', () => {
  it.each([
    ['as usual', { people: 1000 }, 'pass'],
    ['more than usual', { people: 9000 }, 'pass'],
    ['80 % of the median', { people: 800 }, 'pass'],
    ['80 % with its broken rows', { people: 700, errors: 100 }, 'pass'],
    ['less than 80 %', { people: 799 }, 'hold'],
    ['half', { people: 500 }, 'hold'],
    ['less than half', { people: 499 }, 'refuse'],
    ['rows, but nobody in them', { people: 0, errors: 1000 }, 'refuse'],
  ])('%s: %s', (_, over, verdict) => {
    expect(told('G12', over)).toMatchObject({ verdict, nature: 'amount' })
  })

  it('the first file has nothing to be compared with, but somebody must be in it', () => {
    const first = { acceptedPeopleCounts: [] }
    expect(told('G12', { people: 1 }, first)).toMatchObject({ verdict: 'pass' })
    expect(told('G12', { people: 0, errors: 3 }, first)).toMatchObject({ verdict: 'refuse' })
  })

  it('the median of an even number is the middle between two', () => {
    expect(told('G12', { people: 79 }, { acceptedPeopleCounts: [50, 150] })).toMatchObject({ of: 100, limit: 80 })
  })

  it('says what it compared', () => {
    expect(told('G12', { people: 400 })?.message).toBe(
      'People: 400 in this file, usually 1,000 = 40 %, below 500 (50 %) a file is refused. Nothing of it was used, and nobody counts as gone.',
    )
  })
})

describe('G13, rows in error', () => {
  it.each([
    ['none', { people: 2000, errors: 0 }, 'pass'],
    ['20 of 200: so few never stop a file', { people: 180, errors: 20 }, 'pass'],
    ['21 of 200', { people: 179, errors: 21 }, 'hold'],
    ['2 % of 2,000', { people: 1960, errors: 40 }, 'pass'],
    ['row 5: 60 of 2,000', { people: 1940, errors: 60 }, 'hold'],
    ['20 %', { people: 1600, errors: 400 }, 'hold'],
    ['row 5: 450 of 2,000', { people: 1550, errors: 450 }, 'refuse'],
    ['half of a small file', { people: 10, errors: 10 }, 'pass'],
  ])('%s: %s', (_, over, verdict) => {
    expect(told('G13', over)).toMatchObject({ verdict, measured: over.errors, of: over.people + over.errors })
  })

  it('says what it counted', () => {
    expect(told('G13', { people: 1550, errors: 450 })?.message).toBe(
      'Rows in error: 450 of 2,000 = 22.5 %, above 400 (20 %) a file is refused. Nothing of it was used, and nobody counts as gone.',
    )
  })
})

describe('G14, a file that nothing shows to be whole', () => {
  it.each([
    ['5 % fewer', { people: 950, missing: 50 }, 'pass'],
    ['more than 5 % fewer', { people: 949, missing: 51 }, 'hold'],
    ['fewer, but nobody counts as gone', { people: 900, missing: 0 }, 'pass'],
    ['many missing, and as many new', { people: 1000, missing: 300 }, 'pass'],
    ['a first file', { people: 10, known: 0, missing: 0 }, 'pass'],
  ])('%s: %s', (_, over, verdict) => {
    expect(told('G14', { evidence: 'stable_only', ...over })).toMatchObject({ verdict, measured: over.missing })
  })

  it.each(['manifest', 'trigger', 'atomic_rename', 'trailer'])('%s shows it', (evidence) => {
    expect(told('G14', { evidence, people: 810, missing: 190 })).toMatchObject({ verdict: 'pass' })
  })

  it('says what it compared, and what the writer can do', () => {
    expect(told('G14', { evidence: 'stable_only', people: 900, missing: 101 })?.message).toBe(
      'Completeness: 900 people in this file, 1,000 in the directory, 101 of these missing: 100 fewer = 10 %, limit 50 (5 %) for a file that nothing shows to be whole. Nothing of it was used, and nobody counts as gone. Have it written aside and renamed, or send X.csv.done after it.',
    )
  })
})

it('row 42: from three ids on that differ only by leading zeros a file is held, with a hint', () => {
  expect(told('LEADING_ZEROS', { lostZeros: 2, missing: 2 })).toMatchObject({ verdict: 'pass' })
  expect(told('LEADING_ZEROS', { lostZeros: 3, missing: 3 })).toMatchObject({
    verdict: 'hold',
    message: expect.stringMatching(/^Ids: 3 new ones differ .* limit 2\. .*export the column as text/),
  })
})

it('every limit can be set', () => {
  const set = limitsSchema.parse({
    snapshot: { hold_percent: 99, unproven_percent: 0, lost_zeros: 1, row_errors: { floor: 0, percent: 0 } },
  })
  const over = { evidence: 'stable_only', people: 988, errors: 1, missing: 1, lostZeros: 1 }
  for (const guard of ['G12', 'G13', 'G14', 'LEADING_ZEROS'])
    expect([guard, told(guard, over)?.verdict, told(guard, over, USUAL, set)?.verdict]).toEqual([guard, 'pass', 'hold'])
})

it('the number to type counts the people who would be gone, or else the rows that are left out', () => {
  expect(admitCount({ missing: 3, errors: 60 })).toEqual({ count: 3, what: '3 people are missing from it' })
  expect(admitCount({ missing: 0, errors: 60 })).toEqual({
    count: 60,
    what: 'nobody is missing from it, and 60 rows are in error',
  })
  expect(admitCount({ missing: 0, errors: 0 })).toEqual({ count: 0, what: '0 people are missing from it' })
})

describe('two administrators', () => {
  const at = '2026-11-20T12:00:00.000Z'
  const kim: Consent = { by: 'Kim@acme.example', count: 7, at }
  const lee: Consent = { ...kim, by: 'lee@acme.example' }
  it.each([
    ['nobody before', null, kim, 'first'],
    ['somebody else', kim, { ...kim, by: 'lee@acme.example' }, 'second'],
    ['the same person', kim, kim, 'same'],
    ['the same person, spelt differently', kim, { ...kim, by: 'kim@ACME.example' }, 'same'],
    ['another number', kim, { ...kim, by: 'lee@acme.example', count: 8 }, 'first'],
    ['within the day', kim, { by: 'lee@acme.example', count: 7, at: '2026-11-21T11:59:59.999Z' }, 'second'],
    ['a day later', kim, { by: 'lee@acme.example', count: 7, at: consentEnds(kim) }, 'first'],
    ['the bootstrap token before', { ...kim, by: 'bootstrap token' }, kim, 'first'],
    ['the bootstrap token first', null, { ...kim, by: 'bootstrap token' }, 'nobody'],
    ['a token that the first made', kim, { ...lee, makers: ['KIM@acme.example'] }, 'together'],
    ['a token for the first that the second made', { ...kim, makers: [lee.by] }, lee, 'together'],
    [
      'two tokens of one maker',
      { ...kim, makers: ['ann@acme.example'] },
      { ...lee, makers: ['ann@acme.example'] },
      'together',
    ],
    [
      'two tokens of the operator',
      { ...kim, makers: ['bootstrap token'] },
      { ...lee, makers: ['bootstrap token'] },
      'second',
    ],
    ['one whom the first made an administrator', kim, { ...lee, inviters: ['KIM@acme.example'] }, 'invited'],
    ['one who made the first an administrator', { ...kim, inviters: [lee.by] }, lee, 'invited'],
    [
      'a token that the inviter of the second holds',
      { ...kim, makers: ['ann@acme.example'] },
      { ...lee, inviters: ['ann@acme.example'] },
      'invited',
    ],
    [
      'both made administrators by a third',
      { ...kim, inviters: ['ann@acme.example'] },
      { ...lee, inviters: ['ann@acme.example'] },
      'second',
    ],
    ['tokens of their own', { ...kim, makers: [kim.by] }, { ...lee, makers: [lee.by] }, 'second'],
    ['the bootstrap token second', kim, { ...kim, by: 'bootstrap token' }, 'nobody'],
    ['the bootstrap token twice', { ...kim, by: 'bootstrap token' }, { ...kim, by: 'bootstrap token' }, 'nobody'],
  ])('%s: %s', (_, before, next, weight) => {
    expect(weigh(before, next)).toBe(weight)
  })
})
