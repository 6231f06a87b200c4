/** Random filters over random resources: the database, the memory and the oracle find the same. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { comparableOf } from '../../src/scim/comparable.ts'
import type { Json } from '../../src/scim/document.ts'
import { parseFilter } from '../../src/scim/filter.ts'
import { matches } from '../../src/scim/filter-match.ts'
import { GROUP } from '../../src/scim/group.ts'
import { type Attribute, COMMON, type ResourceType, schemasOf } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { DEVICE } from './device.ts'
import { found, idOf, type Kept, keep } from './filter-ground.ts'
import { type Ask, answers, COMPARATORS, type Comparator, type Value } from './oracle.ts'

const TEXTS = [
  '',
  'a',
  'A',
  'ab',
  'aB',
  'b',
  'ba',
  'ß',
  'SS',
  'é',
  'e\u0301',
  'É',
  '%',
  '_',
  'a%b',
  'a_',
  '\\',
  '\\\\',
  '"',
  'a"b',
]
const MORE = [
  '😀',
  '\uffee',
  'z😀',
  "o'b",
  '\n',
  'x y',
  'and',
  ') or (',
  'true',
  '1',
  'work',
  'WORK',
  'home',
  'ı',
  'I',
  'i',
  'ς',
  'Σ',
]
const text = fc.constantFrom(...TEXTS, ...MORE)
const instant = fc.constantFrom(
  '2026-01-01T00:00:00Z',
  '2026-01-01T01:00:00+01:00',
  '2025-12-31T23:59:59.9999999Z',
  '2026-01-01T00:00:00.0005Z',
  '2026-01-01T00:00:00.001Z',
  '0001-01-03T00:00:00.0000000Z',
  '9999-12-31T23:59:59Z',
  '2015-10-10T14:38:21.8617979-07:00',
)
const number = fc.constantFrom(
  '0',
  '-0',
  '1',
  '-1',
  '1.0',
  '10',
  '1e1',
  '2.5',
  '25e-1',
  '9007199254740992',
  '9007199254740993',
)
const HOST = 'https://x.test/scim/v2'
const COUNT = { users: 40, groups: 14, devices: 25 }
const MADE_BY_US = new Set(['schemas', 'id', 'meta', 'groups', 'members'])

const isAskable = (one: Attribute) => one.returned !== 'never' && one.mutability !== 'writeOnly'

const HIDDEN = new Set(
  [USER, GROUP, DEVICE]
    .flatMap(schemasOf)
    .flatMap((schema) => schema.attributes.flatMap((one) => [one, ...(one.subAttributes ?? [])]))
    .flatMap((one) => (isAskable(one) ? [] : [one.name])),
)

/** A value of the attribute as a client would store it. */
function anyOf(attribute: Attribute): fc.Arbitrary<Value> {
  const one = single(attribute)
  return attribute.multiValued ? fc.array(one, { minLength: 1, maxLength: 3 }) : one
}

function single(attribute: Attribute): fc.Arbitrary<Value> {
  switch (attribute.type) {
    case 'complex':
      return record(attribute.subAttributes ?? []).filter((value) => Object.keys(value).length > 0)
    case 'boolean':
      return fc.boolean()
    case 'integer':
      return fc.constantFrom(0, 1, -1, 10, 9007199254740992)
    case 'decimal':
      return fc.constantFrom(0, 1, 2.5, -0.1, 1e21, 1e-7)
    case 'dateTime':
      return instant
    default:
      return text
  }
}

function record(attributes: readonly Attribute[], without: string | null = null): fc.Arbitrary<Record<string, Value>> {
  const kept = attributes.filter(
    // What is kept and never shown is stored as well: nothing that is found may depend on it.
    (one) =>
      one.name !== 'password' && one.mutability !== 'readOnly' && !MADE_BY_US.has(one.name) && one.name !== without,
  )
  const parts = Object.fromEntries(kept.map((one) => [one.name, fc.option(anyOf(one), { nil: undefined })]))
  return fc.record(parts).map((all) => {
    const there: Record<string, Value> = {}
    for (const [name, value] of Object.entries(all)) if (value !== undefined) there[name] = value
    return there
  })
}

