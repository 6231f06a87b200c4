/** Tokens: only their hash is kept, and one opens nothing once it is over, revoked, or its administrator is gone. */
import { createHash, randomBytes } from 'node:crypto'
import { expect } from 'vitest'
import {
  findAdministrator,
  findToken,
  insertToken,
  listTokens,
  revokeToken,
  tokenMakers,
  touchToken,
} from '../../../src/store/access.ts'
import { findSourceToken, insertSourceToken, remindOfTokens, sourceTokenUse } from '../../../src/store/source-tokens.ts'
import { type Cases, configOf, days, Ground, NOON } from './ground.ts'

const ALL = { before: null, limit: 99 }

const base = configOf('any')

async function issue(ground: Ground, expiresAt: Date | null = null) {
  const secret = `rosterd_${randomBytes(12).toString('hex')}`
  const hash = createHash('sha256').update(secret).digest()
  const id = await insertToken(ground.sql, ground.id, {
    hash,
    hint: secret.slice(-4),
    role: 'operator',
    administratorKey: 'kim@acme.test',
    createdBy: 'kim@acme.test',
    createdAt: NOON,
    expiresAt,
  })
  const opens = async (now = NOON) => (await findToken(ground.sql, hash, now))?.id === id
  return { id, secret, hash, opens }
}

/** A token of the source `hr`, which for this is one that pushes. */
async function issueToSource(ground: Ground, expiresAt: Date | null = null, createdAt = NOON) {
  await ground.sql`update sources set kind = 'scim' where organization_id = ${ground.id} and key = 'hr'`
  const hash = randomBytes(32)
  const about = { hint: '…test', sourceId: ground.source('hr'), createdBy: 'kim@acme.test', createdAt, expiresAt }
  const id = await insertSourceToken(ground.sql, ground.id, { hash, ...about })
  const opens = async (now = NOON) => (await findSourceToken(ground.sql, hash, now))?.id === id
  return { id, hash, opens }
}

