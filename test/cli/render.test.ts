import { describe, expect, it } from 'vitest'
import type { Item, PlanWhole } from '../../src/cli/answers.ts'
import { typeable } from '../../src/cli/exit.ts'
import { painter } from '../../src/cli/render/colour.ts'
import { itemTable } from '../../src/cli/render/items.ts'
import { besideLines, guardLines, nextLines, planHeader, seatTable } from '../../src/cli/render/plan.ts'
import { bar, ending } from '../../src/cli/render/progress.ts'
import { table } from '../../src/cli/render/table.ts'
import { cut, safe, widthOf } from '../../src/cli/render/text.ts'
import { lastDay, moment } from '../../src/cli/render/words.ts'

const paint = painter(false)
const page = { width: Number.POSITIVE_INFINITY, paint, zone: 'Europe/Berlin' }

const plan: PlanWhole = {
  id: 'pln_7',
  state: 'awaiting_approval',
  lane: 'sync',
  hash: '3fa9c1aa00bb11cc22dd',
  headline: 'Invite 1 · Assign 1 · Revoke 12 · Remove 12 — 3,607 unchanged',
  itemCount: 26,
  sources: [{ key: 'hr', name: 'HR feed' }],
  findings: [
    {
      guard: 'G1',
      verdict: 'hold',
      nature: 'amount',
      scope: '',
      message: 'Removals: 12 of 61 members = 19.7 %, limit 6.',
    },
    { guard: 'G2', verdict: 'pass', nature: 'amount', scope: 'cad', message: 'Revokes of CAD Pro: 2 of 41.' },
    { guard: 'G2', verdict: 'pass', nature: 'amount', scope: 'viz', message: 'Revokes of Viz: 1 of 9.' },
    {
      guard: 'GROUP_REPLACED',
      verdict: 'pass',
      nature: 'look',
      scope: '',
      message: 'Artists takes the place of a deleted one.',
    },
  ],
  verdict: 'hold',
  overrideSum: null,
  overrideCount: 12,
  seats: [{ name: 'CAD Pro', owned: 1500, used: 1499, after: 1500, waiting: 3 }],
  createdBy: 'system',
  createdAt: '2026-11-22T10:00:00.000Z',
  expiresAt: '2026-11-29T10:00:00.000Z',
  approvedBy: null,
  approvedAt: null,
  override: null,
  consent: null,
  closedReason: null,
  supersededBy: null,
  startedAt: null,
  finishedAt: null,
  operation: null,
  leftOut: 0,
  counts: {},
  rowErrors: 2,
  beside: {
    openDecisions: 1,
    waits: [
      { kind: 'seat', productName: 'CAD Pro', people: 3, until: null },
      { kind: 'absence', productName: null, people: 1, until: '2026-11-23T10:00:00.000Z' },
      { kind: 'decision', productName: null, people: 1, until: null },
    ],
  },
}

const one = (over: Partial<Item>): Item => ({
  number: 1,
  kind: 'invite',
  personId: 'per_1',
  email: 'ada@acme.example',
  name: 'Ada Lovelace',
  productName: null,
  expiresAt: null,
  before: null,
  after: null,
  reason: { text: 'appears in HR feed' },
  file: 'hr.csv',
  line: 3,
  predicted: 'succeeded',
  foreseen: null,
  state: 'pending',
  code: null,
  message: null,
  nextStep: null,
  ...over,
})

