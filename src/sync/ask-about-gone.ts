/** Asks what becomes of members who are gone and from whom no source takes anything, and writes to whoever may answer. */
import type { Transaction } from '../store/connection.ts'
import { settleFarewells } from '../store/farewells.ts'
import type { SourceRow } from '../store/organizations.ts'
import { lastLetterAt, writeAdministratorLetter } from '../store/outbox.ts'
import type { Reach } from '../store/reach.ts'
import { isLive } from './go-live.ts'

/** Between two letters: whoever is asked about meanwhile stands in the next one. */
const PAUSE_MS = 15 * 60_000

/** A source that is only shown asks nobody anything. Returns whether a letter is due, which names everybody who is asked about. */
export async function askAboutGone(
  transaction: Transaction,
  organization: number,
  sources: SourceRow[],
  { reach, at }: { reach: Reach; at: Date },
): Promise<boolean> {
  const telling = sources.filter(
    (source) => source.kind === 'scim' && source.connected && source.approval !== 'observe' && isLive(source),
  )
  const options = {
    sources: telling.map(({ id }) => id),
    managesAdmins: sources.some((source) => source.managesAdmins),
    reach,
  }
  const decisionId = await settleFarewells(transaction, organization, options, at)
  if (decisionId === null) return false
  const last = await lastLetterAt(transaction, organization, 'decision_waits')
  if (last !== null && last > at) return false
  const leaves = new Date(Math.max(at.getTime(), (last?.getTime() ?? 0) + PAUSE_MS))
  await writeAdministratorLetter(transaction, organization, { event: 'decision_waits', decisionId }, leaves)
  return leaves <= at
}
