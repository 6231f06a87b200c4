/** What a writer says of a file beside it: a manifest or a checksum to verify, a trigger to wait for. */
import { z } from 'zod'

/** `X.csv.manifest.json`. Keys that nobody knows are the writer's own. */
const manifestFile = z.looseObject({
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/i)
    .transform((hex) => hex.toLowerCase())
    .optional(),
  rows: z.int().min(0).optional(),
  bytes: z.int().min(0).optional(),
  /** Rises from file to file. */
  sequence: z.int().min(0).optional(),
  /** False: it lists only changes. */
  full: z.boolean().optional(),
  created: z.string().optional(),
})

export interface Manifest {
  /** The name under which it lies in the folder. */
  name: string
  sha256?: string
  md5?: string
  rows?: number
  bytes?: number
  sequence?: number
  full?: boolean
}

/** A manifest is a few lines; whatever is longer is none. */
export const LONGEST_COMPANION = 64 * 1024

/** Null while it cannot be read: it may still be on its way. */
export function readManifest(name: string, text: string): Manifest | null {
  try {
    const { sha256, rows, bytes, sequence, full } = manifestFile.parse(JSON.parse(text.replace(/^\uFEFF/, '')))
    return {
      name,
      ...(sha256 !== undefined && { sha256 }),
      ...(rows !== undefined && { rows }),
      ...(bytes !== undefined && { bytes }),
      ...(sequence !== undefined && { sequence }),
      ...(full !== undefined && { full }),
    }
  } catch {
    return null
  }
}

/** `X.csv.sha256` and `X.csv.md5` as sha256sum and md5sum write them, or the digest alone. */
export function readChecksum(name: string, text: string): Manifest | null {
  const digest = /^(?:[^\n]*= )?\\?([0-9a-f]{32}|[0-9a-f]{64})\b/i.exec(text.replace(/^\uFEFF/, '').trim())?.[1]
  if (digest?.length === 64 && /\.sha256$/i.test(name)) return { name, sha256: digest.toLowerCase() }
  if (digest?.length === 32 && /\.md5$/i.test(name)) return { name, md5: digest.toLowerCase() }
  return null
}

/** Several may stand beside one file; what the first says counts. */
export function together(all: Manifest[]): Manifest | null {
  if (all.length === 0) return null
  return Object.assign({ name: '' }, ...all.toReversed())
}