function documentOf(type: ResourceType): fc.Arbitrary<Record<string, Value>> {
  const core = record([...type.schema.attributes, ...COMMON], type.members)
  const extensions = fc.tuple(
    ...type.extensions.map(({ schema }) => fc.tuple(fc.constant(schema.id), record(schema.attributes))),
  )
  return fc.tuple(core, extensions).map(([own, added]) => {
    const whole: Record<string, Value> = { ...own }
    for (const [urn, values] of added) if (Object.keys(values).length > 0) whole[urn] = values
    if (type === USER) whole['active'] ??= true
    return whole
  })
}

/** A path as the filter says it and as the oracle goes it. */
interface Way {
  written: string
  path: string[]
  leaf: Attribute
}

/** Every attribute of the type with its parts, each by the names that it may be called by. */
function waysOf(type: ResourceType): Way[] {
  const core = [...type.schema.attributes, ...COMMON].map((one) => ({
    one,
    urn: null,
    names: ['', `${type.schema.id}:`],
  }))
  const added = type.extensions.flatMap(({ schema }) =>
    schema.attributes.map((one) => ({ one, urn: schema.id, names: [`${schema.id}:`, ''] })),
  )
  return [...core, ...added].flatMap(({ one, urn, names }) => {
    if (!isAskable(one) || one.name === 'meta') return []
    return names.flatMap((prefix) => {
      if (COMMON.includes(one) && prefix !== '') return []
      if (urn !== null && prefix === '' && type === DEVICE) return []
      return [one, ...(one.subAttributes ?? []).filter(isAskable)].map((leaf) => ({
        written: `${prefix}${one.name}${leaf === one ? '' : `.${leaf.name}`}`,
        path: [...(urn === null ? [] : [urn]), one.name, ...(leaf === one ? [] : [leaf.name])],
        leaf,
      }))
    })
  })
}

const meta = COMMON.find((one) => one.name === 'meta')
const times = (meta?.subAttributes ?? [])
  .filter((one) => ['created', 'lastModified', 'resourceType'].includes(one.name))
  .map((leaf): Way => ({ written: `meta.${leaf.name}`, path: ['meta', leaf.name], leaf }))

interface Written {
  text: string
  ask: Ask
}

const FITTING: Record<string, readonly Comparator[]> = {
  boolean: ['eq', 'ne'],
  integer: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  decimal: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  dateTime: ['eq', 'ne', 'gt', 'ge', 'lt', 'le'],
  binary: ['eq', 'ne', 'co', 'sw', 'ew'],
}

const anyCase = (word: string) =>
  fc
    .array(fc.boolean(), { minLength: 4, maxLength: 4 })
    .map((upper) => [...word].map((one, at) => (upper[at % 4] === true ? one.toUpperCase() : one)).join(''))

/** One comparison of whatever the way leads to. */
function compare(way: Way, ids: readonly string[]): fc.Arbitrary<Written> {
  const value = way.leaf.subAttributes?.find((one) => one.name === 'value')
  const leaf = way.leaf.type === 'complex' ? value : way.leaf
  const pr = fc
    .tuple(anyCase(way.written), anyCase('pr'))
    .map(([name, op]): Written => ({ text: `${name} ${op}`, ask: { is: 'pr', path: way.path } }))
  if (leaf === undefined) return pr
  const path = leaf === way.leaf ? way.path : [...way.path, 'value']
  const isReference = leaf.name === '$ref' && (way.path[0] === 'members' || way.path[0] === 'groups')
  const ops = isReference ? (['eq', 'ne'] as const) : (FITTING[leaf.type] ?? COMPARATORS)
  const json = literalOf(leaf, isReference, ids)
  const one = fc
    .tuple(anyCase(way.written), fc.constantFrom(...ops), fc.boolean(), json)
    .map(([name, op, upper, json]): Written => {
      return { text: `${name} ${upper ? op.toUpperCase() : op} ${json}`, ask: { is: 'compare', path, leaf, op, json } }
    })
  const nothing = fc.constantFrom('eq' as const, 'ne' as const).map(
    (op): Written => ({
      text: `${way.written} ${op} null`,
      ask: { is: 'compare', path: way.path, leaf, op, json: 'null' },
    }),
  )
  return fc.oneof({ weight: 8, arbitrary: one }, { weight: 1, arbitrary: pr }, { weight: 1, arbitrary: nothing })
}

