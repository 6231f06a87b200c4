/** Go live: a person has seen what a source that pushes would do, and lets its plans be applied from now on. */
import { RosterdError } from '../errors.ts'
import { writeAudit } from '../store/audit.ts'
import { listSources, markLive, type SourceRow } from '../store/organizations.ts'
import { pushPeopleOfSource } from '../store/pushed.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, signed } from './parts.ts'

/**
 * Whether plans of the source may be applied. A source that pushes acts on its first request, before anybody has seen what it would
 * do, so its plans are only shown until a person says so; files wait for an approval from the first.
 */
export function isLive({ kind, liveAt }: Pick<SourceRow, 'kind' | 'liveAt'>): boolean {
  return kind !== 'scim' || liveAt !== null
}

/**
 * Lets a source go live, for good; what was only shown is proposed anew at once. Again only asks for the proposal again, for whoever
 * got no answer the first time.
 *
 * @param key of the source
 * @returns whether it was not live before
 * @throws RosterdError SOURCE_NOT_FOUND, FORBIDDEN
 */
export async function goLive(parts: Parts, organization: number, key: string, actor: Actor): Promise<boolean> {
  requireRole(actor, 'admin')
  const source = (await listSources(parts.sql, organization)).find((one) => one.key === key)
  if (source === undefined) throw new RosterdError('SOURCE_NOT_FOUND', { source: key })
  if (source.kind !== 'scim') return false
  const at = parts.now()
  const marked = await parts.sql.begin(async (transaction) => {
    const first = await markLive(transaction, organization, source.id, at)
    const about = { organizationId: organization, at, ...signed(actor), act: 'source.live', object: source.key }
    if (!first) return false
    await writeAudit(transaction, { ...about, after: { approval: source.approval } })
    // After a crash in between they are found on the list.
    await pushPeopleOfSource(transaction, organization, source.id)
    return true
  })
  await parts.jobs.propose(organization, 'rules')
  return marked
}
