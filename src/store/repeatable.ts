/** Requests that may be sent twice: the first one with a key does the work, whoever repeats it gets the same answer. */
import type { Handle } from './connection.ts'

/** Who asked, and under which key of their own. */
export interface RequestKey {
  /** 0 = the bootstrap token. */
  tokenId: number
  key: string
}

export interface KnownRequest {
  /** sha256 over what was asked. */
  digest: Buffer
  /** Null while somebody works on it. */
  answer: string | null
}

/** Answers are kept for a day: long enough for any client that tries again by itself. */
const KEPT = '24 hours'

/**
 * Takes the key for a request that nobody has made yet; null when it is ours to answer now, else what is known. Of two requests at once
 * the primary key lets one through. One that was begun `abandoned` milliseconds ago and never answered died with its daemon: who repeats
 * it takes it over. What is older than a day is forgotten on the way.
 */
export async function takeRequest(
  handle: Handle,
  organization: number,
  { tokenId, key }: RequestKey,
  asked: { digest: Buffer; at: Date; abandoned: number },
): Promise<KnownRequest | null> {
  const { digest, at } = asked
  await handle`
    delete from repeatable_requests
    where organization_id = ${organization} and at < ${at}::timestamptz - ${KEPT}::interval`
  const taken = await handle`
    insert into repeatable_requests as r (organization_id, token_id, key, digest, at)
    values (${organization}, ${tokenId}, ${key}, ${digest}, ${at})
    on conflict (organization_id, token_id, key) do update set at = excluded.at
    where r.answer is null and r.digest = excluded.digest and r.at <= ${new Date(at.getTime() - asked.abandoned)}`
  if (taken.count === 1) return null
  const [known] = await handle<KnownRequest[]>`
    select digest, answer from repeatable_requests
    where organization_id = ${organization} and token_id = ${tokenId} and key = ${key}`
  // It failed and was given back between the two statements: as good as still being worked on.
  return known ?? { digest, answer: null }
}

/** Keeps the answer for whoever repeats the request. */
export async function keepAnswer(
  handle: Handle,
  organization: number,
  { tokenId, key }: RequestKey,
  answer: string,
): Promise<void> {
  await handle`
    update repeatable_requests set answer = ${answer}
    where organization_id = ${organization} and token_id = ${tokenId} and key = ${key}`
}

/** Forgets a request that failed: it may be made again under the same key. */
export async function forgetRequest(handle: Handle, organization: number, { tokenId, key }: RequestKey): Promise<void> {
  await handle`
    delete from repeatable_requests
    where organization_id = ${organization} and token_id = ${tokenId} and key = ${key} and answer is null`
}
