/** PATCH of `active` alone goes a shorter way: which requests do, and that nobody can tell by the answer. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Json } from '../../src/scim/document.ts'
import { activeAlone } from '../../src/scim/patch-active.ts'
import { readPatch } from '../../src/scim/patch-request.ts'
import type { ResourceType } from '../../src/scim/schema.ts'
import { attribute } from '../../src/scim/schema.ts'
import { USER as USER_TYPE } from '../../src/scim/user.ts'
import { setActive } from '../../src/store/mirror-active.ts'
import { random } from '../support/random.ts'
import {
  type Asked,
  ENTERPRISE,
  type Endpoint,
  openEndpoint,
  PATCH,
  part,
  resources,
  type SourceName,
  USER,
} from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

const FLAGS = 'urn:acme:scim:flags:2.0:User'
/** Users with an extension whose attribute is called like that of the core. */
const FLAGGED: ResourceType = {
  ...USER_TYPE,
  extensions: [
    ...USER_TYPE.extensions,
    {
      schema: {
        id: FLAGS,
        name: 'Flags',
        description: 'Flags',
        attributes: [attribute({ name: 'active', type: 'boolean', description: 'Another one.' })],
      },
      required: false,
    },
  ],
}

const replace = (value: Json, path = 'active') => ({ op: 'replace', path, value })

describe('what goes the short way', () => {
  test.each<[string, object[], { lenient: boolean | null; strict?: boolean | null }]>([
    ['false', [replace(false)], { lenient: false, strict: false }],
    ['true', [replace(true)], { lenient: true, strict: true }],
    ['add', [{ op: 'add', path: 'active', value: false }], { lenient: false, strict: false }],
    ['in any case', [{ op: 'Replace', path: 'ACTIVE', value: false }], { lenient: false, strict: false }],
    ['under the URN of the core', [replace(false, `${USER}:active`)], { lenient: false, strict: false }],
    ['the word "False"', [replace('False')], { lenient: false, strict: null }],
    ['the word "true"', [replace('true')], { lenient: true, strict: null }],
    ['another word', [replace('no')], { lenient: null, strict: null }],
    ['a number', [replace(0)], { lenient: null, strict: null }],
    ['null', [replace(null)], { lenient: null, strict: null }],
    ['a list', [replace([false])], { lenient: null, strict: null }],
    ['an object', [replace({ value: false })], { lenient: null, strict: null }],
    ['remove', [{ op: 'remove', path: 'active' }], { lenient: null, strict: null }],
    ['two operations', [replace(false), replace(false)], { lenient: null, strict: null }],
    ['with something else', [replace(false), replace('x', 'title')], { lenient: null, strict: null }],
    ['another attribute', [replace('x', 'title')], { lenient: null, strict: null }],
    ['an attribute of that name in an extension', [replace(false, `${FLAGS}:active`)], { lenient: null, strict: null }],
    // Only lenient sources may leave the path out.
    ['without a path', [{ op: 'replace', value: { active: false } }], { lenient: false }],
    ['without a path, a word', [{ op: 'replace', value: { active: 'True' } }], { lenient: true }],
    ['without a path, and more', [{ op: 'replace', value: { active: false, title: 'x' } }], { lenient: null }],
    ['an attribute that no schema knows', [replace(false, 'enabled')], { lenient: null }],
    ['a sub-attribute', [replace(false, 'name.givenName')], { lenient: null, strict: null }],
  ])('%s', (_, operations, { lenient, strict }) => {
    const read = (dialect: 'lenient' | 'entra' | 'okta' | 'strict') =>
      activeAlone(FLAGGED, readPatch(FLAGGED, { schemas: [PATCH], Operations: operations }, dialect), dialect)
    expect([read('lenient'), read('entra'), read('okta')]).toEqual([lenient, lenient, lenient])
    if (strict !== undefined) expect(read('strict')).toBe(strict)
  })

  test('no type has it that has no such attribute', () => {
    const type = { ...USER_TYPE, keys: { ...USER_TYPE.keys, active: null } }
    const body = { schemas: [PATCH], Operations: [replace(false)] }
    expect(activeAlone(type, readPatch(type, body, 'lenient'), 'lenient')).toBeNull()
  })
})

