/** Who pushes: guesses cost little, and push nobody out who is known. */
import { randomBytes } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeSourceToken } from '../../src/auth.ts'
import { noteRevocation } from '../../src/revocations.ts'
import { Callers } from '../../src/scim/caller.ts'
import { type Endpoint, openEndpoint } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

test('thousands of guesses do not make a good token forgotten', async () => {
  const callers = new Callers(here.parts)
  const authorization = `Bearer ${here.tokens.get('idp')}`
  const known = callers.of(authorization)
  expect(await known).toMatchObject({ sourceKey: 'idp' })
  const guesses = Array.from({ length: 2_500 }, () => callers.of(`Bearer ${makeSourceToken()}`))
  expect(callers.of(authorization)).toBe(known)
  expect(new Set(await Promise.all(guesses))).toEqual(new Set([null]))
})

test('however a token is sent, it is the same one', async () => {
  const callers = new Callers(here.parts)
  const token = here.tokens.get('idp') ?? ''
  const known = callers.of(token)
  await known
  for (const other of [`Bearer ${token}`, `bearer   ${token}`, `Basic ${Buffer.from(`x:${token}`).toString('base64')}`])
    expect(callers.of(other)).toBe(known)
})

test('what opens nothing is remembered for a moment, and a revocation forgets everything', async () => {
  const callers = new Callers(here.parts)
  const guess = `Bearer ${makeSourceToken()}`
  const first = callers.of(guess)
  expect(await first).toBeNull()
  expect(callers.of(guess)).toBe(first)
  const { token, id } = await here.issue('idp')
  expect(await callers.of(token)).not.toBeNull()
  await here.sql`update tokens set revoked_at = now() where id = ${id}`
  noteRevocation()
  expect(callers.of(guess)).not.toBe(first)
  expect(await callers.of(token)).toBeNull()
  expect(await callers.of(token)).toBeNull()
})

test('what cannot be a token is refused without a look into the database', async () => {
  const away = await openEndpoint()
  const callers = new Callers(away.parts)
  await away.sql.end()
  for (const text of [
    `rosterd_${randomBytes(32).toString('base64url')}`,
    `${makeSourceToken()}x`,
    makeSourceToken().slice(1),
    makeSourceToken().toUpperCase(),
    'guess',
  ])
    expect(await callers.of(`Bearer ${text}`)).toBeNull()
  await expect(callers.of(makeSourceToken())).rejects.toThrow()
  await away.drop()
})
