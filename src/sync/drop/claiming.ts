/** The claim of a dropped file: a rename out of the reach of its writers, which one daemon wins. */
import { join } from 'node:path'
import type { Claim, FileEvidence, Problem } from './claim.ts'
import { claimedName, manifestOf, recordOf } from './claimed-name.ts'
import type { Manifest } from './companions.ts'
import type { Tree } from './tree.ts'

/** A file that may be claimed. */
export interface DropFile {
  /** The name under which it was dropped. */
  name: string
  evidence: FileEvidence
  /** False: it speaks only of the people in it. */
  full?: boolean
  /** Its last record has been looked at, and is whole. */
  whole?: boolean
  manifest?: Manifest | null
  /** Names of the triggers beside it. */
  triggers?: string[]
  problem?: Problem | null
}

/** Returns its new path; null when it is gone, is no plain file, or another daemon was first. What stood beside it goes with it. */
export async function claimFile(tree: Tree, file: DropFile, at: Date): Promise<string | null> {
  const from = join('in', file.name)
  const content = await tree.open(from)
  if (content === null) return null
  try {
    const { size, mtimeMs } = await content.stat()
    // What is too large is not read, not even for its digest.
    const sha256 = file.problem?.code === 'FILE_TOO_LARGE' ? '' : await content.digest()
    const path = join('processing', claimedName(file.name, sha256, at))
    const { manifest = null, triggers = [], problem = null } = file
    const claim: Claim = {
      name: file.name,
      evidence: file.evidence,
      sha256,
      size,
      // The future is a wrong clock, and would make every later file an old one.
      modified: new Date(Math.min(mtimeMs, at.getTime())).toISOString(),
      triggered: triggers.length > 0,
      whole: file.whole === true,
      sequence: manifest?.sequence ?? null,
      rows: manifest?.rows ?? null,
      full: file.full ?? manifest?.full ?? null,
      problem,
    }
    await tree.writeWhole(recordOf(path), `${JSON.stringify(claim)}\n`)
    if (!(await tree.move(from, path))) {
      // Under the very same name another daemon may have been first; then the record is its own.
      if (!(await tree.holds(path))) await tree.remove(recordOf(path))
      return null
    }
    if (manifest) await tree.move(join('in', manifest.name), manifestOf(path))
    for (const trigger of triggers) await tree.remove(join('in', trigger))
    return path
  } finally {
    await content.close()
  }
}
