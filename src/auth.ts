/**
 * Who is asking: an administrator (`identify`), or a source whose identity provider pushes (`identifySource`). A bearer token is 256
 * random bits behind the prefix `rosterd_` or `rosterd_scim_`; only its sha256 is stored, so the table gives nobody access, and finding
 * a token by its hash takes the same time whatever was guessed.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { isAdminToken } from './config/index.ts'
import { RosterdError } from './errors.ts'
import { type AdministratorRole, atMost } from './reconcile/roles.ts'
import { findToken, touchToken } from './store/access.ts'
import type { Handle } from './store/connection.ts'
import { findSourceToken } from './store/source-tokens.ts'

/** Somebody whose token was accepted. */
export interface Caller {
  /** An e-mail address, or `bootstrap token`: what audit rows and pages show. */
  name: string
  role: AdministratorRole
  /** The one organization that the token opens; null for the bootstrap token, which opens all. */
  organization: number | null
  /** Null for the bootstrap token, which has no row. */
  tokenId: number | null
}

const BOOTSTRAP_NAME = 'bootstrap token'
const ADMIN_TOKEN_FILE = 'admin-token'
const TOUCH_EVERY_MS = 3_600_000

export function makeToken(): string {
  return `rosterd_${randomBytes(32).toString('base64url')}`
}

/** Of a source: its prefix tells people, and scanners for leaked secrets, what they have found. */
export function makeSourceToken(): string {
  return `rosterd_scim_${randomBytes(32).toString('base64url')}`
}

/** Whether a text could be one: anything else is nobody's, without a look into the database. */
export function isSourceToken(text: string): boolean {
  return /^rosterd_scim_[\w-]{43}$/.test(text)
}

/** What a sign-in link or the cookie of a session carries. */
export function makeSecret(): string {
  return randomBytes(32).toString('base64url')
}

/** For the link of a letter: the secret that it carries, and what is stored of it. */
export function makeLinkSecret(): { secret: string; hash: Buffer } {
  const secret = makeSecret()
  return { secret, hash: hashToken(secret) }
}

export function hashToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

/** What tells tokens apart in a list without giving any away: the last four characters. */
export function hintOf(token: string): string {
  return `…${token.slice(-4)}`
}

/**
 * Finds out who holds a token; null for an unknown, revoked or expired one, and for an administrator who is gone from the
 * configuration.
 *
 * @param bootstrap sha256 of the bootstrap token
 */
export async function identify(handle: Handle, token: string, bootstrap: Buffer, now: Date): Promise<Caller | null> {
  const hash = hashToken(token)
  if (timingSafeEqual(hash, bootstrap))
    return { name: BOOTSTRAP_NAME, role: 'admin', organization: null, tokenId: null }
  const found = await findToken(handle, hash, now)
  if (found === null) return null
  await touch(handle, found, now)
  return {
    name: found.administrator,
    role: atMost(found.administratorRole, found.role),
    organization: found.organizationId,
    tokenId: found.id,
  }
}

/** A source whose token was accepted. */
export interface SourceCaller {
  organizationId: number
  organizationKey: string
  sourceId: number
  sourceKey: string
  /** As they are stored: `scimSourceSettings` reads them. */
  settings: Record<string, unknown>
  tokenId: number
}

/**
 * Finds out for which source an identity provider speaks; null for an unknown, revoked or expired token, for one of an administrator,
 * and for a source that is gone from the configuration.
 */
export async function identifySource(handle: Handle, token: string, now: Date): Promise<SourceCaller | null> {
  const found = await findSourceToken(handle, hashToken(token), now)
  if (found === null) return null
  await touch(handle, found, now)
  const { id, lastUsedAt, ...caller } = found
  return { ...caller, tokenId: id }
}

/** Once an hour is enough to see which tokens are in use; a write per request would make every reader a writer. */
async function touch(
  handle: Handle,
  { organizationId, id, lastUsedAt }: { organizationId: number; id: number; lastUsedAt: Date | null },
  now: Date,
): Promise<void> {
  if (lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() <= TOUCH_EVERY_MS) return
  await touchToken(handle, organizationId, id, now)
}

/**
 * The bootstrap admin token: the given one (ROSTERD_ADMIN_TOKEN), else the one kept in the data directory, made on first use
 * and readable by its owner alone.
 *
 * @throws RosterdError CONFIG_INVALID when the given token is too short or cannot travel in a header;
 *   DATA_DIRECTORY_UNUSABLE when the file can be neither read nor made.
 */
export async function bootstrapToken(dataDirectory: string, given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '') {
    if (isAdminToken(given)) return given
    throw new RosterdError('CONFIG_INVALID', {
      file: 'ROSTERD_ADMIN_TOKEN',
      detail: ' the token needs at least 16 letters, digits or any of . _ ~ + / -',
    })
  }
  const file = join(dataDirectory, ADMIN_TOKEN_FILE)
  try {
    await mkdir(dataDirectory, { recursive: true })
    return (await keptToken(file)) ?? (await keepToken(file))
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    throw new RosterdError('DATA_DIRECTORY_UNUSABLE', { directory: dataDirectory, reason }, { cause: error })
  }
}

async function keptToken(file: string): Promise<string | null> {
  try {
    const token = (await readFile(file, 'utf8')).trim()
    if (isAdminToken(token)) return token
    throw new Error(`${file} holds no usable token; delete it to have a new one made`)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}

/** Written aside and then linked, which fails where the name exists: of two starters one wins, and both end with its token. */
async function keepToken(file: string): Promise<string> {
  const token = makeToken()
  const aside = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`
  await writeFile(aside, `${token}\n`, { mode: 0o600, flag: 'wx' })
  try {
    await link(aside, file)
    return token
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const winner = await keptToken(file)
    if (winner === null) throw error
    return winner
  } finally {
    await unlink(aside)
  }
}
