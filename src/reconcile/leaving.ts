/** How long it takes to leave. A person who reviews a plan needs no waiting; a policy has to wait instead of looking. */
import { z } from 'zod'

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
}

export const DEFAULT_LEAVING: Leaving = { absenceWait: DAY_MS, absenceGrace: 14 * DAY_MS, leaverGrace: 7 * DAY_MS }

/** As it is stored with a source; what is missing takes the usual time. */
export const leavingSchema = z.object({
  absenceWait: z.number().default(DEFAULT_LEAVING.absenceWait),
  absenceGrace: z.number().default(DEFAULT_LEAVING.absenceGrace),
  leaverGrace: z.number().default(DEFAULT_LEAVING.leaverGrace),
})
