/** Random filters over random members: the database finds whom a plain reading of the same filter finds. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRosterdError } from '../../src/errors.ts'
import { backAt } from '../../src/reconcile/borrow.ts'
import { memberCondition } from '../../src/sync/where.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { AT, GROUPS, PRODUCT_NAMES, type Somebody, WhereGround, ZONE } from './where-ground.ts'

const NAMES = [
  'Änne',
  'ÄNNE',
  'ß',
  'SS',
  'Straße',
  'STRASSE',
  'ΣΊΣ',
  'σίς',
  '%',
  '_',
  'a',
  'B',
  'b c',
  "o'b",
  'é',
  'z😀',
  '',
]
const MOMENTS = [
  '2026-01-31T22:30:00.000Z',
  '2026-01-31T23:00:00.000Z',
  '2026-02-01T22:59:59.999Z',
  '2026-02-01T23:00:00.000Z',
]
/** Days of Berlin, as its clocks were set then. */
const DAYS: Readonly<Record<string, [string, string]>> = {
  '2026-01-31': ['2026-01-30T23:00:00.000Z', '2026-01-31T23:00:00.000Z'],
  '2026-02-01': ['2026-01-31T23:00:00.000Z', '2026-02-01T23:00:00.000Z'],
}
const TEXT_OPS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const
const MOMENT_OPS = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const
type Op = (typeof TEXT_OPS)[number] | 'pr'

const maybe = <T>(one: fc.Arbitrary<T>) => fc.option(one, { nil: undefined })
const named = maybe(fc.constantFrom(...NAMES))
const somebody = fc.record(
  {
    firstName: named,
    lastName: named,
    displayName: named,
    language: maybe(fc.constantFrom('de', 'DE-at', 'en')),
    userName: maybe(fc.constantFrom('u', 'v')),
    state: fc.constantFrom('invited', 'active', 'suspended', 'removed'),
    role: fc.constantFrom('member', 'admin', 'owner'),
    invitedAt: fc.constantFrom(...MOMENTS),
    acceptedAt: maybe(fc.constantFrom(...MOMENTS)),
    groups: maybe(fc.subarray([...Object.keys(GROUPS), 'g9'])),
    products: fc.subarray(['cad', 'sim']).chain((keys) =>
      fc.tuple(
        ...keys.map((product) =>
          fc.record({
            product: fc.constant(product),
            expires: fc.option(fc.constantFrom(...MOMENTS)),
            borrowed: maybe(fc.constantFrom('2026-11-20T11:00:00.000Z', '2026-11-20T11:00:00.001Z')),
          }),
        ),
      ),
    ),
    sources: fc.subarray([
      { source: 'hr', rule: 'artists' },
      { source: 'manual', rule: 'manual' },
    ] as const),
  },
  { noNullPrototype: true },
)

/** What a path leads to: of a list one value for each element, null where an element has none. */
type Value = string | boolean | null
type Parts = Record<string, Value>
const LISTS: Record<string, (one: Somebody) => Parts[]> = {
  emails: ({ email }) => [{ value: email }],
  groups: ({ groups = [] }) => groups.map((id) => ({ value: id, display: GROUPS[id] ?? null })),
  products: ({ products = [] }) =>
    products.map(({ product, expires, borrowed }) => ({
      value: product,
      display: PRODUCT_NAMES[product] ?? null,
      expires,
      borrowed: borrowed !== undefined && backAt({ until: borrowed }) > AT.toISOString(),
    })),
  sources: ({ sources = [] }) =>
    sources.map(({ source, rule }) => ({ value: source, display: `The ${source} feed`, rule })),
}
const full = ({ firstName = '', lastName = '' }: Somebody) =>
  [firstName, lastName].filter((part) => part !== '').join(' ')
