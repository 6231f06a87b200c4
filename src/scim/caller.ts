/** Who pushes: what a token opens, and how its source wants to be spoken to. */
import { hashToken, identifySource, type SourceCaller } from '../auth.ts'
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
/** More than there are tokens, so that guesses do not fill the memory. */
const MOST_REMEMBERED = 1_000

/** Finds out who is asking; who asks again within a second is known still. */
export class Callers {
  readonly #parts: Pick<Parts, 'sql' | 'now'>
  readonly #known = new Map<string, { found: Promise<ScimCaller | null>; until: number; revocations: number }>()
  readonly #served = new Map<string, { text: string; served: Served }>()

  constructor(parts: Pick<Parts, 'sql' | 'now'>) {
    this.#parts = parts
  }

  /** Null when the header shows no live token of a source. */
  of(authorization: string | null): Promise<ScimCaller | null> {
    if (authorization === null) return Promise.resolve(null)
    const known = this.#known.get(authorization)
    const now = performance.now()
    if (known !== undefined && known.until > now && known.revocations === revocations()) return known.found
    const token = tokenIn(authorization)
    if (token === null) return Promise.resolve(null)
    if (this.#known.size >= MOST_REMEMBERED) this.#known.clear()
    const found = this.#find(token)
    this.#known.set(authorization, { found, until: now + REMEMBERED_MS, revocations: revocations() })
    // Whoever asks after a failure is looked up anew; this one hears of it where it waits.
    found.catch(() => this.#known.delete(authorization))
    return found
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
