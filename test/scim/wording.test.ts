/**
 * What an administrator reads in the log of Okta or Entra ID when a request is refused: which attribute, which value, what would be
 * right. Every sentence here is the whole `detail`.
 */
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  BULK,
  ENTERPRISE,
  type Endpoint,
  openEndpoint,
  PATCH,
  part,
  SEARCH,
  type SourceName,
  USER,
} from './endpoint.ts'

let here: Endpoint
const ids = new Map<SourceName, string>()
beforeAll(async () => {
  here = await openEndpoint()
  const emails = [1, 2].map((n) => ({ type: 'work', value: `${n}@acme.example` }))
  for (const source of ['idp', 'strict'] as const)
    ids.set(source, await here.user({ emails, active: true }, { source }))
})
afterAll(() => here?.drop())

const ada = (over: object) => ({ schemas: [USER], userName: 'ada', ...over })

describe('a user', () => {
  test.each<[SourceName, object, string]>([
    ['idp', { userName: ' ' }, 'userName is required and must not be empty.'],
    ['idp', { active: 'perhaps' }, 'active is "perhaps" but must be true or false, without quotes.'],
    ['idp', { title: ['a', 'b'] }, 'title is an array of 2 but has a single value: send that without an array.'],
    [
      'idp',
      { name: 'Ada' },
      'name is "Ada" but consists of parts: send an object with formatted, familyName and the like.',
    ],
    ['idp', { userName: 'a\0b' }, 'userName has a NUL character (\\u0000); leave it out.'],
    [
      'idp',
      { userName: 'a'.repeat(513) },
      `userName is "${'a'.repeat(100)}"…, 513 characters long, but may have at most 512; send a shorter one.`,
    ],
    [
      'idp',
      { emails: [1, 2].map((n) => ({ value: `${n}@x`, primary: true })) },
      'emails has 2 values with "primary": true; at most one may have it.',
    ],
    [
      'idp',
      { x509Certificates: [{ value: 'not base64' }] },
      'x509Certificates.value is "not base64" but must be base64 as in RFC 4648 §4, with padding.',
    ],
    [
      'strict',
      { company: 'Acme' },
      '"company" is no attribute of this resource type; leave it out. GET /Schemas lists those that there are.',
    ],
    ['strict', { emails: [null] }, 'emails has null among its values; leave it out.'],
    ['strict', { [ENTERPRISE]: { department: 'x' } }, `schemas does not have "${ENTERPRISE}", but the body needs it.`],
  ])('%s: %j', async (source, over, detail) => {
    const answer = await here.ask('POST', '/Users', ada(over), { source })
    expect([answer.status, answer.json['detail']]).toEqual([400, detail])
  })

  test('whose name somebody has', async () => {
    await here.ask('POST', '/Users', ada({ userName: 'Grace' }))
    const answer = await here.ask('POST', '/Users', ada({ userName: 'grace' }))
    expect(answer.json['detail']).toBe(
      'Another User has the userName "grace" already; look it up by that and change it instead.',
    )
  })
})

// As JSON: what the parser of this test would make of them is not what was sent.
describe('a number for text', () => {
  const lost =
    ' is a number with a fraction or too many digits, of which some would be lost; send it in quotation marks.'
  test.each([
    ['externalId', '9007199254740993'],
    ['externalId', '-9007199254740993'],
    ['userName', '123456789012345678901234567890'],
    ['externalId', '701984.10'],
    ['externalId', '1e999'],
  ])('%s: %s', async (name, number) => {
    for (const source of ['idp', 'strict'] as const) {
      const body = `{"schemas":["${USER}"],${name === 'userName' ? '' : '"userName":"digits",'}"${name}":${number}}`
      const answer = await here.ask('POST', '/Users', body, { source })
      expect([answer.status, answer.json['scimType'], answer.json['detail']]).toEqual([
        400,
        'invalidValue',
        name + lost,
      ])
    }
  })

  test('in a PATCH, and in what a filter of its path says a new value is', async () => {
    const detail = async (operation: string) => {
      const body = `{"schemas":["${PATCH}"],"Operations":[${operation}]}`
      return (await here.ask('PATCH', `/Users/${ids.get('idp')}`, body)).json['detail']
    }
    expect(await detail('{"op":"add","path":"title","value":9007199254740993}')).toBe(`title${lost}`)
    expect(await detail('{"op":"add","value":{"title":0.5}}')).toBe(`title${lost}`)
    expect(await detail('{"op":"add","path":"roles[value eq 9007199254740993].type","value":"x"}')).toBe(
      `roles.value${lost}`,
    )
  })

  test('is taken where every digit is kept', async () => {
    const body = '{"userName":"kept","externalId":9007199254740991,"title":-17}'
    expect((await here.ask('POST', '/Users', body)).json).toMatchObject({
      externalId: '9007199254740991',
      title: '-17',
    })
  })

  test('that is too large for anything is called so', async () => {
    expect((await here.ask('POST', '/Users', '{"userName":"x","active":1e999}')).json['detail']).toBe(
      'active is a number that is too large but must be true or false, without quotes.',
    )
  })
})