const SINGLE: Record<string, (one: Somebody) => Value> = {
  userName: ({ userName, email }) => userName ?? email.toLowerCase(),
  'name.givenName': ({ firstName }) => firstName ?? null,
  'name.familyName': ({ lastName }) => lastName ?? null,
  'name.formatted': (one) => full(one) || null,
  displayName: (one) => one.displayName ?? (full(one) || null),
  preferredLanguage: ({ language }) => language ?? null,
  state: ({ state }) => state,
  role: ({ role }) => role ?? 'member',
  active: ({ state }) => state === 'active',
  borrowed: ({ products = [] }) =>
    products.some((held) => held.borrowed !== undefined && backAt({ until: held.borrowed }) > AT.toISOString()),
  'meta.created': ({ invitedAt }) => invitedAt ?? null,
  'meta.lastModified': ({ invitedAt = '', acceptedAt = '' }) => (acceptedAt > invitedAt ? acceptedAt : invitedAt),
}

interface Written {
  text: string
  /** Of a member; inside brackets, of one element. */
  holds(one: Somebody, element: Parts | null): boolean
}

const upper = (text: string) => text.normalize('NFC').toUpperCase().toLowerCase().replaceAll('ς', 'σ')
const before = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b))

function compare(op: Op, value: Value, wanted: string, kind: string): boolean {
  if (op === 'pr') return value !== null && value !== ''
  if (kind === 'flag') return (String(value) === wanted) === (op === 'eq')
  if (typeof value !== 'string') return op === 'ne'
  if (kind === 'moment' || kind === 'expires') {
    const [from, to] = DAYS[wanted] ?? [wanted, new Date(Date.parse(wanted) + 1).toISOString()]
    // What ends with the first moment of a day was there through the day before.
    const at = kind === 'expires' && wanted in DAYS ? new Date(Date.parse(value) - 1).toISOString() : value
    const within = at >= from && at < to
    const verdicts: Partial<Record<Op, boolean>> = {
      eq: within,
      ne: !within,
      lt: at < from,
      le: at < to,
      gt: at >= to,
      ge: at >= from,
    }
    return verdicts[op] === true
  }
  const fold = kind === 'exact' ? (text: string) => text : upper
  const [a, b] = [fold(value), fold(wanted)]
  const order = before(a, b)
  switch (op) {
    case 'eq':
      return order === 0
    case 'ne':
      return order !== 0
    case 'co':
      return a.includes(b)
    case 'sw':
      return a.startsWith(b)
    case 'ew':
      return a.endsWith(b)
    case 'gt':
      return order > 0
    case 'ge':
      return order >= 0
    case 'lt':
      return order < 0
    case 'le':
      return order <= 0
  }
}

const kindOf = (path: string): string => {
  if (/borrowed|active/.test(path)) return 'flag'
  if (path === 'products.expires') return 'expires'
  if (path.startsWith('meta')) return 'moment'
  return path === 'groups.value' ? 'exact' : path === 'state' || path === 'role' ? path : 'text'
}

const WORDS: Record<string, readonly string[]> = {
  state: ['invited', 'ACTIVE', 'suspended', 'removed'],
  role: ['member', 'Admin', 'owner'],
}

function operand(path: string): fc.Arbitrary<[Op, string, string]> {
  const kind = kindOf(path)
  const json = (text: string) => JSON.stringify(text)
  const nothing = fc.constant<[Op, string, string]>(['pr', '', ''])
  const of = (ops: readonly Op[], texts: readonly string[], write: (text: string) => string) =>
    fc
      .tuple(fc.constantFrom(...ops), fc.constantFrom(...texts))
      .map(([op, text]): [Op, string, string] => [op, text, write(text)])
  if (kind === 'flag') return of(['eq', 'ne'], ['true', 'false'], (text) => text)
  if (kind === 'moment' || kind === 'expires') {
    return fc.oneof(nothing, of(MOMENT_OPS, [...MOMENTS, ...Object.keys(DAYS)], json))
  }
  const texts = WORDS[kind] ?? [
    ...NAMES,
    'cad',
    'SIM',
    'hr',
    'G1',
    'g1',
    'artists',
    'künstler',
    'u',
    'acme',
    'feed',
    '1@acme.test',
  ]
  const ops = path.startsWith('emails') || path === 'userName' ? (['co', 'sw', 'ew', 'gt', 'le'] as const) : TEXT_OPS
  return fc.oneof({ weight: 1, arbitrary: nothing }, { weight: 5, arbitrary: of(ops, texts, json) })
}