describe('a plan', () => {
  it('says what it is, where it stands and where it comes from', () => {
    expect(planHeader(plan, page)).toBe(
      `Plan pln_7 is held
Invite 1 · Assign 1 · Revoke 12 · Remove 12 — 3,607 unchanged
from HR feed · made 22 Nov 2026, 11:00 by system · valid until 29 Nov 2026, 11:00 (Europe/Berlin) · hash 3fa9c1aa00bb
`,
    )
  })

  it('shows what guards hold with the arithmetic and what is worth a note, and counts those that pass', () => {
    expect(guardLines(plan.findings, paint)).toBe(
      `Guards
  held  Removals: 12 of 61 members = 19.7 %, limit 6.
  note  Artists takes the place of a deleted one.
  pass  2 guards
`,
    )
  })

  it('shows seats', () => {
    expect(seatTable(plan.seats, page)).toBe(
      `Seats
PRODUCT  OWNED  USED NOW  AFTER  WAITING
CAD Pro  1,500     1,499  1,500        3
`,
    )
  })

  it('shows items by person, each named once, whatever the order in which they run', () => {
    const items = [
      one({}),
      one({
        number: 2,
        kind: 'revoke',
        personId: 'per_2',
        email: 'bob@acme.example',
        name: null,
        productName: 'CAD Pro',
        reason: { text: 'no longer in HR feed' },
        file: null,
        line: null,
      }),
      one({
        number: 3,
        kind: 'assign',
        productName: 'CAD Pro',
        expiresAt: '2027-06-30T22:00:00.000Z',
        predicted: 'waiting_seat',
      }),
      one({
        number: 4,
        kind: 'update_identity',
        personId: 'per_3',
        email: 'eve@acme.example',
        name: 'Eve',
        before: { email: 'eve@old.example' },
        after: { email: 'eve@acme.example' },
        reason: { text: 'HR feed changed the address' },
      }),
    ]
    expect(itemTable(items, page, false)).toBe(
      `PERSON                           CHANGE                                       PRODUCT  UNTIL        BECAUSE                      LINE      EXPECTED
Ada Lovelace <ada@acme.example>  + invite                                                           appears in HR feed           hr.csv:3
                                 + assign                                     CAD Pro  30 Jun 2027  appears in HR feed           hr.csv:3  waits for a seat
bob@acme.example                 - revoke                                     CAD Pro               no longer in HR feed
Eve <eve@acme.example>           ~ rename eve@old.example → eve@acme.example                        HR feed changed the address  hr.csv:3
`,
    )
  })

  it('says what became of items', () => {
    const items = [
      one({ state: 'succeeded' }),
      one({
        number: 2,
        kind: 'remove',
        state: 'failed_permanent',
        code: 'HAS_PRODUCTS',
        message: 'Ada still holds CAD Pro.',
      }),
    ]
    expect(itemTable(items, page, true)).toBe(
      `PERSON                           CHANGE    BECAUSE             LINE      OUTCOME
Ada Lovelace <ada@acme.example>  + invite  appears in HR feed  hr.csv:3  done
                                 - remove  appears in HR feed  hr.csv:3  failed: Ada still holds CAD Pro.
`,
    )
  })

  it('names who waits, what is open and what could not be read', () => {
    expect(besideLines(plan, page)).toBe(
      `Beside this plan
  3 people wait for a seat of CAD Pro.
  1 person is missing from a file: a second one has to say so too, and a day to pass. The first is due 23 Nov 2026, 11:00.
  1 question is open for you to answer: npx rosterd decisions
  2 rows of the file could not be read; the people named there stay as they are: npx rosterd failures pln_7
`,
    )
  })

  it.each([
    [
      'awaiting_approval',
      'hold',
      'To approve it: npx rosterd approve pln_7 --override 12 --reason TEXT\nTo reject it:  npx rosterd reject pln_7\n',
    ],
    [
      'awaiting_approval',
      'pass',
      'To approve it: npx rosterd approve pln_7\nTo reject it:  npx rosterd reject pln_7\n',
    ],
    [
      'awaiting_approval',
      'refuse',
      'To approve it: npx rosterd approve pln_7 --override 12 --reason TEXT\n               (two administrators with different e-mail addresses have to type it)\nTo reject it:  npx rosterd reject pln_7\n',
    ],
    ['approved', 'pass', 'To start it: npx rosterd apply pln_7\n'],
    ['applied', 'pass', ''],
  ])('%s (%s): what to type next', (state, verdict, text) => {
    expect(nextLines({ ...plan, state, verdict })).toBe(text)
  })
})

