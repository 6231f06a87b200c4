/** What holds for every PATCH, whatever is in it. */
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DIALECTS } from '../../src/scim/dialect.ts'
import type { Document } from '../../src/scim/document.ts'
import { ScimError } from '../../src/scim/error.ts'
import { GROUP } from '../../src/scim/group.ts'
import { PATCH_SCHEMA, readPatch } from '../../src/scim/patch-request.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import { checkDocument } from '../../src/scim/validate.ts'
import { DEVICE, NETWORK_URN } from './device.ts'
import { ADA, bodyOf, ENTERPRISE, patched, patchedBy } from './patching.ts'
import '../support/property-seed.ts'

const DEVICE_ONE: Document = { serialNumber: 'S1', tags: ['a'], [NETWORK_URN]: { address: 'x' } }
const RESOURCES = [
  { type: USER, document: ADA },
  { type: USER, document: { userName: 'u' } },
  { type: GROUP, document: { displayName: 'G' } },
  { type: DEVICE, document: DEVICE_ONE },
]

const word = fc.constantFrom(
  'work',
  'home',
  'other',
  'a',
  'B',
  '',
  'True',
  'false',
  'x@acme.example',
  '\0',
  'ß',
  '\ud800',
)
const name = fc.constantFrom(
  ...[
    'userName',
    'title',
    'active',
    'externalId',
    'id',
    'meta',
    'groups',
    'schemas',
    'password',
    'name',
    'emails',
    'roles',
  ],
  ...[
    'addresses',
    'manager',
    'department',
    'members',
    'displayName',
    'tags',
    'contacts',
    'parts',
    'serialNumber',
    'ports',
  ],
  ...['__proto__', 'constructor', 'nobody', ENTERPRISE, USER.schema.id, `${ENTERPRISE}:manager`, NETWORK_URN],
)
const sub = fc.constantFrom(
  'value',
  'type',
  'primary',
  'display',
  '$ref',
  'givenName',
  'streetAddress',
  'since',
  '__proto__',
)
const condition = fc
  .tuple(sub, fc.constantFrom('eq', 'ne', 'co', 'gt', 'pr'), word)
  .map(([part, op, value]) => (op === 'pr' ? `${part} pr` : `${part} ${op} ${JSON.stringify(value)}`))
const filter = fc.oneof(
  { weight: 4, arbitrary: condition },
  fc.tuple(condition, fc.constantFrom('and', 'or'), condition).map((parts) => parts.join(' ')),
  condition.map((one) => `not (${one})`),
)
const path = fc.oneof(
  name,
  fc.tuple(name, sub).map(([one, part]) => `${one}.${part}`),
  fc.tuple(name, filter).map(([one, inside]) => `${one}[${inside}]`),
  fc.tuple(name, filter, sub).map(([one, inside, part]) => `${one}[${inside}].${part}`),
  fc.string({ maxLength: 20 }),
)
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    fc.oneof(word, fc.boolean(), fc.integer(), fc.constant(null)),
    fc.array(tie('value'), { maxLength: 3 }),
    fc.dictionary(fc.oneof(name, sub, path), tie('value'), { maxKeys: 4 }),
  ),
}))
const wild = fc.record(
  { op: fc.constantFrom('add', 'Replace', 'remove', 'move'), path, value },
  { requiredKeys: ['op'] },
)
const kind = fc.constantFrom('work', 'home', 'Other')
const email = fc.record({ value: fc.emailAddress(), type: kind, primary: fc.boolean() }, { requiredKeys: ['value'] })
const sane = fc
  .tuple(
    fc.constantFrom('add', 'Replace', 'remove'),
    fc.oneof(
      fc.tuple(
        fc.constantFrom('title', 'externalId', 'displayName', 'name.givenName', 'manager', 'label', 'nobody'),
        word,
      ),
      fc.tuple(fc.constant('active'), fc.constantFrom(true, false, 'False', null)),
      fc.tuple(fc.constantFrom('emails', 'roles', 'members', 'tags'), fc.array(email, { maxLength: 3 })),
      fc.tuple(
        kind.map((one) => `emails[type eq "${one}"].value`),
        fc.emailAddress(),
      ),
      fc.tuple(
        kind.map((one) => `emails[type eq "${one}"]`),
        email,
      ),
      fc.tuple(
        kind.map((one) => `addresses[type eq "${one}"].locality`),
        word,
      ),
      fc.tuple(fc.constantFrom('members[value eq "a"]', 'roles[primary eq "True"].value'), word),
    ),
    fc.boolean(),
  )
  .map(([op, [at, given], keyed]) =>
    keyed && op !== 'remove' ? { op, value: { [at]: given } } : { op, path: at, value: given },
  )
const operation = fc.oneof({ weight: 3, arbitrary: sane }, { weight: 1, arbitrary: wild })
const body = fc.oneof(
  { weight: 9, arbitrary: fc.array(operation, { minLength: 1, maxLength: 5 }).map((all) => bodyOf(...all)) },
  fc.jsonValue(),
  fc.jsonValue().map((Operations) => ({ schemas: [PATCH_SCHEMA], Operations })),
)
const request = fc.record({ resource: fc.nat(RESOURCES.length - 1), body, dialect: fc.constantFrom(...DIALECTS) })

/** By number, since a counterexample with a whole schema in it is not to be read. */
function resourceAt(place: number): { type: ResourceType; document: Document } {
  return RESOURCES[place] ?? { type: USER, document: ADA }
}

