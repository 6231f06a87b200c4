/** Tokens of sources over the API, and letting a source go live: who may, what is kept, and what neither opens. */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { hashToken, identifySource, makeSourceToken } from '../../src/auth.ts'
import { listSources } from '../../src/store/organizations.ts'
import { isLive } from '../../src/sync/go-live.ts'
import { NOW, openWorld, type World } from './world.ts'

const ACME = '/api/v1/organizations/acme'
const HOUR = 3_600_000
let world: World
let proposed: string[] = []
beforeAll(async () => {
  world = await openWorld()
  for (const id of Object.values(world.ids))
    await world.sql`
      insert into sources (organization_id, id, key, name, kind, mode, approval, trust, settings)
      values (${id}, 9, 'idp', 'Identity provider', 'scim', 'delta', 'within_limits', 1, '{"dialect": "okta"}')`
  world.parts.jobs.propose = async (organization, because) => void proposed.push(`${organization} ${because}`)
})
beforeEach(async () => {
  proposed = []
  await world.sql`delete from tokens where source_id is not null`
  await world.sql`update sources set live_at = null, connected = true`
})
afterAll(() => world.drop())

const make = async (body: object = { source: 'idp' }, who = 'admin') =>
  await world.ask(who, 'POST', `${ACME}/tokens`, body)
const secretOf = (answer: Awaited<ReturnType<typeof make>>) => String(answer.json['token'])
const opens = (token: string, now = NOW) => identifySource(world.sql, token, now)

describe('a token of a source', () => {
  it('is shown once, with what to paste; only its hash is kept', async () => {
    const answer = await make({ source: 'idp', expiresAt: '2027-06-30T22:00:00.000Z' })
    expect(answer).toMatchObject({
      status: 200,
      json: {
        id: expect.stringMatching(/^tok_\d+$/),
        token: expect.stringMatching(/^rosterd_scim_[\w-]{43}$/),
        administrator: null,
        source: 'idp',
        role: null,
        expiresAt: '2027-06-30T22:00:00.000Z',
        scimUrl: 'https://rosterd.example/scim/v2',
      },
    })
    const rows = await world.sql`
      select to_jsonb(t)::text as row from tokens t union all select to_jsonb(a)::text from audit a`
    expect(JSON.stringify(rows)).not.toContain(secretOf(answer).slice(13))
    expect(world.lines.join('')).not.toContain(secretOf(answer).slice(13))
    const [audited] =
      await world.sql`select actor, after from audit where act = 'token.created' order by id desc limit 1`
    expect(audited).toMatchObject({ actor: 'admin@acme.example', after: { source: 'idp' } })
    const { json } = await world.ask('admin', 'GET', `${ACME}/tokens?limit=1`)
    expect(json['items']).toMatchObject([
      { id: answer.json['id'], source: 'idp', administrator: null, role: null, lastUsedAt: null },
    ])
  })

  it('says which source of which organization comes in, with its settings, and is noted as used once an hour', async () => {
    const token = secretOf(await make())
    expect(await opens(token)).toEqual({
      organizationId: world.ids['acme'],
      organizationKey: 'acme',
      sourceId: 9,
      sourceKey: 'idp',
      settings: { dialect: 'okta' },
      tokenId: expect.any(Number),
    })
    const used = async () =>
      (await world.sql<{ at: Date }[]>`select last_used_at as at from tokens where hash = ${hashToken(token)}`)[0]?.at
    expect(await used()).toEqual(NOW)
    await opens(token, new Date(NOW.getTime() + HOUR))
    expect(await used()).toEqual(NOW)
    const later = new Date(NOW.getTime() + HOUR + 1)
    await opens(token, later)
    expect(await used()).toEqual(later)
  })

  it('opens nothing of the administrators, and theirs open no source', async () => {
    const token = secretOf(await make())
    for (const path of ['/api/v1/me', '/api/v1/organizations', `${ACME}/members`, `${ACME}/sources`])
      expect((await world.ask(token, 'GET', path)).status).toBe(401)
    for (const other of Object.values(world.tokens)) expect(await opens(other)).toBeNull()
    expect(await opens(makeSourceToken())).toBeNull()
    expect(await opens('')).toBeNull()
  })

  it('several open at once; each ends alone, by being revoked or by its date', async () => {
    const [first, second] = [await make(), await make({ source: 'idp', expiresAt: '2026-11-23T10:00:00.000Z' })]
    expect([await opens(secretOf(first)), await opens(secretOf(second))]).not.toContain(null)
    expect((await world.ask('operator', 'DELETE', `${ACME}/tokens/${first.json['id']}`)).status).toBe(403)
    expect((await world.ask('foreign', 'DELETE', `${ACME}/tokens/${first.json['id']}`)).status).toBe(404)
    expect((await world.ask('admin', 'DELETE', `${ACME}/tokens/${first.json['id']}`)).status).toBe(200)
    expect(await opens(secretOf(first))).toBeNull()
    expect(await opens(secretOf(second), new Date('2026-11-23T09:59:59.999Z'))).not.toBeNull()
    expect(await opens(secretOf(second), new Date('2026-11-23T10:00:00.000Z'))).toBeNull()
  })

  it.each<[name: string, body: object, who: string, status: number, detail: RegExp]>([
    ['for nobody', {}, 'admin', 400, /for an administrator or for a source/],
    ['for both', { source: 'idp', administrator: 'admin@acme.example' }, 'admin', 400, /acts as no administrator/],
    ['with a role', { source: 'idp', role: 'viewer' }, 'admin', 400, /has no role/],
    ['for a source of files', { source: 'hr' }, 'admin', 400, /of the kind csv/],
    ['for a source that is not there', { source: 'ipd' }, 'admin', 404, /no source ipd/],
    ['that is over', { source: 'idp', expiresAt: '2026-11-22T10:00:00Z' }, 'admin', 400, /is over/],
    ['by an operator', { source: 'idp' }, 'operator', 403, /the role admin/],
  ])('is not made %s', async (_, body, who, status, detail) => {
    const answer = await make(body, who)
    expect(answer).toMatchObject({ status, json: { detail: expect.stringMatching(detail) } })
    expect(await world.sql`select from tokens where source_id is not null`).toHaveLength(0)
  })

  it('is not made for a source that is gone from the configuration', async () => {
    await world.sql`update sources set connected = false where key = 'idp'`
    expect((await make()).status).toBe(404)
  })
})