const PATHS = [
  ...Object.keys(SINGLE),
  'emails.value',
  ...['groups.value', 'groups.display', 'products.value', 'products.display', 'products.expires', 'products.borrowed'],
  ...['sources.value', 'sources.display', 'sources.rule'],
]

const leaf = fc.constantFrom(...PATHS).chain((path) =>
  operand(path).map(([op, wanted, json]): Written => {
    const [list = '', part = ''] = path.split('.')
    const kind = kindOf(path)
    return {
      text: `${path} ${op} ${json}`.trim(),
      holds: (one) => {
        const single = SINGLE[path]
        if (single !== undefined) return compare(op, single(one), wanted, kind)
        const elements = LISTS[list]?.(one) ?? []
        const some = elements.some((element) => compare(op, element[part] ?? null, wanted, kind))
        return some || (op === 'ne' && elements.length === 0)
      },
    }
  }),
)

const inside = (list: string) =>
  fc.constantFrom(...PATHS.filter((path) => path.startsWith(`${list}.`))).chain((path) =>
    operand(path).map(([op, wanted, json]): Written => {
      const part = path.split('.')[1] ?? ''
      return {
        text: `${part} ${op} ${json}`.trim(),
        holds: (_, element) => compare(op, element?.[part] ?? null, wanted, kindOf(path)),
      }
    }),
  )

function combined(of: fc.Arbitrary<Written>): fc.Arbitrary<Written> {
  return fc.letrec<{ any: Written }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      of,
      fc.tuple(fc.constantFrom('and', 'or'), tie('any'), tie('any')).map(
        ([word, a, b]): Written => ({
          text: `(${a.text}) ${word} (${b.text})`,
          holds: (one, element) =>
            word === 'and'
              ? a.holds(one, element) && b.holds(one, element)
              : a.holds(one, element) || b.holds(one, element),
        }),
      ),
      tie('any').map((one): Written => ({ text: `not (${one.text})`, holds: (...of) => !one.holds(...of) })),
    ),
  })).any
}

const brackets = fc.constantFrom(...Object.keys(LISTS)).chain((list) =>
  combined(inside(list)).map(
    (inner): Written => ({
      text: `${list}[${inner.text}]`,
      holds: (one) => (LISTS[list]?.(one) ?? []).some((element) => inner.holds(one, element)),
    }),
  ),
)
const filter = combined(fc.oneof({ weight: 3, arbitrary: leaf }, { weight: 1, arbitrary: brackets }))

describe('whatever somebody types', () => {
  const word = fc.constantFrom(
    ...PATHS,
    ...TEXT_OPS,
    'and',
    'or',
    'not',
    '(',
    ')',
    '[',
    ']',
    '"x"',
    'true',
    'null',
    '1',
    '"',
    '.',
  )
  const typed = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
  )

  it('is a filter, or is refused with its place', () => {
    fc.assert(
      fc.property(typed, (text) => {
        try {
          memberCondition(text, { at: AT, zone: ZONE })
        } catch (error) {
          if (!isRosterdError(error)) throw error
          expect(error.code).toBe('FILTER_INVALID')
        }
      }),
      { numRuns: 5_000 },
    )
  })
})

describe('the database and a plain reading find the same', () => {
  let database: FreshDatabase
  beforeAll(async () => {
    database = await freshDatabase()
  })
  afterAll(() => database.drop())

  it('for any filter over any members', async () => {
    const crowd = fc.sample(somebody, { numRuns: 60, seed: 20_261_122 })
    const people: Somebody[] = crowd.map(({ userName, ...one }, at) => ({
      ...one,
      email: `p${at}@acme.test`,
      ...(userName === undefined ? {} : { userName: `${userName}${at}` }),
    }))
    const ground = await WhereGround.open(database.sql, people)
    // The same addresses, and the same numbers of products, with somebody else behind them.
    await WhereGround.open(
      database.sql,
      people.map((one, at) => ({ ...one, ...people.at(-at), email: one.email, userName: undefined })),
    )
    await fc.assert(
      fc.asyncProperty(filter, async ({ text, holds }) => {
        const expected = people.filter((one) => holds(one, null)).map((one) => one.email)
        expect([...(await ground.find(text))].sort()).toEqual(expected.sort())
      }),
      { numRuns: 400 },
    )
  })
})
