/** What is decided where standards and identity providers disagree, as far as no statement or row of the requirements has a number for it. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ENTERPRISE, type Endpoint, openEndpoint, PATCH, part, USER } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

/** Lines of the log about what was ignored: the attributes. */
function ignored(): unknown[] {
  const lines = here.lines.map((line) => part(JSON.parse(line)))
  return lines
    .filter(({ msg }) => String(msg).includes('is ignored'))
    .map((line) => [line['source'], line['attribute']])
}

describe('an attribute that no schema knows', () => {
  test('is ignored and told once for each source, in whatever request it comes', async () => {
    const unknown = { companyName: 'Acme', [ENTERPRISE]: { floor: 5 } }
    for (const source of ['idp', 'idp', 'entra'] as const) {
      const id = await here.user(unknown, { source })
      const put = { schemas: [USER], userName: `${source}-${id}`, ...unknown }
      expect((await here.ask('PUT', `/Users/${id}`, put, { source })).json).not.toHaveProperty('companyName')
      const operation = { op: 'add', path: 'companyName', value: 'Acme' }
      expect([200, 204]).toContain((await here.patch(`/Users/${id}`, [operation], { source })).status)
    }
    const names = ['companyName', `${ENTERPRISE}:floor`]
    const expected = ['idp', 'entra'].flatMap((source) => names.map((name) => [source, name]))
    expect(ignored().sort()).toEqual(expected.sort())
  })

  test('is refused by strict and told to nobody else', async () => {
    const before = ignored().length
    const body = { schemas: [USER], userName: 'x', companyName: 'Acme' }
    expect((await here.ask('POST', '/Users', body, { source: 'strict' })).json['scimType']).toBe('invalidSyntax')
    expect(ignored()).toHaveLength(before)
  })
})

test('a member who is added again changes neither the version nor the date of the group', async () => {
  const member = await here.user()
  const id = await here.group([member])
  const meta = async () => (await here.ask('GET', `/Groups/${id}?excludedAttributes=members`)).json['meta']
  const before = await meta()
  here.clock.now = new Date(here.clock.now.getTime() + 60_000)
  const added = await here.patch(`/Groups/${id}`, [{ op: 'add', path: 'members', value: [{ value: member }] }])
  expect(added.status).toBe(204)
  expect(await meta()).toEqual(before)
  expect(await here.membersOf(id)).toEqual([member])
})

describe.each(['/Users', '/Groups'])('an id of %s that is none', (endpoint) => {
  test.each([
    '0',
    '-1',
    'null',
    'a'.repeat(5_000),
    '%00',
    '%F0%9F%92%A9',
    "'",
    '018f7d5e-1111-7000-8000-00000000000',
    '*',
  ])('%s gives 404 to every verb', async (id) => {
    const body = endpoint === '/Users' ? { userName: 'none' } : { displayName: 'none' }
    const operations = { schemas: [PATCH], Operations: [{ op: 'add', path: 'externalId', value: 'x' }] }
    for (const [method, sent] of [
      ['GET', undefined],
      ['PUT', body],
      ['PATCH', operations],
      ['DELETE', undefined],
    ] as const) {
      const answer = await here.ask(method, `${endpoint}/${id}`, sent)
      expect([answer.status, answer.json['status']], method).toEqual([404, '404'])
    }
  })
})

test('active that is null or not there is true in a POST, and in a PUT stays what it was', async () => {
  for (const over of [{}, { active: null }]) {
    const made = await here.ask('POST', '/Users', { userName: `active-${JSON.stringify(over)}`, ...over })
    expect(made.json['active']).toBe(true)
    const path = `/Users/${String(made.json['id'])}`
    await here.patch(path, [{ op: 'replace', path: 'active', value: false }])
    const put = await here.ask('PUT', path, { userName: `active-${JSON.stringify(over)}`, ...over })
    expect(put.json['active']).toBe(false)
    const removed = await here.patch(path, [{ op: 'remove', path: 'active' }])
    expect(removed.json['active']).toBe(false)
  }
})