describe('progress', () => {
  it.each([
    [{ pending: 49, succeeded: 49, failed_permanent: 3 }, 101, '[###############···············] 52 of 101 · 3 failed'],
    [{ succeeded: 4 }, 4, '[##############################] 4 of 4'],
    [{}, 0, '[##############################] 0 of 0'],
  ])('%j of %i', (states, itemCount, text) => {
    expect(bar({ state: 'applying', itemCount, states })).toBe(text)
  })

  it.each([
    [
      'applied',
      { succeeded: 1, noop: 1, waiting_seat: 2 },
      4,
      'Plan pln_7 was applied: 1 done, 1 already so, 2 waiting of 4 items.',
    ],
    ['applied', { noop: 1 }, 1, 'Plan pln_7 was applied: 1 already so of 1 item.'],
    [
      'partially_failed',
      { succeeded: 1, blocked: 1, skipped_stale: 1 },
      3,
      'Plan pln_7 was applied in part: 1 done, 1 skipped, 1 failed of 3 items.',
    ],
    ['paused', { succeeded: 1, pending: 2 }, 3, 'Plan pln_7 is paused: 1 done, 2 to do of 3 items.'],
  ])('%s', (state, states, itemCount, text) => {
    expect(ending('pln_7', { state, states, itemCount })).toBe(text)
  })
})

describe('tables', () => {
  const rows = [
    { name: '山田太郎', n: '1' },
    { name: 'Zoë van Dijk', n: '12,345' },
  ]
  const columns = [
    { title: 'NAME', cell: (row: (typeof rows)[number]) => row.name, gives: true },
    { title: 'EMPTY', cell: () => '' },
    { title: 'N', cell: (row: (typeof rows)[number]) => row.n, right: true },
  ]
  it('measure what the terminal shows, and leave empty columns out', () => {
    expect(table(rows, columns, { width: 80, paint })).toBe(
      'NAME               N\n山田太郎           1\nZoë van Dijk  12,345\n',
    )
  })
  it('give way where the terminal is narrow', () => {
    const long = [{ name: 'Maximiliane-Henriette von und zu Hohenstein', n: '1' }]
    expect(table(long, columns, { width: 24, paint })).toBe('NAME                   N\nMaximiliane-Henriett…  1\n')
  })
  it('colour without moving anything', () => {
    const painted = table(rows, columns, { width: 80, paint: painter(true) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control characters
    expect(painted.replaceAll(/\u001b\[\d+m/g, '')).toBe(table(rows, columns, { width: 80, paint }))
    expect(painted).toContain('\u001b[2m')
  })
})

describe('text', () => {
  it.each([
    ['a colour', 'x\u001b[31my', 'x [31my'],
    ['a new line', 'a\nb\r', 'a b '],
    ['a turn of direction', 'a\u202eb', 'a b'],
    ['a C1 control', 'a\u009b2Jb', 'a 2Jb'],
  ])('%s does not steer the terminal', (_, text, expected) => {
    expect(safe(text)).toBe(expected)
  })
  it.each([
    ['abc', 3],
    ['e\u0301', 1],
    ['日本', 4],
    ['👍', 2],
  ])('%s is %i wide', (text, width) => {
    expect(widthOf(text)).toBe(width)
  })
  it('is cut between characters', () => {
    expect(cut('日本語', 5)).toBe('日本…')
    expect(cut('abc', 3)).toBe('abc')
  })
  it('shows moments and last days in the zone', () => {
    expect(moment('2026-12-31T23:30:00.000Z', 'Europe/Berlin')).toBe('1 Jan 2027, 00:30')
    expect(lastDay('2027-06-30T22:00:00.000Z', 'Europe/Berlin')).toBe('30 Jun 2027')
    expect(lastDay(null, 'Europe/Berlin')).toBe('')
  })
  it.each([
    ['Look at it with rosterd show pln_7;', 'Look at it with npx rosterd show pln_7;'],
    ['Start it with rosterd serve, or', 'Start it with npm start, or'],
    ['type: npx rosterd approve 7', 'type: npx rosterd approve 7'],
    ['this rosterd brings PostgreSQL', 'this rosterd brings PostgreSQL'],
  ])('%s can be typed here', (sentence, expected) => {
    expect(typeable(sentence)).toBe(expected)
  })
})
