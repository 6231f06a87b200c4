/** What is known of a file when it is claimed. It is written beside the file, so that a crash before the job loses nothing of it. */
import { z } from 'zod'

/** How it is known that a file is complete, the best first. */
export const EVIDENCE = ['manifest', 'trigger', 'atomic_rename', 'trailer', 'stable_only'] as const
export type FileEvidence = (typeof EVIDENCE)[number]

/** Why a file is put away without being read, as a reason of the catalogue. */
const problem = z.object({
  code: z.enum(['FILE_INCOMPLETE', 'FILE_TOO_LARGE', 'FILE_STALE']),
  params: z.record(z.string(), z.union([z.string(), z.number()])),
})
export type Problem = z.output<typeof problem>

const claim = z.object({
  /** The name under which it was dropped, in full. */
  name: z.string(),
  evidence: z.enum(EVIDENCE),
  /** Empty where it was too large to be opened. */
  sha256: z.string(),
  size: z.number(),
  /** When it was last written. */
  modified: z.iso.datetime(),
  triggered: z.boolean(),
  /** Its last record has been looked at. */
  whole: z.boolean(),
  /** What the manifest says. */
  sequence: z.number().nullable(),
  rows: z.number().nullable(),
  full: z.boolean().nullable(),
  problem: problem.nullable(),
})
export type Claim = z.output<typeof claim>

/** Null when it is not what this program writes. */
export function readClaim(text: string): Claim | null {
  try {
    return claim.parse(JSON.parse(text))
  } catch {
    return null
  }
}
