/** One request, as the verbs see it. */
import type { Logger } from 'pino'
import type { MirrorAuthor } from '../store/mirror.ts'
import type { MirrorTogether } from '../store/mirror-together.ts'
import type { Parts } from '../sync/parts.ts'
import type { ScimCaller } from './caller.ts'

/** Parameters by their name in lower case: clients write `startindex` as well. */
export type Query = ReadonlyMap<string, string>

/** What If-Match and If-None-Match say; an operation of a Bulk has its `version` here. */
export interface Conditions {
  ifMatch: string | null
  ifNoneMatch: string | null
}

export interface Ask extends Conditions {
  parts: Parts
  /** The mirror, shared with all who ask at the same time. */
  mirror: MirrorTogether
  caller: ScimCaller
  /** Up to `/scim/v2`, without a slash at the end. */
  baseUrl: string
  query: Query
  author: MirrorAuthor
  requestId: string
  log: Logger
}

const NOTHING: Query = new Map()

/** Reads what stands behind the question mark. Of a parameter that is given twice, the first counts. */
export function queryOf(url: string): Query {
  const at = url.indexOf('?')
  if (at < 0 || at === url.length - 1) return NOTHING
  const query = new Map<string, string>()
  for (const [name, value] of new URLSearchParams(url.slice(at + 1))) {
    const low = name.toLowerCase()
    if (!query.has(low)) query.set(low, value)
  }
  return query
}