describe('a body', () => {
  test.each([
    ['', 'The body is empty; send one JSON object.'],
    ['{"userName":}', "The body is not JSON: unexpected token '}'; send one JSON object."],
    [
      '{"password":"x"',
      "The body is not JSON: expected ',' or '}' after property value at character 16; send one JSON object.",
    ],
    ['{"password":"hush', 'The body is not JSON: unterminated string at character 18; send one JSON object.'],
    ['[,"hush"]', "The body is not JSON: unexpected token ','; send one JSON object."],
    ['[]', 'The body is an empty array but must be a JSON object: one User.'],
    ['{"userName":"a","title":"b","title":"c"}', 'The body has "title" twice in the same object; send each name once.'],
    [
      '{"a":[{"b":":"},{"b":"\\"{"}],"name":{"x\\u0079":1,"c":{"xy":2},"xy":3}}',
      'The body has "xy" twice in the same object; send each name once.',
    ],
    [
      `${'{"a":'.repeat(33)}1${'}'.repeat(33)}`,
      'The body is nested deeper than 32 levels; nothing that SCIM knows lies deeper than five.',
    ],
  ])('%s', async (body, detail) => {
    const answer = await here.ask('POST', '/Users', body)
    expect([answer.status, answer.json['scimType'], answer.json['detail']]).toEqual([400, 'invalidSyntax', detail])
  })

  test('that is not UTF-8, or of another type', async () => {
    const headers = { authorization: `Bearer ${here.tokens.get('idp')}`, 'content-type': 'application/json' }
    const send = async (over: RequestInit) => {
      const response = await here.app.request('/scim/v2/Users', { method: 'POST', headers, ...over })
      return part(await response.json())['detail']
    }
    expect(await send({ body: new Uint8Array([34, 255, 34]) })).toBe(
      'The body has bytes that are not UTF-8, as JSON has to be; send it in that encoding.',
    )
    expect(await send({ body: 'a,b', headers: { ...headers, 'content-type': 'text/csv' } })).toBe(
      'The body is "text/csv" but must be application/scim+json or application/json.',
    )
  })

  test.each([
    ['gzip', gzipSync],
    ['br', brotliCompressSync],
  ])('that is packed with %s', async (coding, pack) => {
    const headers = {
      authorization: `Bearer ${here.tokens.get('idp')}`,
      'content-type': 'application/scim+json',
      'content-encoding': coding,
    }
    const body = new Uint8Array(pack(JSON.stringify(ada({ userName: coding }))))
    const response = await here.app.request('/scim/v2/Users', { method: 'POST', headers, body })
    expect([response.status, response.headers.get('accept-encoding')]).toEqual([415, 'identity'])
    expect(part(await response.json())['detail']).toBe(
      `The body is packed ("${coding}"), but bodies are sent as they are: send it without Content-Encoding.`,
    )
  })

  test('that says that it is not packed', async () => {
    const headers = { 'content-encoding': 'Identity' }
    expect((await here.ask('POST', '/Users', ada({ userName: 'plain' }), { headers })).status).toBe(201)
  })
})

