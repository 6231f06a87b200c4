/** Who pushes: what a token opens, and how its source wants to be spoken to. */
import { hashToken, identifySource, isSourceToken, type SourceCaller } from '../auth.ts'
import { revocations } from '../revocations.ts'
import type { MirrorScope } from '../store/mirror.ts'
import type { Parts } from '../sync/parts.ts'
import { type ScimSourceSettings, scimSourceSettings } from '../sync/scim-settings.ts'
import type { Dialect } from './dialect.ts'
import { endpointsOf, listedTypes, writableTypes } from './resource-types.ts'
import type { ResourceType } from './schema.ts'

/** What a source serves. */
interface Served {
  dialect: Dialect
  /** Resources that clients write. */
  types: readonly ResourceType[]
  /** Resources that rosterd itself lists. */
  listed: readonly ResourceType[]
  endpoints: ReadonlyMap<string, string>
}

export interface ScimCaller extends Served {
  scope: MirrorScope
  sourceKey: string
  tokenId: number
  rate: ScimSourceSettings['rate']
  /** Bytes. */
  bodyLimit: number
  /** What cursors for this caller are signed with: only whoever has the token, and the database, know it. */
  secret: Buffer
}

/** For so long (milliseconds) another daemon may not notice that a token was revoked. */
const REMEMBERED_MS = 1_000
/** So many tokens that open nothing are remembered, so that guesses do not fill the memory. */
const MOST_GUESSES = 1_000

interface Remembered {
  found: Promise<ScimCaller | null>
  until: number
  revocations: number
}

/** Finds out who is asking; who asks again within a second is known still. */
export class Callers {
  readonly #parts: Pick<Parts, 'sql' | 'now'>
  /** By token: those that open a source. */
  readonly #known = new Map<string, Remembered>()
  /** Those that open nothing, or of which that is being found out: apart, so that guesses push nobody out who is known. */
  readonly #guesses = new Map<string, Remembered>()
  readonly #served = new Map<string, { text: string; served: Served }>()

  constructor(parts: Pick<Parts, 'sql' | 'now'>) {
    this.#parts = parts
  }

  /** Null when the header shows no live token of a source. The database is asked only for what could be one. */
  of(authorization: string | null): Promise<ScimCaller | null> {
    const token = authorization === null ? null : tokenIn(authorization)
    if (token === null || !isSourceToken(token)) return Promise.resolve(null)
    const now = performance.now()
    const before = [this.#known.get(token), this.#guesses.get(token)]
    const fresh = before.find((one) => one !== undefined && one.until > now && one.revocations === revocations())
    if (fresh !== undefined) return fresh.found
    if (this.#guesses.size >= MOST_GUESSES) this.#guesses.clear()
    const found = this.#find(token)
    const remembered = { found, until: now + REMEMBERED_MS, revocations: revocations() }
    this.#guesses.set(token, remembered)
    found.then(
      (caller) => {
        if (caller === null) this.#known.delete(token)
        else this.#know(token, remembered)
      },
      // Whoever asks after a failure is looked up anew; this one hears of it where it waits.
      () => this.#guesses.delete(token),
    )
    return found
  }

  #know(token: string, remembered: Remembered): void {
    this.#guesses.delete(token)
    this.#known.set(token, remembered)
  }

  async #find(token: string): Promise<ScimCaller | null> {
    const found = await identifySource(this.#parts.sql, token, this.#parts.now())
    if (found === null) return null
    const settings = scimSourceSettings(found.settings)
    return {
      ...this.#serve(found, settings),
      scope: { organization: found.organizationId, source: found.sourceId },
      sourceKey: found.sourceKey,
      tokenId: found.tokenId,
      rate: settings.rate,
      bodyLimit: settings.bodyLimit,
      secret: hashToken(`cursor ${token}`),
    }
  }

  /** The same values as long as the settings are the same: what was found out about a schema is remembered with it. */
  #serve({ organizationId, sourceId }: SourceCaller, settings: ScimSourceSettings): Served {
    const { dialect, extensions, uniqueGroupNames } = settings
    const key = `${organizationId}/${sourceId}`
    const text = JSON.stringify({ dialect, extensions, uniqueGroupNames })
    const before = this.#served.get(key)
    if (before?.text === text) return before.served
    const types = writableTypes(extensions).map((type) => (uniqueGroupNames ? type : withoutUniqueMembers(type)))
    const served = { dialect, types, listed: listedTypes(dialect), endpoints: endpointsOf(types) }
    this.#served.set(key, { text, served })
    return served
  }
}

/** Several groups may have one name. */
function withoutUniqueMembers(type: ResourceType): ResourceType {
  return type.members === null ? type : { ...type, keys: { ...type.keys, unique: null } }
}

/**
 * The token in a header: `Bearer TOKEN`, the token alone, as Okta sends what it calls an HTTP header, or the password of Basic
 * credentials. Null for anything else.
 */
function tokenIn(authorization: string): string | null {
  const [, scheme = '', rest = ''] = /^(?:([a-z]+) +)?(\S{1,500})$/i.exec(authorization.trim()) ?? []
  if (scheme.toLowerCase() !== 'basic') return /^(?:bearer)?$/i.test(scheme) && rest !== '' ? rest : null
  const pair = Buffer.from(rest, 'base64').toString('utf8')
  const at = pair.indexOf(':')
  return at < 0 ? null : pair.slice(at + 1)
}
