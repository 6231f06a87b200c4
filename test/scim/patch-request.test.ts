import { describe, expect, it } from 'vitest'
import { ScimError } from '../../src/scim/error.ts'
import { GROUP } from '../../src/scim/group.ts'
import { PATCH_SCHEMA, readPatch } from '../../src/scim/patch-request.ts'
import { USER } from '../../src/scim/user.ts'
import { ADA, BOSS, bodyOf, ENTERPRISE, HOME, patched, patchedBy, refusal, WORK } from './patching.ts'

const add = { op: 'add', path: 'title', value: 'Countess' }

describe('58: the body', () => {
  it.each([
    ['no object', 'replace'],
    ['null', null],
    ['an array', [add]],
    ['no Operations', { schemas: [PATCH_SCHEMA] }],
    ['empty Operations', { schemas: [PATCH_SCHEMA], Operations: [] }],
    ['Operations that are no array', { schemas: [PATCH_SCHEMA], Operations: add }],
    ['the wrong schema', { schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'], Operations: [add] }],
    ['an operation that is no object', bodyOf('add')],
    ['an operation that is null', bodyOf(null)],
    ['no op', bodyOf({ path: 'title', value: 'x' })],
    ['another op', bodyOf({ op: 'move', path: 'title', value: 'x' })],
    ['an op that is no string', bodyOf({ op: ['add'], path: 'title', value: 'x' })],
    ['op twice', bodyOf({ op: 'add', OP: 'remove', path: 'title', value: 'x' })],
    ['Operations twice', { schemas: [PATCH_SCHEMA], Operations: [add], operations: [add] }],
  ])('%s is invalidSyntax', (_, body) => {
    expect(refusal(() => readPatch(USER, body, 'lenient'))).toBe('invalidSyntax')
    expect(refusal(() => readPatch(USER, body, 'strict'))).toBe('invalidSyntax')
  })

  it.each([
    ['E-11', { schemas: [PATCH_SCHEMA], Operations: [{ op: 'Add', path: 'title', value: 'Countess' }] }],
    ['E-11', { schemas: [PATCH_SCHEMA], Operations: [{ op: 'REPLACE', path: 'Title', value: 'Countess' }] }],
    ['1', { SCHEMAS: [PATCH_SCHEMA.toUpperCase()], operations: [{ OP: 'add', Path: 'TITLE', VALUE: 'Countess' }] }],
  ])('%s: neither keys nor op nor URN nor attribute have case', (_, body) => {
    expect(patchedBy(ADA, body).document).toEqual({ ...ADA, title: 'Countess' })
    expect(patchedBy(ADA, body, { dialect: 'strict' }).document).toEqual({ ...ADA, title: 'Countess' })
  })

  it.each([
    ['left out', { Operations: [add] }],
    ['null', { schemas: null, Operations: [add] }],
    ['empty', { schemas: [], Operations: [add] }],
  ])('Ory Polis: schemas may be %s, but not under strict', (_, body) => {
    expect(patchedBy(ADA, body).document['title']).toBe('Countess')
    expect(refusal(() => readPatch(USER, body, 'strict'))).toBe('invalidSyntax')
  })

  it.each([
    ['a key beside op, path and value', bodyOf({ ...add, name: 'addTitle' })],
    ['a key beside schemas and Operations', { schemas: [PATCH_SCHEMA], Operations: [add], failOnErrors: 1 }],
    ['a second schema', { schemas: [PATCH_SCHEMA, USER.schema.id], Operations: [add] }],
  ])('94: %s is invalidSyntax under strict, and nothing elsewhere', (_, body) => {
    expect(patchedBy(ADA, body).document['title']).toBe('Countess')
    expect(refusal(() => readPatch(USER, body, 'strict'))).toBe('invalidSyntax')
  })

  it('tells which operation is wrong, where there are several', () => {
    const wrong = { op: 'add', path: 'active', value: 'perhaps' }
    const message = (...operations: unknown[]) => {
      try {
        patched(ADA, operations)
      } catch (error) {
        return error instanceof ScimError ? error.message : ''
      }
      return ''
    }
    expect(message(add, wrong)).toBe('Operation 2: active is "perhaps" but must be true or false, without quotes.')
    expect(message(wrong)).toBe('active is "perhaps" but must be true or false, without quotes.')
    expect(message(add, { op: 'jump' })).toBe('Operation 2: "op" is "jump" but must be add, replace or remove.')
  })
})

describe('60: paths', () => {
  it.each([
    ['title', { title: 'x' }],
    ['TITLE', { title: 'x' }],
    [' title ', { title: 'x' }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:title', { title: 'x' }],
    ['URN:ietf:params:SCIM:schemas:core:2.0:user:Title', { title: 'x' }],
    ['name.givenName', { name: { givenName: 'x', familyName: 'Lovelace' } }],
    ['urn:ietf:params:scim:schemas:core:2.0:User:name.givenName', { name: { givenName: 'x', familyName: 'Lovelace' } }],
    [`${ENTERPRISE}:costCenter`, { [ENTERPRISE]: { department: 'Engines', manager: BOSS, costCenter: 'x' } }],
    ['costCenter', { [ENTERPRISE]: { department: 'Engines', manager: BOSS, costCenter: 'x' } }],
    [`${ENTERPRISE}:manager.value`, { [ENTERPRISE]: { department: 'Engines', manager: { value: 'x' } } }],
    ['emails[type eq "home"].display', { emails: [WORK, { ...HOME, display: 'x' }] }],
    ['emails[not (type eq "work") and value ew "]"].display', {}],
  ])('%s', (path, change) => {
    const before = path.includes(']"') ? { ...ADA, emails: [{ value: 'a]' }] } : ADA
    const after = path.includes(']"') ? { ...ADA, emails: [{ value: 'a]', display: 'x' }] } : { ...ADA, ...change }
    expect(patched(before, [{ op: 'replace', path, value: 'x' }])).toEqual(after)
  })

  it.each([
    '.title',
    'title.',
    'name..givenName',
    'name.givenName.x',
    'title x',
    '/title',
    '$.title',
    'emails[type eq "work"',
    'emails[type eq "work]',
    'emails[type eq "work"]value',
    'emails[type eq "work"].value.x',
    'emails[type eq "work"][value pr]',
    'name[givenName pr].familyName',
    'title[value pr]',
    '[type eq "work"].value',
    `${ENTERPRISE}[department pr]`,
    'urn:',
    'title\0',
    '"title"',
  ])('%j is invalidPath', (path) => {
    for (const op of ['add', 'replace', 'remove'])
      expect(refusal(() => readPatch(USER, bodyOf({ op, path, value: 'x' }), 'lenient'))).toBe('invalidPath')
  })

  it.each([
    ['a name of 5,000 characters', 'a'.repeat(5_000)],
    ['a filter of 20,000 brackets', `emails[${'('.repeat(20_000)}].value`],
    ['100,000 brackets', '['.repeat(100_000)],
    ['100,000 quotation marks', `emails[${'"'.repeat(100_000)}`],
    ['a URN of 100,000 colons', `urn${':'.repeat(100_000)}`],
  ])('%s is refused at once', (_, path) => {
    const began = performance.now()
    const refused = refusal(() => readPatch(USER, bodyOf({ op: 'add', path, value: 'x' }), 'lenient'))
    expect(refused).toMatch(/^invalid(Filter|Path)$/)
    expect(performance.now() - began).toBeLessThan(5_000)
  })

  it.each([[5], [{}], [['title']], [true]])('a path that is %j is invalidPath', (path) => {
    expect(refusal(() => readPatch(USER, bodyOf({ op: 'add', path, value: 'x' }), 'lenient'))).toBe('invalidPath')
  })

  it.each([
    'emails[].value',
    'emails[type].value',
    'emails[type is "work"].value',
    'emails[type eq "work" and].value',
    'emails[type eq "work"] or emails[type eq "home"]',
    'emails[primary gt true].value',
  ])('%s has a bad filter or nothing behind it', (path) => {
    expect(refusal(() => readPatch(USER, bodyOf({ op: 'add', path, value: 'x' }), 'lenient'))).toMatch(
      /^invalid(Filter|Path)$/,
    )
  })

  it('the text of a filter keeps its quotes: brackets and escapes inside are text', () => {
    const before = { ...ADA, emails: [{ value: 'x', type: 'a]"b' }] }
    expect(patched(before, [{ op: 'replace', path: 'emails[type eq "a]\\"b"].value', value: 'y' }])).toEqual({
      ...ADA,
      emails: [{ value: 'y', type: 'a]"b' }],
    })
  })

  it.each([
    ['companyName', 'Ory Polis'],
    ['address.streetAddress', 'Ory Polis'],
    ['name.nobody', ''],
    ['emails[type eq "work"].nobody', ''],
    ['nobody[type eq "work"].value', ''],
    ['urn:example:other:2.0:User:thing', 'E-29 without its extension'],
  ])('%s is unknown: ignored and named, under strict invalidSyntax', (path) => {
    const result = patchedBy(ADA, bodyOf({ op: 'replace', path, value: 'x' }))
    expect(result).toEqual({ document: ADA, members: [], ignored: [path] })
    expect(refusal(() => readPatch(USER, bodyOf({ op: 'replace', path, value: 'x' }), 'strict'))).toBe('invalidSyntax')
  })

  it('the bare URN of an extension addresses all of it', () => {
    const replaced = patched(ADA, [
      { op: 'replace', path: ENTERPRISE, value: { department: 'Looms', division: 'North' } },
    ])
    expect(replaced[ENTERPRISE]).toEqual({ department: 'Looms', division: 'North', manager: BOSS })
    const { [ENTERPRISE]: _, ...core } = ADA
    expect(patched(ADA, [{ op: 'remove', path: ENTERPRISE.toUpperCase() }])).toEqual(core)
    expect(patched(ADA, [{ op: 'replace', path: ENTERPRISE, value: null }])).toEqual(core)
    expect(patched(ADA, [{ op: 'remove', path: ENTERPRISE }], { dialect: 'strict' })).toEqual(core)
  })

  it('the URN of the core addresses the resource', () => {
    const path = USER.schema.id
    expect(patched(ADA, [{ op: 'add', path, value: { title: 'x' } }])).toEqual({ ...ADA, title: 'x' })
    expect(refusal(() => patched(ADA, [{ op: 'remove', path }]))).toBe('noTarget')
    expect(refusal(() => patched(ADA, [{ op: 'add', path, value: { title: 'x' } }], { dialect: 'strict' }))).toBe(
      'invalidPath',
    )
  })
})

describe('operations without a path', () => {
  it('63: remove needs one: noTarget', () => {
    expect(refusal(() => patched(ADA, [{ op: 'remove' }]))).toBe('noTarget')
    expect(refusal(() => patched(ADA, [{ op: 'remove', value: { title: 'x' } }]))).toBe('noTarget')
    expect(refusal(() => patched(ADA, [{ op: 'remove', path: '' }], { dialect: 'lenient' }))).toBe('noTarget')
  })

  it.each([['add'], ['replace']])('94: %s without a path is invalidSyntax under strict', (op) => {
    expect(refusal(() => patched(ADA, [{ op, value: { title: 'x' } }], { dialect: 'strict' }))).toBe('invalidSyntax')
    expect(patched(ADA, [{ op, value: { title: 'x' } }])).toEqual({ ...ADA, title: 'x' })
  })

  it.each([['x'], [5], [null], [[]], [[{ title: 'x' }, { title: 'y' }]]])('a value of %j is invalidValue', (value) => {
    expect(refusal(() => patched(ADA, [{ op: 'add', value }]))).toBe('invalidValue')
  })

  it.each([['add'], ['replace']])('%s without a value is invalidValue', (op) => {
    expect(refusal(() => patched(ADA, [{ op, path: 'title' }]))).toBe('invalidValue')
    expect(refusal(() => patched(ADA, [{ op }]))).toBe('invalidValue')
  })

  it('a key that stands twice, in different case, is invalidSyntax', () => {
    expect(refusal(() => patched(ADA, [{ op: 'add', value: { title: 'x', TITLE: 'y' } }]))).toBe('invalidSyntax')
  })

  it('attributes may stand below the URN of their schema', () => {
    const value = {
      [USER.schema.id]: { title: 'x', 'name.givenName': 'A' },
      [ENTERPRISE.toUpperCase()]: { department: 'Looms', 'manager.value': 'byron' },
    }
    expect(patched(ADA, [{ op: 'replace', value }])).toEqual({
      ...ADA,
      title: 'x',
      name: { givenName: 'A', familyName: 'Lovelace' },
      [ENTERPRISE]: { department: 'Looms', manager: { value: 'byron' } },
    })
  })

  it('E-9: a URN with a colon too few is understood, names that are no paths are ignored', () => {
    const value = { 'urn:ietf:params:scim:schemas:extension:enterprise:2.0User': { division: 'N' }, '@odata.type': 'x' }
    const result = patchedBy(ADA, bodyOf({ op: 'replace', value }))
    expect(result.document[ENTERPRISE]).toEqual({ department: 'Engines', manager: BOSS, division: 'N' })
    expect(result.ignored).toEqual(['@odata.type'])
  })

  it('schemas in schemas in schemas are names that nobody knows', () => {
    let value: unknown = { title: 'x' }
    for (let depth = 0; depth < 10_000; depth++) value = { [GROUP.schema.id]: value }
    const result = patchedBy({ displayName: 'G' }, bodyOf({ op: 'add', value }), { type: GROUP })
    expect(result.document).toEqual({ displayName: 'G' })
  })
})
