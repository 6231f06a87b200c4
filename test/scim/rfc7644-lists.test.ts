/** Statements 42 to 48 (sort, page, project, search) and 49 to 54 (cursors, RFC 9865) of the requirements. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Answer, type Asked, type Endpoint, openEndpoint, resources, SEARCH, USER } from './endpoint.ts'

let here: Endpoint
const ids: string[] = []
const PEOPLE = 12
beforeAll(async () => {
  here = await openEndpoint()
  for (let n = 0; n < PEOPLE; n += 1) {
    const letter = String.fromCharCode(97 + ((n * 7) % PEOPLE))
    const familyName = n % 4 === 3 ? undefined : n % 2 === 0 ? letter : letter.toUpperCase()
    ids.push(
      await here.user({
        userName: `person-${String(n).padStart(2, '0')}`,
        name: { givenName: 'Given', ...(familyName !== undefined && { familyName }) },
        emails: [{ value: `${letter}@acme.example`, type: 'work' }],
        active: n % 3 !== 0,
      }),
    )
  }
  // Somebody of another source and of another organization, who are in none of the lists.
  await here.user({}, { source: 'second' })
  await here.user({}, { source: 'globex' })
})
afterAll(() => here?.drop())

const list = (query: string, asked?: Asked) => here.ask('GET', `/Users?${query}`, undefined, asked)
const names = (answer: Answer) => resources(answer).map((one) => one['userName'])
const found = (answer: Answer) => resources(answer).map((one) => one['id'])

describe('43: pages by index', () => {
  test.each([
    ['', { totalResults: 12, startIndex: 1, itemsPerPage: 12 }],
    ['startIndex=1&count=5', { totalResults: 12, startIndex: 1, itemsPerPage: 5 }],
    ['startIndex=11&count=5', { totalResults: 12, startIndex: 11, itemsPerPage: 2 }],
    ['startIndex=13&count=5', { totalResults: 12, startIndex: 13, itemsPerPage: 0 }],
    ['startIndex=100000000000000000000', { totalResults: 12, itemsPerPage: 0 }],
    ['startIndex=0&count=5', { totalResults: 12, startIndex: 1, itemsPerPage: 5 }],
    ['startIndex=-3&count=5', { totalResults: 12, startIndex: 1, itemsPerPage: 5 }],
    ['count=0', { totalResults: 12, startIndex: 1, itemsPerPage: 0 }],
    ['count=-1', { totalResults: 12, startIndex: 1, itemsPerPage: 0 }],
    ['count=100000', { totalResults: 12, startIndex: 1, itemsPerPage: 12 }],
    ['count=&startIndex=', { totalResults: 12, startIndex: 1, itemsPerPage: 12 }],
    ['startindex=3&COUNT=2', { totalResults: 12, startIndex: 3, itemsPerPage: 2 }],
    ['filter=active eq true&count=3', { totalResults: 8, startIndex: 1, itemsPerPage: 3 }],
    ['filter=active eq false', { totalResults: 4, startIndex: 1, itemsPerPage: 4 }],
    ['filter=active ne true&startIndex=4&count=3', { totalResults: 4, startIndex: 4, itemsPerPage: 1 }],
    ['filter=userName sw "person-0"&count=4', { totalResults: 10, startIndex: 1, itemsPerPage: 4 }],
    ['filter=userName sw "person-0"&startIndex=20', { totalResults: 10, startIndex: 20, itemsPerPage: 0 }],
    ['filter=userName sw "person-0"&count=0', { totalResults: 10, startIndex: 1, itemsPerPage: 0 }],
  ])('%s', async (query, head) => {
    const answer = await list(query)
    expect(answer.status).toBe(200)
    expect(answer.json).toMatchObject(head)
    expect(resources(answer)).toHaveLength(head.itemsPerPage)
  })

  test.each(['count=x', 'count=1.5', 'startIndex=1e3', 'startIndex=NaN'])('%s gives 400', async (query) => {
    expect((await list(query)).json).toMatchObject({ status: '400', scimType: 'invalidValue' })
  })

  test('44: in the order of their creation, page after page', async () => {
    const pages = [
      await list('startIndex=1&count=5'),
      await list('startIndex=6&count=5'),
      await list('startIndex=11&count=5'),
    ]
    expect(pages.flatMap(found)).toEqual(ids)
  })
})

describe('42: sorting', () => {
  const letters = (answer: Answer) =>
    resources(answer).map(
      (one) =>
        JSON.stringify(one['name'])
          .match(/"familyName":"(.)"/)?.[1]
          ?.toLowerCase() ?? null,
    )

  test('without case, absent last; descending the other way round', async () => {
    const up = letters(await list('sortBy=name.familyName'))
    const there = up.filter((one) => one !== null)
    expect(there).toEqual([...there].sort())
    expect(up.slice(there.length).every((one) => one === null)).toBe(true)
    expect(letters(await list('sortBy=NAME.familyname&sortOrder=Descending'))).toEqual(up.toReversed())
  })

  test('by the value of what has several, and what cannot be sorted by is ignored', async () => {
    const mails = resources(await list('sortBy=emails')).map((one) => JSON.stringify(one['emails']))
    expect(mails).toEqual([...mails].sort())
    for (const sortBy of ['nothing', 'password', 'groups', 'meta', 'a..b', '%00']) {
      const answer = await list(`sortBy=${sortBy}`)
      expect(answer.status === 200 ? found(answer) : answer.json['scimType']).toEqual(
        sortBy === '%00' ? 'invalidValue' : ids,
      )
    }
  })

  test('sorted pages are the sorted whole', async () => {
    const whole = found(await list('sortBy=active'))
    const pages = [await list('sortBy=active&count=7'), await list('sortBy=active&count=7&startIndex=8')]
    expect(pages.flatMap(found)).toEqual(whole)
  })
})

describe('45 to 47: projection', () => {
  test.each([
    ['attributes=userName', ['id', 'meta', 'schemas', 'userName']],
    ['attributes=USERNAME', ['id', 'meta', 'schemas', 'userName']],
    ['attributes=userName, name.givenName', ['id', 'meta', 'name', 'schemas', 'userName']],
    [`attributes=${USER}:userName`, ['id', 'meta', 'schemas', 'userName']],
    ['attributes=password', ['id', 'meta', 'schemas']],
    ['excludedAttributes=name,emails,active,meta,id,schemas', ['id', 'schemas', 'userName']],
  ])('%s', async (query, keys) => {
    for (const answer of [await list(`${query}&count=1`), await here.ask('GET', `/Users/${ids[0]}?${query}`)]) {
      const one = answer.json['Resources'] === undefined ? answer.json : resources(answer)[0]
      expect(Object.keys(one ?? {}).sort()).toEqual(keys)
    }
  })

  test('of sub-attributes only those', async () => {
    const { json } = await here.ask('GET', `/Users/${ids[0]}?attributes=name.givenName,emails.value`)
    expect([json['name'], json['emails']]).toEqual([{ givenName: 'Given' }, [{ value: 'a@acme.example' }]])
  })

  test('both at once give 400', async () => {
    for (const path of ['/Users', `/Users/${ids[0]}`]) {
      const answer = await here.ask('GET', `${path}?attributes=userName&excludedAttributes=name`)
      expect([answer.status, answer.json['scimType']]).toEqual([400, 'invalidValue'])
    }
  })

  test('what is returned on request comes when it is asked for, on writes too', async () => {
    const urn = 'urn:acme:scim:2.0:User'
    const made = await here.ask('POST', `/Users?attributes=${urn}:secret,userName`, {
      userName: 'asks',
      [urn]: { secret: 's' },
    })
    expect(made.json[urn]).toEqual({ secret: 's' })
    const id = String(made.json['id'])
    expect((await here.ask('GET', `/Users/${id}`)).json[urn]).toBeUndefined()
    const put = await here.ask('PUT', `/Users/${id}?excludedAttributes=userName`, { userName: 'asks' })
    expect([put.status, put.json['userName']]).toEqual([200, undefined])
    await here.ask('DELETE', `/Users/${id}`)
  })

  test('45: what is returned on request is in the answer to the POST or PUT that set it, and in no other', async () => {
    const urn = 'urn:acme:scim:2.0:User'
    const made = await here.ask('POST', '/Users', { userName: 'sets', [urn]: { secret: 's' } })
    expect([made.json[urn], made.json['userName']]).toEqual([{ secret: 's' }, 'sets'])
    const id = String(made.json['id'])
    const put = await here.ask('PUT', `/Users/${id}`, { userName: 'sets', [urn]: { secret: 't' } })
    expect(put.json[urn]).toEqual({ secret: 't' })
    expect((await here.ask('PUT', `/Users/${id}?attributes=userName`, { userName: 'sets' })).json[urn]).toBeUndefined()
    expect((await here.ask('GET', `/Users/${id}`)).json[urn]).toBeUndefined()
    await here.ask('DELETE', `/Users/${id}`)
  })

  test('groups of a user, direct and through other groups, only where they are wanted', async () => {
    const inner = await here.group([ids[0] ?? ''], { displayName: 'Inner' })
    const outer = await here.group([inner], { displayName: 'Outer' })
    await here.patch(`/Groups/${inner}`, [{ op: 'add', path: 'members', value: [{ value: outer }] }])
    const { json } = await here.ask('GET', `/Users/${ids[0]}`)
    expect(json['groups']).toMatchObject([
      { value: inner, display: 'Inner', type: 'direct' },
      { value: outer, display: 'Outer', type: 'indirect' },
    ])
    const [first, second] = resources(await list('count=2'))
    expect([first?.['groups'], second?.['groups']]).toEqual([json['groups'], undefined])
    expect((await here.ask('GET', `/Users/${ids[0]}?excludedAttributes=groups`)).json['groups']).toBeUndefined()
    const lists = await here.ask('GET', '/Groups?sortBy=displayName')
    expect(resources(lists).map((one) => one['members'])).toMatchObject([
      [
        { value: ids[0], type: 'User' },
        { value: outer, type: 'Group' },
      ],
      [{ value: inner }],
    ])
    const short = await here.ask('GET', '/Groups?attributes=members.value')
    expect(resources(short)[1]?.['members']).toEqual([{ value: inner }])
    for (const id of [inner, outer]) await here.ask('DELETE', `/Groups/${id}`)
  })
})

describe('48: search', () => {
  const search = (body: object, path = '/Users/.search') => here.ask('POST', path, { schemas: [SEARCH], ...body })

  test('says the same as the query', async () => {
    const answer = await search({
      filter: 'userName sw "person-0"',
      sortBy: 'userName',
      sortOrder: 'descending',
      startIndex: 2,
      count: 3,
      attributes: ['userName'],
    })
    const query = await list(
      'filter=userName sw "person-0"&sortBy=userName&sortOrder=descending&startIndex=2&count=3&attributes=userName',
    )
    expect(answer.json).toEqual(query.json)
    expect(names(answer)).toEqual(['person-08', 'person-07', 'person-06'])
  })

  test('at the root it finds whatever is there', async () => {
    expect((await search({ filter: 'userName eq "PERSON-03"' }, '/.search')).json['totalResults']).toBe(1)
    expect((await here.ask('GET', '?count=3')).json).toMatchObject({ totalResults: PEOPLE, itemsPerPage: 3 })
  })

  test.each([
    [{ filter: 5 }, 'invalidSyntax'],
    [{ filter: 'userName' }, 'invalidFilter'],
    [{ count: 'x' }, 'invalidValue'],
    [{ attributes: ['id'], excludedAttributes: ['name'] }, 'invalidValue'],
    [{ attributes: [5] }, 'invalidSyntax'],
    [{ sortBy: 'a\0' }, 'invalidValue'],
    [{ filter: 'userName eq "a\0"' }, 'invalidFilter'],
    [{ schemas: ['urn:other'] }, 'invalidSyntax'],
  ])('%j gives 400', async (body, scimType) => {
    const answer = await search(body)
    expect([answer.status, answer.json['scimType']]).toEqual([400, scimType])
  })

  test('strict asks for the schema', async () => {
    const answer = await here.ask('POST', '/Users/.search', { count: 1 }, { source: 'strict' })
    expect(answer.json['scimType']).toBe('invalidSyntax')
  })
})

describe('49 to 54: cursors', () => {
  async function walk(query: string, asked?: Asked): Promise<unknown[]> {
    const seen: unknown[] = []
    for (let cursor = ''; ; ) {
      const answer = await list(`${query}&cursor=${cursor}`, asked)
      expect(answer.status).toBe(200)
      expect(answer.json['startIndex']).toBeUndefined()
      seen.push(...found(answer))
      const next = answer.json['nextCursor']
      if (next === undefined) return seen
      expect(next).toMatch(/^[\w.~-]+$/)
      cursor = String(next)
    }
  }

  test.each([1, 3, 5, 12, 100])('pages of %i are the whole, and the last one has no nextCursor', async (count) => {
    expect(await walk(`count=${count}`)).toEqual(ids)
    expect(await walk(`count=${count}&filter=userName sw "person-0"`)).toEqual(ids.slice(0, 10))
    const sorted = found(await list('sortBy=name.familyName'))
    expect(await walk(`count=${count}&sortBy=name.familyName`)).toEqual(sorted)
  })

  test('53: without a cursor lists are paged by index', async () => {
    expect((await list('count=1')).json).toMatchObject({ startIndex: 1 })
    expect((await list('count=1')).json['nextCursor']).toBeUndefined()
  })

  test('somebody who is made meanwhile comes last, somebody who goes is left out, and nobody comes twice', async () => {
    const first = await list('count=6&cursor=')
    const extra = await here.user()
    const gone = await here.user()
    await here.ask('DELETE', `/Users/${gone}`)
    const rest = await list(`count=100&cursor=${String(first.json['nextCursor'])}`)
    expect([...found(first), ...found(rest)]).toEqual([...ids, extra])
    await here.ask('DELETE', `/Users/${extra}`)
  })

  test('51: another query, another caller, and made-up ones give invalidCursor; an old one expiredCursor', async () => {
    const cursor = String((await list('count=2&cursor=&filter=active pr')).json['nextCursor'])
    const ask = async (query: string, asked?: Asked) =>
      (await list(`count=2&${query}`, asked)).json['scimType'] ?? 'fine'
    expect(await ask(`cursor=${cursor}&filter=active pr`)).toBe('fine')
    expect(await ask(`cursor=${cursor}&filter=userName pr`)).toBe('invalidCursor')
    expect(await ask(`cursor=${cursor}`)).toBe('invalidCursor')
    expect(await ask(`cursor=${cursor}&filter=active pr&sortBy=userName`)).toBe('invalidCursor')
    for (const source of ['second', 'globex', 'entra'] as const) {
      expect(await ask(`cursor=${cursor}&filter=active pr`, { source })).toBe('invalidCursor')
    }
    expect((await here.ask('GET', `/Groups?cursor=${cursor}&filter=active pr`)).json['scimType']).toBe('invalidCursor')
    for (const made of ['x', '.', `${cursor}x`, cursor.slice(1), 'a'.repeat(2_000), '%00', '0'.repeat(43)]) {
      expect(await ask(`cursor=${made}&filter=active pr`)).toBe('invalidCursor')
    }
    const before = here.clock.now
    here.clock.now = new Date(before.getTime() + 3_601_000)
    expect(await ask(`cursor=${cursor}&filter=active pr`)).toBe('expiredCursor')
    here.clock.now = before
  })

  test('a count that is none gives invalidCount, and none at all nothing but the total', async () => {
    expect((await list('cursor=&count=x')).json).toMatchObject({ status: '400', scimType: 'invalidCount' })
    expect((await list('cursor=&count=0')).json).toMatchObject({ totalResults: PEOPLE, itemsPerPage: 0, Resources: [] })
  })

  test('54: in a search likewise', async () => {
    const first = await here.ask('POST', '/Users/.search', { schemas: [SEARCH], cursor: '', count: 7 })
    const body = { schemas: [SEARCH], cursor: first.json['nextCursor'], count: 7 }
    const second = await here.ask('POST', '/Users/.search', body)
    expect([...found(first), ...found(second)]).toEqual(ids)
    expect(second.json['nextCursor']).toBeUndefined()
  })

  test('offers have one page', async () => {
    expect((await here.ask('GET', '/Entitlements?cursor=')).json).toMatchObject({ totalResults: 2, itemsPerPage: 2 })
    expect((await here.ask('GET', '/Entitlements?cursor=x')).json['scimType']).toBe('invalidCursor')
  })
})
