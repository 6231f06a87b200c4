import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { bootstrapToken, hashToken, makeToken } from '../../src/auth.ts'
import { atMost, holds } from '../../src/reconcile/roles.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'rosterd-token-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

describe('the bootstrap token', () => {
  it('is made once, for the owner alone, and leaves nothing else behind', async () => {
    const data = join(directory, 'data')
    const token = await bootstrapToken(data, undefined)
    expect(token).toMatch(/^rosterd_[\w-]{43}$/)
    expect((await stat(join(data, 'admin-token'))).mode & 0o777).toBe(0o600)
    expect(await bootstrapToken(data, undefined)).toBe(token)
    expect(await readFile(join(data, 'admin-token'), 'utf8')).toBe(`${token}\n`)
    expect(await readdir(data)).toEqual(['admin-token'])
  })

  it('is the same for starters that race', async () => {
    const tokens = await Promise.all(Array.from({ length: 20 }, () => bootstrapToken(directory, undefined)))
    expect(new Set(tokens).size).toBe(1)
    expect(await readdir(directory)).toEqual(['admin-token'])
  })

  it('is the given one where there is one, and then nothing is written', async () => {
    expect(await bootstrapToken(directory, 'a-token-of-the-operator')).toBe('a-token-of-the-operator')
    expect(await readdir(directory)).toEqual([])
  })

  it.each(['short', 'with blanks in the middle of it', 'ünicode-ünicode-ünicode'])(
    'refuses a token that cannot be used: %s',
    async (given) => {
      await expect(bootstrapToken(directory, given)).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
    },
  )

  it('says so when the file was emptied', async () => {
    await writeFile(join(directory, 'admin-token'), '')
    await expect(bootstrapToken(directory, undefined)).rejects.toMatchObject({ code: 'DATA_DIRECTORY_UNUSABLE' })
  })
})

describe('tokens and roles', () => {
  it('no two tokens are alike, nor their hashes', () => {
    const tokens = Array.from({ length: 100 }, makeToken)
    expect(new Set(tokens.map((token) => hashToken(token).toString('hex'))).size).toBe(100)
  })

  it.each([
    ['viewer', 'viewer', true, 'viewer'],
    ['viewer', 'operator', false, 'viewer'],
    ['operator', 'viewer', true, 'viewer'],
    ['admin', 'operator', true, 'operator'],
    ['operator', 'admin', false, 'operator'],
  ] as const)('%s holds %s: %s; at most: %s', (role, needed, held, lower) => {
    expect(holds(role, needed)).toBe(held)
    expect(atMost(role, needed)).toBe(lower)
  })
})