function literalOf(leaf: Attribute, isReference: boolean, ids: readonly string[]): fc.Arbitrary<string> {
  const id = fc.constantFrom(...ids)
  if (isReference) {
    return fc
      .tuple(fc.constantFrom('Users', 'Groups', 'Things'), id)
      .map(([kind, one]) => JSON.stringify(`${HOST}/${kind}/${one}`))
  }
  if (leaf.name === 'id' || (leaf.name === 'value' && leaf.caseExact)) {
    return fc
      .oneof(
        id,
        id.map((one) => one.slice(-3)),
        text,
      )
      .map((one) => JSON.stringify(one))
  }
  if (leaf.name === 'schemas') {
    const urn = fc.constantFrom(...[USER, GROUP, DEVICE].flatMap(schemasOf).map((one) => one.id))
    return fc
      .oneof(
        urn,
        urn.map((one) => one.toUpperCase()),
        text,
      )
      .map((one) => JSON.stringify(one))
  }
  if (leaf.name === 'resourceType') return fc.constantFrom('"User"', '"user"', '"Group"', '""')
  if (leaf.name === 'type') return fc.constantFrom('"work"', '"User"', '"GROUP"', '"direct"', '"Indirect"', '""')
  if (leaf.type === 'boolean') return fc.constantFrom('true', 'false')
  if (leaf.type === 'integer' || leaf.type === 'decimal') return number
  return (leaf.type === 'dateTime' ? instant : text).map((one) => JSON.stringify(one))
}

function combined(leaf: fc.Arbitrary<Written>): fc.Arbitrary<Written> {
  return fc.letrec<{ any: Written }>((tie) => ({
    any: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      leaf,
      fc
        .tuple(fc.constantFrom('and' as const, 'or' as const), fc.array(tie('any'), { minLength: 2, maxLength: 3 }))
        .map(
          ([is, of]): Written => ({
            text: of
              .map((one) => (one.ask.is === 'or' || one.ask.is === is ? `(${one.text})` : one.text))
              .join(` ${is} `),
            ask: { is, of: of.map((one) => one.ask) },
          }),
        ),
      tie('any').map((one): Written => ({ text: `not (${one.text})`, ask: { is: 'not', of: one.ask } })),
    ),
  })).any
}

/** `emails[…]`, and `emails[…].value eq "x"`, which is asked of the same element. */
function within(way: Way, ids: readonly string[]): fc.Arbitrary<Written> {
  const parts: Way[] =
    way.leaf.type === 'complex'
      ? (way.leaf.subAttributes ?? [])
          .filter(isAskable)
          .map((leaf) => ({ written: leaf.name, path: [leaf.name], leaf }))
      : [{ written: 'value', path: [], leaf: { ...way.leaf, multiValued: false } }]
  const references = parts.map((part) => ({ ...part, related: part.leaf.name === '$ref' }))
  const leaf = fc
    .constantFrom(...references)
    .chain((part) =>
      part.related && ['members', 'groups'].includes(way.path[0] ?? '')
        ? fc.constant<Written>({ text: '$ref pr', ask: { is: 'pr', path: ['$ref'] } })
        : compare(part, ids),
    )
  return fc.tuple(combined(leaf), fc.option(leaf, { nil: null })).map(([inner, after]): Written => {
    const of: Ask = after === null ? inner.ask : { is: 'and', of: [inner.ask, after.ask] }
    const many = way.leaf.multiValued
    return {
      text: `${way.written}[${inner.text}]${after === null ? '' : `.${after.text}`}`,
      ask: { is: 'within', path: way.path, many, of },
    }
  })
}

function filterOf(type: ResourceType, ids: readonly string[]): fc.Arbitrary<Written> {
  const ways = [...waysOf(type), ...times]
  const whole = ways.filter((way) => !way.written.includes('.', way.written.lastIndexOf(':') + 1))
  const apart = whole.filter((way) => way.leaf.type === 'complex' || way.leaf.multiValued)
  const unknown = fc.constant<Written>({ text: 'nosuch.thing ne "x"', ask: { is: 'unknown' } })
  return combined(
    fc.oneof(
      { weight: 8, arbitrary: fc.constantFrom(...ways).chain((way) => compare(way, ids)) },
      { weight: 4, arbitrary: fc.constantFrom(...apart).chain((way) => within(way, ids)) },
      { weight: 1, arbitrary: unknown },
    ),
  )
}

interface Stored extends Kept {
  seen: Value
  comparable: Json
}

