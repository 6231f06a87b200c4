/** Whether a file may be taken, by what is known of it. Pure: the looking is done elsewhere. */
import type { FileEvidence, Problem } from './claim.ts'
import type { Ending } from './ending.ts'
import type { Look } from './looks.ts'

/** Milliseconds. */
export interface Patience {
  /** A file that came by a rename has come to rest. */
  settle: number
  /** So has one that was written in place. */
  rest: number
  /** An incomplete file has been given up by its writer. */
  incomplete: number
}

export interface Known {
  look: Look
  /** More bytes than are ever read. */
  tooLarge: Problem | null
  /** What became of comparing it with its manifest or checksum; null without one. `stale`: written before the file, so about another one. */
  manifest: { is: 'right' | 'unknown' | 'stale' } | { is: 'wrong'; why: string } | null
  /** A trigger stands beside it that is not older than the file. */
  triggered: boolean
  /** What must stand beside it before anything else counts. */
  required: 'manifest' | 'trigger' | null
  /** How it ends; null while nobody has looked, since a file that still moves is not worth it. */
  ending: Ending | null
}

export type Standing =
  | { is: 'ready'; evidence: FileEvidence; problem: Problem | null }
  /** `why` is null while it is merely still coming. */
  | { is: 'waiting'; why: string | null }
  /** Its ending has to be looked at. */
  | { is: 'asking' }

const LOOKS_IN_PLACE = 3
const LOOKS_RENAMED = 2

const ready = (evidence: FileEvidence, problem: Problem | null = null): Standing => ({ is: 'ready', evidence, problem })
const waiting = (why: string | null = null): Standing => ({ is: 'waiting', why })

/** The first evidence that a file has decides, the best first: manifest, trigger, rename, trailer, rest. */
export function standingOf(known: Known, patience: Patience): Standing {
  const { look, manifest, required } = known
  if (manifest?.is === 'right') return ready('manifest', known.tooLarge)
  if (manifest?.is === 'unknown') return waiting()
  if (manifest?.is === 'wrong') return incomplete(look, 'manifest', manifest.why, patience)
  if (required === 'manifest') return waiting('It waits for its manifest.')
  if (known.triggered) return ready('trigger', known.tooLarge)
  if (required === 'trigger')
    return waiting('It waits for its trigger file: the files of this source have had one, so none is taken without.')
  const evidence = look.renamed ? 'atomic_rename' : 'stable_only'
  const isAtRest = look.renamed
    ? look.count >= LOOKS_RENAMED && look.rested >= patience.settle
    : look.count >= LOOKS_IN_PLACE && look.rested >= patience.rest
  if (!isAtRest) return waiting()
  if (known.tooLarge) return ready(evidence, known.tooLarge)
  const { ending } = known
  if (ending === null) return { is: 'asking' }
  if (ending.is === 'cut') return incomplete(look, evidence, `it stops in the middle of line ${ending.line}`, patience)
  if (look.renamed) return ready('atomic_rename')
  if (ending.is === 'trailer') return ready('trailer')
  if (ending.is === 'whole' || look.rested >= patience.rest + patience.incomplete) return ready('stable_only')
  return waiting('Its last line does not end with a line break, so more may be coming.')
}

/** Its writer has some time left to finish it. */
function incomplete(look: Look, evidence: FileEvidence, why: string, patience: Patience): Standing {
  if (look.rested < patience.incomplete) return waiting(`The file is not complete: ${why}. It may still be finished.`)
  return ready(evidence, { code: 'FILE_INCOMPLETE', params: { why } })
}
