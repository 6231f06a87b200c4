/** How long it takes to leave. A person who reviews a plan needs no waiting; a policy has to wait instead of looking. */
import { z } from 'zod'
import type { DirectoryRow } from './model.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/** Milliseconds. */
export interface Leaving {
  /** Where a policy approves: from the first file without somebody to the loss of products and access, which a second file must repeat. */
  absenceWait: number
  /** Where a policy approves: from the first file without somebody to the end of the membership. */
  absenceGrace: number
  /** From the last product of an explicit leaver to the end of the membership. */
  leaverGrace: number
  /** Where a policy approves: from the loss of a group of an identity provider to the loss of what it gave. */
  groupLossWait?: number
}

export const GROUP_LOSS_WAIT = HOUR_MS

export const DEFAULT_LEAVING: Leaving = { absenceWait: DAY_MS, absenceGrace: 14 * DAY_MS, leaverGrace: 7 * DAY_MS }

/** Whether a source says in so many words that it wants nothing of somebody any more. */
export const isGone = (status: DirectoryRow['status']): boolean => status === 'leaver' || status === 'deleted'

/** Without the rows of ids under which somebody was deleted whom the same source shows under another one. */
export function currentRows(rows: DirectoryRow[]): DirectoryRow[] {
  if (rows.every((row) => row.status !== 'deleted')) return rows
  const shown = new Set(rows.filter((row) => row.status !== 'deleted').map((row) => row.sourceId))
  return rows.filter((row) => row.status !== 'deleted' || !shown.has(row.sourceId))
}

/** The rows of sources that say in so many words that they want nothing of the person any more. */
export const goneRows = (rows: DirectoryRow[]): DirectoryRow[] => currentRows(rows).filter((row) => isGone(row.status))

/** As it is stored with a source; what is missing takes the usual time. */
export const leavingSchema = z.object({
  absenceWait: z.number().default(DEFAULT_LEAVING.absenceWait),
  absenceGrace: z.number().default(DEFAULT_LEAVING.absenceGrace),
  leaverGrace: z.number().default(DEFAULT_LEAVING.leaverGrace),
  groupLossWait: z.number().default(GROUP_LOSS_WAIT),
})