describe('what is there, and what is not', () => {
  const id = '018f7d5e-1111-7000-8000-00000000000f'

  test.each(['GET', 'PUT', 'PATCH', 'DELETE'])('%s of a resource that is not there', async (method) => {
    const body =
      method === 'PUT' ? ada({}) : { schemas: [PATCH], Operations: [{ op: 'add', path: 'title', value: 'x' }] }
    const answer = await here.ask(method, `/Users/${id}`, /^P/.test(method) ? body : undefined)
    expect([answer.status, answer.json['detail']]).toEqual([
      404,
      `There is no User with the id "${id}". It may have been deleted; look it up with a filter.`,
    ])
  })

  test.each([
    ['PUT', '/Users', 'PUT cannot be used at "/scim/v2/Users"; only GET, HEAD, POST can.'],
    ['POST', `/Users/${id}/`, `POST cannot be used at "/scim/v2/Users/${id}"; only GET, HEAD, PUT, PATCH, DELETE can.`],
    ['GET', '/Bulk?x=1', 'GET cannot be used at "/scim/v2/Bulk"; only POST can.'],
  ])('%s %s cannot be used', async (method, path, detail) => {
    const answer = await here.ask(method, path)
    expect([answer.status, answer.json['detail']]).toEqual([405, detail])
  })

  test('a resource that is too large', async () => {
    const photos = [{ value: `https://x.example/${'a'.repeat(1_100_000)}` }]
    const answer = await here.ask('POST', '/Users', ada({ photos }))
    expect([answer.status, answer.json['detail']]).toEqual([
      413,
      expect.stringMatching(
        /^The User would have 1,1\d\d,\d{3} bytes, but may have at most 1,048,576, members not counted\. Leave out what is large, such as photos or certificates\.$/,
      ),
    ])
  })

  test('a cursor of another query', async () => {
    const page = async (query: string, source: SourceName = 'idp') =>
      (await here.ask('GET', `${query}&count=1`, undefined, { source })).json
    const cursor = String((await page('/Users?filter=userName pr&cursor='))['nextCursor'])
    const detail = async (query: string, source?: SourceName) =>
      (await page(`${query}&cursor=${cursor}`, source))['detail']
    const again = '; repeat what the first page had, or begin again with an empty cursor.'
    expect(await detail('/Users?filter=active pr')).toBe(`The cursor was made for another filter${again}`)
    expect(await detail('/Users?filter=userName pr&sortBy=title&sortOrder=descending')).toBe(
      `The cursor was made for another sortBy and another sortOrder${again}`,
    )
    expect(await detail('/?filter=userName pr')).toBe(`The cursor was made for another address${again}`)
    expect(await detail('/Users?filter=userName pr', 'second')).toBe(
      'The cursor was made for another token, or a piece of it is missing; begin again with an empty cursor.',
    )
    expect(await detail('/Users?filter=userName pr')).toBeUndefined()
  })

  test('too many requests', async () => {
    let detail: unknown
    for (let asked = 0; asked < 10 && detail === undefined; asked++)
      detail = (await here.ask('GET', '/Users?count=0', undefined, { source: 'slow' })).json['detail']
    expect(detail).toBe(
      'More than 1 requests a second, and more than 3 at once; wait 1 s and go on. Raise "rate:" of the source for a first push.',
    )
  })
})