describe('a stored text is changed in its place, or left alone', () => {
  const set = async (text: string, over: { comparable?: string; active?: boolean } = {}) => {
    const id = await here.user()
    const { comparable = text, active = true } = over
    await here.sql`
      update mirror_resources set document = ${text}::text::json, comparable = ${comparable}::text::jsonb, active = ${active}
      where id = ${id}`
    const scope = here.scopes.get('idp') ?? { organization: 0, source: 0 }
    const author = { actor: 'idp', token: null, request: null }
    const [answer] = await setActive(here.sql, scope, 'User', [{ id, active: false, at: new Date(), author }], false)
    const [row] = await here.sql<{ text: string; comparable: { active?: boolean } }[]>`
      select document::text as text, comparable from mirror_resources where id = ${id}`
    return { answer: typeof answer === 'string' ? answer : answer?.changed, ...row }
  }

  test.each([
    ['{"userName":"a","active":true,"title":"b"}', '{"userName":"a","active":false,"title":"b"}'],
    ['{"active":true}', '{"active":false}'],
    // Quoted, it is somebody's text.
    [
      '{"title":"say \\"active\\":true, or leave","active":true}',
      '{"title":"say \\"active\\":true, or leave","active":false}',
    ],
    ['{"title":"active","active":true}', '{"title":"active","active":false}'],
    ['{"inactive":true,"active":true}', '{"inactive":true,"active":false}'],
  ])('%s', async (text, after) => {
    expect(await set(text)).toMatchObject({ answer: true, text: after, comparable: { active: false } })
  })

  test.each<[string, string, { comparable?: string; active?: boolean }?]>([
    ['no active', '{"userName":"a"}'],
    ['one in an extension alone', `{"userName":"a","${FLAGS}":{"active":true}}`],
    ['one in an extension besides', `{"active":true,"${FLAGS}":{"active":true}}`],
    ['one in an extension before', `{"${FLAGS}":{"active":false},"active":true}`],
    ['one among sub-attributes', '{"roles":[{"value":"x","active":true}]}'],
    ['otherwise than it was kept', '{"active":true}', { active: false }],
    ['written otherwise', '{"active" : true}'],
  ])('%s: somebody has to read it', async (_, text, over) => {
    const before = over?.comparable ?? text
    expect(await set(text, over)).toEqual({ answer: 'unclear', text, comparable: JSON.parse(before) })
  })
})

interface Twin {
  status: number
  text: string
  etag: boolean
  changed: boolean
  modified: unknown
  marks: { urgent: boolean }[]
  pushes: boolean[]
  audit: string[]
}

const DIALECTS: SourceName[] = ['idp', 'entra', 'okta', 'strict']

/** Makes a user, patches it, and tells all that can be seen of that, with names and numbers of its own taken out. */
async function twin(
  source: SourceName,
  over: object,
  prepare: object[],
  operations: object[],
  asked: Asked = {},
): Promise<Twin> {
  made += 1
  const userName = `twin-${made}@acme.example`
  const id = await here.user({ ...over, userName }, { source })
  await here.group([id], { displayName: `Group of ${userName}` }, { source })
  if (prepare.length > 0) await here.patch(`/Users/${id}`, prepare, { source })
  await here.sql`delete from mirror_marks`
  await here.sql`delete from audit`
  here.pushes.length = 0
  const before = (await here.ask('GET', `/Users/${id}`, undefined, { source })).json
  here.clock.now = new Date(here.clock.now.getTime() + 60_000)
  const answer = await here.patch(`/Users/${id}`, operations, { ...asked, source })
  const after = await here.ask('GET', `/Users/${id}`, undefined, { source })
  const [was, now] = [part(before['meta']), part(after.json['meta'])]
  if (answer.status === 200) expect(answer.text).toBe(after.text)
  if (answer.status < 300) expect(answer.headers.get('etag')).toBe(now['version'])
  const minutes = (Date.parse(String(now['lastModified'])) - Date.parse(String(was['lastModified']))) / 60_000
  const own = (text: string) =>
    [
      id,
      userName,
      String(now['version']).replaceAll('"', '\\"'),
      String(now['lastModified']),
      String(now['created']),
    ].reduce((rest, one) => rest.replaceAll(one, '…'), text)
  return {
    status: answer.status,
    text: own(answer.status === 204 ? after.text : answer.text).replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}/g, '…'),
    etag: answer.headers.has('etag'),
    changed: was['version'] !== now['version'],
    modified: minutes,
    marks: await here.sql<{ urgent: boolean }[]>`select urgent from mirror_marks where type = 'User'`,
    pushes: here.pushes.map((one) => one.urgent),
    audit: (await here.sql<{ act: string }[]>`select act from audit`).map((one) => one.act),
  }
}
let made = 0

describe.each(DIALECTS)('%s: nobody can tell the short way from the long one', (source) => {
  const extension = {
    schemas: [USER, ENTERPRISE],
    [ENTERPRISE]: { department: 'Lighting' },
    title: 'say "active":true',
  }
  const gone = [{ op: 'remove', path: 'active' }]
  test.each<[string, object, object[], Json]>([
    ['leaves', { active: true }, [], false],
    ['comes back', { active: false }, [], true],
    ['is active already', { active: true }, [], true],
    ['has left already', { active: false }, [], false],
    ['has more than that', { active: true, ...extension }, [], false],
    ['says nothing of it and leaves', {}, gone, false],
    ['says nothing of it and is to be active', {}, gone, true],
    ['"False"', { active: true }, [], 'False'],
    ['"True"', { active: false }, [], 'True'],
    ['"no"', { active: true }, [], 'no'],
    ['null', { active: true }, [], null],
  ])('%s', async (_, over, prepare, value) => {
    const short = await twin(source, over, prepare, [replace(value)])
    const { text, ...long } = await twin(source, over, prepare, [replace(value), replace(value)])
    // An error says which of several operations it is about.
    expect(short).toEqual({ ...long, text: text.replace('Operation 1: ', '') })
  })
})