/** Users, groups in groups (also in a circle), and devices, all drawn. */
function world(): Stored[] {
  const seed = 7
  const sample = (type: ResourceType, count: number, from: number): Kept[] =>
    fc.sample(documentOf(type), { seed: seed + from, numRuns: count }).map((document, at) => {
      const unique: Record<string, Value> = { ...document }
      // What is unique is made so by its beginning, which leaves the ends to chance.
      if (type.keys.unique !== null)
        unique[type.keys.unique] = `${at % 3 === 0 ? 'A' : 'b'}${at}${String(document[type.keys.unique] ?? '')}`
      if (document['externalId'] !== undefined) unique['externalId'] = `${String(document['externalId'])}${at}`
      const created = ['2026-01-01T00:00:00Z', '2015-10-10T21:38:21.861Z', '2026-01-01T00:00:00.001Z'][at % 3] ?? ''
      const modified = ['2026-01-01T00:00:00.001Z', '2027-05-05T00:00:00Z'][at % 2] ?? ''
      return { type, id: idOf(from + at), document: unique, created, modified }
    })
  const users = sample(USER, COUNT.users, 0)
  const groups = sample(GROUP, COUNT.groups, 100)
  const devices = sample(DEVICE, COUNT.devices, 200)
  for (const [at, group] of groups.entries()) {
    const own = users.filter((_, n) => (n * 7 + at) % 5 === 0 && at % 4 !== 3)
    // Three circles of groups, and groups with nobody.
    const below = groups.filter((_, n) => (at < 6 && n === (at + 2) % 6) || (at >= 8 && n === at + 1))
    group.members = [
      ...own.map(({ id }) => ({ value: id, type: 'User' })),
      ...below.map(({ id }) => ({ value: id, type: 'Group' })),
    ]
    if (at % 3 === 1) group.membersAt = '2026-06-06T06:06:06.006Z'
  }
  return [...users, ...groups, ...devices].map((one) => asSeen(one, groups))
}

function asSeen(kept: Kept, groups: Kept[]): Stored {
  const { type, id, document, created, modified, members = [], membersAt } = kept
  const direct = new Set(groups.filter((one) => one.members?.some(({ value }) => value === id)).map((one) => one.id))
  const all = new Set(direct)
  for (const inner of all)
    for (const one of groups) if (one.members?.some(({ value }) => value === inner)) all.add(one.id)
  const rows: Record<string, Value> = {}
  if (type === USER && all.size > 0) {
    rows['groups'] = [...all].map((group) => {
      const display = groups.find((one) => one.id === group)?.document['displayName']
      return {
        value: group,
        $ref: `${HOST}/Groups/${group}`,
        ...(typeof display === 'string' && { display }),
        type: direct.has(group) ? 'direct' : 'indirect',
      }
    })
  }
  if (type === GROUP && members.length > 0) {
    rows['members'] = members.map((one) => ({ ...one, $ref: `${HOST}/${one.type}s/${one.value}` }))
  }
  const lastModified = membersAt !== undefined && membersAt > modified ? membersAt : modified
  const stored = {
    ...document,
    ...rows,
    schemas: schemasOf(type).flatMap(({ id }) => (id === type.schema.id || document[id] !== undefined ? [id] : [])),
    id,
    meta: { resourceType: type.name, created, lastModified },
  }
  const seen = JSON.parse(JSON.stringify(stored, (name, value) => (HIDDEN.has(name) ? undefined : value)))
  return { ...kept, seen, comparable: comparableOf(type, JSON.parse(JSON.stringify(stored))) }
}

describe.each([USER, GROUP, DEVICE])('filters over resources of the type $name', (type) => {
  let database: FreshDatabase
  const stored = world()
  const own = stored.filter((one) => one.type === type)
  beforeAll(async () => {
    database = await freshDatabase()
    await keep(database.sql, stored)
  })
  afterAll(() => database.drop())

  it('find in the database what they find in memory and what the oracle finds', async () => {
    let some = 0
    await fc.assert(
      fc.asyncProperty(
        filterOf(
          type,
          stored.map((one) => one.id),
        ),
        async ({ text, ask }) => {
          fc.pre(text.length <= 4_096)
          const wanted = own.filter((one) => answers(ask, one.seen)).map((one) => one.id)
          if (wanted.length > 0 && wanted.length < own.length) some++
          expect(await found(database.sql, type, text), text).toEqual(wanted)
          const filter = parseFilter(type, text, 'lenient')
          expect(
            own.filter((one) => matches(filter, one.comparable)).map((one) => one.id),
            text,
          ).toEqual(wanted)
        },
      ),
      { numRuns: 400 },
    )
    expect(some).toBeGreaterThan(60)
  })
})