describe('a PATCH', () => {
  test.each<[SourceName, object, string]>([
    ['idp', { op: 'jump', path: 'title', value: 'x' }, '"op" is "jump" but must be add, replace or remove.'],
    ['idp', { op: 'replace', path: 5, value: 'x' }, '"path" is 5 but must be text such as "userName".'],
    ['idp', { op: 'replace', path: 'title' }, '"replace" needs a "value"; null unassigns the attribute.'],
    ['idp', { op: 'remove' }, '"remove" needs a "path" that says what to remove.'],
    [
      'idp',
      { op: 'replace', path: 'emails[type eq "work"', value: 'x' },
      '"emails[type eq \\"work\\"" is not a path: the bracket [ is not closed.',
    ],
    [
      'idp',
      { op: 'add', path: 'groups', value: [{ value: 'x' }] },
      '"groups" is readOnly: the server alone sets it. Leave it out, and change the members of the group.',
    ],
    ['idp', { op: 'replace', path: 'id', value: 'x' }, '"id" is readOnly: the server alone sets it. Leave it out.'],
    [
      'idp',
      { op: 'replace', path: 'emails.value', value: 'x' },
      '"emails.value" could be any of 2 values; name one of them: emails[type eq "…"].value.',
    ],
    [
      'idp',
      { op: 'replace', path: 'emails[value sw "z"].display', value: 'x' },
      '"emails[value sw \\"z\\"].display" finds no value, and does not say with eq what a new one would be.',
    ],
    [
      'idp',
      { op: 'replace', path: 'active', value: 'no' },
      'active is "no" but must be true or false, without quotes.',
    ],
    [
      'strict',
      { op: 'replace', path: 'emails[type eq "work"].display', value: 'x' },
      '"emails[type eq \\"work\\"].display" finds 2 values but may find one: ask for more, such as its value.',
    ],
    [
      'strict',
      { op: 'replace', path: 'emails[type eq "home"].value', value: 'x' },
      '"emails[type eq \\"home\\"].value" finds no value; "add" one with the path "emails" first.',
    ],
    [
      'strict',
      { op: 'replace', path: 'emails[type eq "home"]', value: { value: 'x' } },
      '"emails[type eq \\"home\\"]" names no part of what it finds: add .value or the like.',
    ],
    [
      'strict',
      { op: 'replace', path: 'addresses[type eq "home"]', value: { country: 'DE' } },
      '"addresses[type eq \\"home\\"]" names no part of what it finds: add .formatted or the like.',
    ],
    [
      'strict',
      { op: 'replace', path: 'company', value: 'x' },
      'User has no attribute "company"; /Schemas lists those that it has.',
    ],
    [
      'strict',
      { op: 'replace', path: 'title', value: 'x', name: 'x' },
      'There is no "name" here, only op, path, value; leave it out.',
    ],
  ])('%s: %j', async (source, operation, detail) => {
    const body = { schemas: [PATCH], Operations: [operation] }
    const answer = await here.ask('PATCH', `/Users/${ids.get(source)}`, body, { source })
    expect([answer.status, answer.json['detail']]).toEqual([400, detail])
  })

  test('of the members of a group', async () => {
    const id = await here.group()
    const detail = async (operation: object) => (await here.patch(`/Groups/${id}`, [operation])).json['detail']
    expect(await detail({ op: 'replace', path: 'members[value eq "x"].value', value: 'y' })).toBe(
      '"members[value eq \\"x\\"].value" cannot be changed, for members only come and go: remove the member and add another one.',
    )
    expect(await detail({ op: 'remove', path: 'members[display co "x"]' })).toContain(
      'cannot be used for members, only this can: value eq "…"',
    )
  })
})

describe('a Bulk', () => {
  test.each<[unknown, string]>([
    [5, 'An operation is an object with "method" and "path", not 5.'],
    [{ method: 'DELETE', path: '/Users/1', Path: '/Users/2' }, '"Path" stands twice, in different case; send it once.'],
    [{ method: 'GET', path: '/Users' }, '"method" is "GET" but must be POST, PUT, PATCH or DELETE.'],
    [
      { method: 'POST', path: '/Users', data: {} },
      'A POST in a Bulk needs a "bulkId": any text that no other POST of the request has.',
    ],
    [{ method: 'PUT', path: '/Users/1' }, 'PUT "/Users/1" needs "data": what the request would have as its body.'],
    [
      { method: 'POST', path: '/Users', bulkId: 'first', data: ada({}) },
      'Another POST of this request has the bulkId "first"; give each its own.',
    ],
    [
      { method: 'DELETE', path: '/Users/bulkId:nobody' },
      '"bulkId:nobody" refers to nothing: no POST of this request has that bulkId.',
    ],
  ])('%j', async (operation, detail) => {
    const first = { method: 'POST', path: '/Groups', bulkId: 'first', data: {} }
    const answer = await here.ask('POST', '/Bulk', { schemas: [BULK], Operations: [first, operation] })
    expect(answer.json['Operations']).toMatchObject([{}, { response: { detail } }])
  })
})

describe('a filter', () => {
  test.each([
    ['userName', 'an operator is missing at the end; there are eq, ne, co, sw, ew, gt, ge, lt, le and pr.'],
    ["userName eq 'x'", 'a value stands in double quotation marks ("), not in single ones.'],
    ['active gt true', 'true can be compared with eq and ne alone, not with gt.'],
    ['active co "t"', '"active" has the type boolean and cannot be compared with co, only with eq and ne.'],
    ['active eq "perhaps"', '"active" is a boolean, and "perhaps" is neither true nor false.'],
    [
      'meta.created gt "yesterday"',
      '"meta.created" is a moment, and "yesterday" is no date and time such as "2026-03-31T09:00:00Z".',
    ],
    ['title co 5', 'co looks for a part of a text, which stands in quotation marks: "5".'],
  ])('%s', async (filter, sentence) => {
    const answer = await here.ask('POST', '/Users/.search', { schemas: [SEARCH], filter })
    expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidFilter'])
    expect(answer.json['detail']).toMatch(/^The filter is wrong at character \d+: /)
    expect(String(answer.json['detail'])).toContain(sentence)
  })
})