/** Null for a refusal; anything but a ScimError is a fault. */
function attempt<T>(work: () => T): T | null {
  try {
    return work()
  } catch (error) {
    if (error instanceof ScimError) return null
    throw error
  }
}

/** So that whoever writes into it throws. */
function frozen<T>(of: T): T {
  if (typeof of === 'object' && of !== null) {
    for (const one of Object.values(of)) frozen(one)
    Object.freeze(of)
  }
  return of
}

describe('laws', () => {
  it('total and pure: a result or a ScimError, nothing written into what came in, the same again', () => {
    let accepted = 0
    fc.assert(
      fc.property(request, ({ resource, body: given, dialect }) => {
        const { type, document } = resourceAt(resource)
        const before = frozen(structuredClone(document))
        frozen(given)
        const work = () => patchedBy(before, given, { type, dialect })
        const once = attempt(work)
        expect(attempt(work)).toEqual(once)
        expect(before).toEqual(document)
        expect(Object.keys(Object.prototype)).toEqual([])
        if (once !== null) accepted += 1
      }),
      { numRuns: 3_000 },
    )
    expect(accepted).toBeGreaterThan(500)
  })

  it('the result is a document of its type, in the form in which it is stored, with the names of the schema alone', () => {
    fc.assert(
      fc.property(request, ({ resource, body: given, dialect }) => {
        const { type, document } = resourceAt(resource)
        const result = attempt(() => patchedBy(document, given, { type, dialect }))
        if (result === null) return
        expect(checkDocument(type, result.document, dialect)).toEqual(result.document)
        const names = [
          ...type.schema.attributes.map((one) => one.name),
          'externalId',
          ...type.extensions.map((one) => one.schema.id),
        ]
        for (const key of Object.keys(result.document)) expect(names).toContain(key)
        for (const gone of ['id', 'meta', 'schemas', 'password', 'groups', type.members ?? 'meta'])
          expect(Object.hasOwn(result.document, gone)).toBe(false)
      }),
      { numRuns: 2_000 },
    )
  })

  it('in order: two operations in one request are one after the other, and a refusal of the first refuses both', () => {
    let both = 0
    fc.assert(
      fc.property(
        fc.record({
          resource: fc.nat(RESOURCES.length - 1),
          one: operation,
          other: operation,
          dialect: fc.constantFrom(...DIALECTS),
        }),
        ({ resource, one, other, dialect }) => {
          const { type, document } = resourceAt(resource)
          const how = { type, dialect }
          const between = attempt(() => patched(document, [one], how))
          const apart = between === null ? null : attempt(() => patched(between, [other], how))
          const together = attempt(() => patched(document, [one, other], how))
          if (between === null) {
            // What the first lacks (userName, say) the second may supply; anything else is a refusal of both.
            const read = attempt(() => readPatch(type, bodyOf(one), dialect))
            if (read === null) expect(together).toBeNull()
          } else expect(together).toEqual(apart)
          if (together !== null) both += 1
        },
      ),
      { numRuns: 3_000 },
    )
    expect(both).toBeGreaterThan(500)
  })

  it('twice is once: add and replace without a filter that could find something else, and the document itself the second time', () => {
    const simple = fc.constantFrom(
      'title',
      'emails',
      'roles',
      'addresses',
      'name',
      'name.givenName',
      'manager',
      'active',
      ENTERPRISE,
    )
    fc.assert(
      fc.property(
        fc.constantFrom('add', 'replace'),
        fc.oneof(simple, fc.constant(undefined)),
        value,
        (op, at, given) => {
          const again = { op, value: given, ...(at !== undefined && { path: at }) }
          const once = attempt(() => patched(ADA, [again]))
          if (once === null) return
          // Values without a path may name one attribute twice, in two ways.
          if (at === undefined && typeof given === 'object' && Object.keys(given ?? {}).length > 1) return
          expect(patched(once, [again])).toBe(once)
        },
      ),
      { numRuns: 3_000 },
    )
  })

  it('what add adds is there afterwards, and what remove lists is not', () => {
    const email = fc.record(
      { value: fc.emailAddress(), type: fc.constantFrom('work', 'home', 'Other') },
      { requiredKeys: ['value'] },
    )
    fc.assert(
      fc.property(fc.array(email, { minLength: 1, maxLength: 6 }), (emails) => {
        const added = patched({ userName: 'u' }, [{ op: 'add', path: 'emails', value: emails }])
        const keys = (all: unknown) =>
          new Set(
            JSON.stringify(all)
              .toLowerCase()
              .match(/"value":"[^"]+"/g),
          )
        expect(keys(added['emails'])).toEqual(keys(emails))
        expect(patched(added, [{ op: 'remove', path: 'emails', value: emails }])).toEqual({ userName: 'u' })
        expect(patched(added, [{ op: 'add', path: 'emails', value: emails.toReversed() }])).toBe(added)
      }),
      { numRuns: 300 },
    )
  })

  it('bodies as deep as a stack are refused or ignored', () => {
    let deep: unknown = 'x'
    for (let depth = 0; depth < 20_000; depth++) deep = depth % 2 === 0 ? [deep] : { value: deep }
    for (const at of ['title', 'emails', 'name', 'nobody', 'manager', 'members', undefined])
      for (const type of [USER, GROUP])
        attempt(() => patched({ userName: 'u', displayName: 'g' }, [{ op: 'add', path: at, value: deep }], { type }))
    for (const given of [deep, { Operations: deep }, { schemas: deep, Operations: [] }])
      expect(attempt(() => patchedBy(ADA, given))).toBeNull()
  })
})