export const access: Cases = {
  'one of a source opens its source and nothing of the administrators, and the other way round': async (ground) => {
    const [source, administrator] = [await issueToSource(ground), await issue(ground)]
    expect(await findSourceToken(ground.sql, source.hash, NOON)).toEqual({
      organizationId: ground.id,
      organizationKey: ground.key,
      sourceId: ground.source('hr'),
      sourceKey: 'hr',
      settings: {},
      id: source.id,
      lastUsedAt: null,
    })
    expect(await findToken(ground.sql, source.hash, NOON)).toBeNull()
    expect(await findSourceToken(ground.sql, administrator.hash, NOON)).toBeNull()
    expect(
      (await listTokens(ground.sql, ground.id, ALL)).map((one) => [one.source, one.administrator, one.role]),
    ).toEqual([
      [null, 'Kim@acme.test', 'operator'],
      ['hr', null, null],
    ])
  },
  'of a source several open at once, each to its end or until it is revoked': async (ground) => {
    const [old, next] = [await issueToSource(ground, days(1)), await issueToSource(ground)]
    expect([await old.opens(), await next.opens()]).toEqual([true, true])
    expect([await old.opens(days(1)), await next.opens(days(1))]).toEqual([false, true])
    expect(await revokeToken(ground.sql, ground.id, next.id, NOON)).toBe(true)
    expect([await old.opens(), await next.opens()]).toEqual([true, false])
    expect(await sourceTokenUse(ground.sql, ground.id, NOON)).toEqual([
      { sourceId: ground.source('hr'), open: 1, lastUsedAt: null },
    ])
  },
  'of a source opens nothing while it is gone, is no longer pushed to, or its organization is retired': async (
    ground,
  ) => {
    const { opens } = await issueToSource(ground)
    const set = (change: Partial<{ kind: string; connected: boolean }>) =>
      ground.sql`update sources set ${ground.sql(change)} where organization_id = ${ground.id} and key = 'hr'`
    await set({ connected: false })
    expect(await opens()).toBe(false)
    await set({ connected: true, kind: 'csv' })
    expect(await opens()).toBe(false)
    await set({ kind: 'scim' })
    expect(await opens()).toBe(true)
    await ground.sql`update organizations set retired = true where id = ${ground.id}`
    expect(await opens()).toBe(false)
  },
  'of a source is told of twice before it ends, each time once': async (ground) => {
    const told = async (at: Date) => {
      await Promise.all([1, 2, 3].map(() => remindOfTokens(ground.sql, at)))
      const rows = await ground.sql<{ event: string; tokenId: number }[]>`
        select event, token_id as "tokenId" from letters where organization_id = ${ground.id} order by id`
      return rows.map(({ event }) => event)
    }
    const { id } = await issueToSource(ground, days(30))
    const short = await issueToSource(ground, days(16), days(10))
    await issueToSource(ground, null)
    await revokeToken(ground.sql, ground.id, (await issueToSource(ground, days(30))).id, NOON)
    expect(await told(days(12))).toEqual([])
    expect(await told(days(14))).toEqual(['token_ends'])
    expect(await told(days(15.9))).toEqual(['token_ends'])
    expect(await told(days(16))).toEqual(['token_ends', 'token_ends_soon'])
    expect(await told(days(26))).toEqual(['token_ends', 'token_ends_soon'])
    expect(await told(days(27))).toEqual(['token_ends', 'token_ends_soon', 'token_ends'])
    expect(await told(days(40))).toHaveLength(3)
    const rows = await ground.sql<{ tokenId: number }[]>`
      select token_id as "tokenId" from letters where organization_id = ${ground.id} order by id`
    expect(rows.map(({ tokenId }) => tokenId)).toEqual([short.id, id, id])
  },
  'opens with what its administrator may do, in its own organization': async (ground) => {
    const { id, hash } = await issue(ground)
    expect(await findToken(ground.sql, hash, NOON)).toEqual({
      organizationId: ground.id,
      id,
      role: 'operator',
      administrator: 'Kim@acme.test',
      administratorRole: 'admin',
      lastUsedAt: null,
    })
    expect(await findToken(ground.sql, Buffer.from('another'), NOON)).toBeNull()
  },
  'is known with its makers, and theirs as long as their tokens opened': async (ground) => {
    const make = (administratorKey: string, createdBy: string, day: number, expiresAt: Date | null = null) => {
      const token = { hash: randomBytes(32), hint: '…test', role: 'admin' as const, administratorKey, createdBy }
      return insertToken(ground.sql, ground.id, { ...token, createdAt: days(day), expiresAt })
    }
    await make('lee@acme.test', 'old@acme.test', 0, days(1))
    await make('lee@acme.test', 'Kim@acme.test', 0)
    const made = await make('ann@acme.test', 'Lee@acme.test', 2)
    await make('lee@acme.test', 'later@acme.test', 3)
    const own = await make('kim@acme.test', 'bootstrap token', 4)
    expect((await tokenMakers(ground.sql, ground.id, made)).sort()).toEqual(['Kim@acme.test', 'Lee@acme.test'])
    expect(await tokenMakers(ground.sql, ground.id, own)).toEqual(['bootstrap token'])
  },
  'the token itself is nowhere in the database, only its hash': async (ground) => {
    const { id, secret, hash } = await issue(ground)
    const [row] = await ground.sql<{ hash: Buffer; text: string }[]>`
      select hash, to_jsonb(t)::text as text from tokens t where organization_id = ${ground.id} and id = ${id}`
    expect(row?.hash.equals(hash)).toBe(true)
    expect(row?.text).not.toContain(secret)
    expect(row?.text).not.toContain(Buffer.from(secret).toString('hex'))
    expect(JSON.stringify(await listTokens(ground.sql, ground.id, ALL))).not.toContain(hash.toString('hex'))
  },
  'opens until the instant at which it ends': async (ground) => {
    const { opens } = await issue(ground, days(1))
    expect([await opens(), await opens(new Date(days(1).getTime() - 1)), await opens(days(1))]).toEqual([
      true,
      true,
      false,
    ])
  },
  'a token without an end does not end': async (ground) => {
    const { opens } = await issue(ground)
    expect(await opens(days(36_500))).toBe(true)
  },
  'is revoked at once and for good, and keeps the first date': async (ground) => {
    const { id, opens } = await issue(ground)
    expect(await revokeToken(ground.sql, ground.id, id, NOON)).toBe(true)
    expect([await opens(), await opens(days(-1))]).toEqual([false, false])
    expect(await revokeToken(ground.sql, ground.id, id, days(1))).toBe(true)
    expect((await listTokens(ground.sql, ground.id, ALL))[0]?.revokedAt).toEqual(NOON)
    expect(await revokeToken(ground.sql, ground.id, id + 1_000_000, NOON)).toBe(false)
  },
  'another organization can neither revoke, touch nor see it': async (ground) => {
    const { id, opens } = await issue(ground)
    const other = await Ground.open(ground.sql)
    expect(await revokeToken(ground.sql, other.id, id, NOON)).toBe(false)
    await touchToken(ground.sql, other.id, id, NOON)
    expect(await listTokens(ground.sql, other.id, ALL)).toEqual([])
    expect((await listTokens(ground.sql, ground.id, ALL)).map((token) => [token.id, token.lastUsedAt])).toEqual([
      [id, null],
    ])
    expect(await opens()).toBe(true)
  },
  'opens nothing once its administrator left the configuration, also when they are back': async (ground) => {
    const { opens } = await issue(ground)
    await ground.configure({ administrators: [] })
    expect(await opens()).toBe(false)
    expect((await listTokens(ground.sql, ground.id, ALL))[0]).toMatchObject({
      administrator: 'kim@acme.test',
      administratorRole: null,
    })
    await ground.configure()
    expect(await opens()).toBe(false)
    expect((await listTokens(ground.sql, ground.id, ALL))[0]).toMatchObject({
      administratorRole: 'admin',
      revokedAt: NOON,
    })
  },
  'does what its administrator may do today': async (ground) => {
    const { hash } = await issue(ground)
    await ground.configure({ administrators: base.administrators.map((one) => ({ ...one, role: 'viewer' })) })
    expect((await findToken(ground.sql, hash, NOON))?.administratorRole).toBe('viewer')
    expect((await findAdministrator(ground.sql, ground.id, 'kim@acme.test'))?.role).toBe('viewer')
  },
  'opens nothing in an organization that is retired': async (ground) => {
    const { opens } = await issue(ground)
    await ground.sql`update organizations set retired = true where id = ${ground.id}`
    expect(await opens()).toBe(false)
  },
  'lists newest first, with when it was last used': async (ground) => {
    const [first, second] = [await issue(ground), await issue(ground)]
    await touchToken(ground.sql, ground.id, first.id, days(2))
    const list = await listTokens(ground.sql, ground.id, ALL)
    expect(list.map((token) => [token.id, token.lastUsedAt])).toEqual([
      [second.id, null],
      [first.id, days(2)],
    ])
  },
}