describe('going live', () => {
  const shown = async () => (await world.ask('viewer', 'GET', `${ACME}/sources/idp`)).json
  const goLive = (who = 'admin', key = 'idp') => world.ask(who, 'POST', `${ACME}/sources/${key}/go-live`, {})

  it('from a new source to one that works, each answer says what comes next', async () => {
    expect(await shown()).toMatchObject({
      live: false,
      liveAt: null,
      tokens: 0,
      nextStep: expect.stringContaining('token create --source idp'),
    })
    const token = secretOf(await make())
    expect(await shown()).toMatchObject({
      tokens: 1,
      lastRequestAt: null,
      nextStep: expect.stringContaining('has not come in yet'),
    })
    await opens(token)
    expect(await shown()).toMatchObject({
      lastRequestAt: NOW.toISOString(),
      nextStep: expect.stringContaining('rosterd source go-live idp'),
    })
    expect(await goLive()).toMatchObject({
      status: 200,
      json: { live: true, liveAt: NOW.toISOString(), nextStep: null },
    })
    expect(await shown()).toMatchObject({ live: true, nextStep: null })
  })

  it('is done once, proposes at once and whenever it is asked again, and is on record', async () => {
    await world.sql`delete from audit where act = 'source.live'`
    await Promise.all(Array.from({ length: 8 }, () => goLive()))
    expect((await goLive()).status).toBe(200)
    expect(proposed).toEqual(Array(9).fill(`${world.ids['acme']} rules`))
    expect(await world.sql`select actor, object, after from audit where act = 'source.live'`).toEqual([
      { actor: 'admin@acme.example', object: 'idp', after: { approval: 'within_limits' } },
    ])
    const other = await listSources(world.sql, world.ids['globex'] ?? 0)
    expect(other.filter((one) => !isLive(one)).map(({ key }) => key)).toEqual(['idp'])
  })

  it('is for administrators of the role admin; a source of files is live from the first', async () => {
    expect((await goLive('operator')).status).toBe(403)
    expect((await goLive('foreign')).status).toBe(404)
    expect(await shown()).toMatchObject({ live: false })
    expect(await goLive('admin', 'hr')).toMatchObject({ status: 200, json: { key: 'hr', live: true, liveAt: null } })
    expect((await goLive('admin', 'nobody')).json).toMatchObject({ code: 'SOURCE_NOT_FOUND' })
    expect(proposed).toEqual([])
  })
})