describe('what it leaves behind', () => {
  test.each([
    [
      'leaves',
      true,
      false,
      { changed: true, modified: 1, marks: [{ urgent: true }], pushes: [true], audit: ['mirror.changed'] },
    ],
    [
      'comes back',
      false,
      true,
      { changed: true, modified: 1, marks: [{ urgent: false }], pushes: [false], audit: ['mirror.changed'] },
    ],
    ['is active already', true, true, { changed: false, modified: 0, marks: [], pushes: [], audit: [] }],
    ['has left already', false, false, { changed: false, modified: 0, marks: [], pushes: [], audit: [] }],
  ])('who %s', async (_, before, value, left) => {
    for (const source of DIALECTS) {
      const status = source === 'entra' ? 204 : 200
      expect(await twin(source, { active: before }, [], [replace(value)])).toMatchObject({ status, ...left })
    }
  })

  test('with If-Match it is done on that version alone', async () => {
    const id = await here.user({ active: true })
    const etag = (await here.ask('GET', `/Users/${id}`)).headers.get('etag') ?? ''
    const conditional = (version: string) =>
      here.patch(`/Users/${id}`, [replace(false)], { headers: { 'if-match': version } })
    expect((await conditional('W/"1"')).status).toBe(412)
    expect((await here.ask('GET', `/Users/${id}`)).json['active']).toBe(true)
    expect((await conditional(etag)).json['active']).toBe(false)
    expect((await conditional(etag)).status).toBe(412)
  })

  test('who is not there, or is deleted, or belongs to another source, is not there', async () => {
    const [deleted, other] = [await here.user(), await here.user({}, { source: 'okta' })]
    await here.ask('DELETE', `/Users/${deleted}`)
    for (const id of [deleted, other, '0190b0c0-0000-7000-8000-999999999999', 'nobody'])
      expect((await here.patch(`/Users/${id}`, [replace(false)])).status).toBe(404)
    expect((await here.ask('GET', `/Users/${other}`, undefined, { source: 'okta' })).json['active']).toBe(true)
  })

  test('its groups are shown where they are asked for, and only the attributes that are', async () => {
    const id = await here.user()
    const inner = await here.group([id])
    const outer = await here.group([inner])
    const whole = await here.patch(`/Users/${id}`, [replace(false)])
    expect(whole.json['groups']).toMatchObject([
      { value: inner, type: 'direct' },
      { value: outer, type: 'indirect' },
    ])
    const little = await here.patch(`/Users/${id}?attributes=active`, [replace(true)], { source: 'idp' })
    expect(little.json).toEqual({ schemas: whole.json['schemas'], id, active: true, meta: expect.anything() })
  })
})

test('after five hundred toggles at once the counts are those of the people', async () => {
  const at: Asked = { source: 'second' }
  const people = await Promise.all(
    Array.from({ length: 25 }, (_, n) => here.user({ title: 'Toggled', active: n % 2 === 0 }, at)),
  )
  const next = random(11)
  const answers = await Promise.all(
    Array.from({ length: 500 }, async () => {
      const [id, value] = [people[Math.floor(next() * people.length)], next() < 0.5]
      const operations = next() < 0.8 ? [replace(value)] : [replace(value), replace('Toggled', 'title')]
      const answer = await here.patch(`/Users/${id}`, operations, at)
      return { status: answer.status, same: answer.status === 412 || answer.json['active'] === value }
    }),
  )
  expect(answers.filter(({ status, same }) => ![200, 412].includes(status) || !same)).toEqual([])
  const count = async (value: boolean) =>
    Number((await here.ask('GET', `/Users?filter=active eq ${value}&count=0`, undefined, at)).json['totalResults'])
  const counted = [await count(true), await count(false)]
  const listed = resources(await here.ask('GET', '/Users?count=1000', undefined, at))
  expect(counted).toEqual([true, false].map((value) => listed.filter((one) => one['active'] === value).length))
  // The column, the text and what filters see say the same.
  const apart = await here.sql`
    select id from mirror_resources
    where id = any(${people}::uuid[]) and (active <> (document->>'active')::boolean or active <> (comparable->>'active')::boolean)`
  expect(apart).toHaveLength(0)
})
