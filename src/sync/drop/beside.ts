/** What stands beside a file of `in/`, and whether the file is what it promises. */
import type { Stats } from 'node:fs'
import { type Manifest, readChecksum, readManifest, together } from './companions.ts'
import type { Facts } from './facts.ts'
import type { DropFolder } from './folder.ts'
import type { Look } from './looks.ts'
import { nameOf } from './names.ts'
import type { Known } from './ready.ts'

export interface Beside {
  manifest: Manifest | null
  triggers: string[]
  compared: Known['manifest']
}

export type Digests = Record<'sha256' | 'md5', Facts<string>>

/** @param companions what stands beside the file, by name */
export async function lookBeside(
  folder: DropFolder,
  name: string,
  look: Look,
  companions: Map<string, Stats>,
  digests: Digests,
): Promise<Beside> {
  const triggers: string[] = []
  const manifests: Manifest[] = []
  let unreadable: string | null = null
  let written = 0
  for (const [entry, stats] of companions) {
    const companion = nameOf(entry, folder.glob)
    if (!('of' in companion) || companion.of !== name) continue
    const at = Math.max(stats.mtimeMs, stats.ctimeMs)
    if (companion.is === 'trigger') {
      // One that is older than the file was meant for the file before.
      if (at >= look.modified) triggers.push(entry)
      continue
    }
    const text = await folder.companion(entry)
    if (text === null) continue
    const read = companion.is === 'manifest' ? readManifest(entry, text) : readChecksum(entry, text)
    if (read === null) unreadable = entry
    else manifests.push(read)
    written = Math.max(written, at)
  }
  const manifest = together(manifests)
  const why =
    unreadable === null ? manifest && (await differs(name, look, manifest, digests)) : `${unreadable} cannot be read`
  if (why === null || why === '')
    return { manifest, triggers, compared: manifest && promises(manifest) ? { is: 'right' } : null }
  if (why === 'unknown') return { manifest, triggers, compared: { is: 'unknown' } }
  // It was left behind by the file before, which was taken without it.
  if (written < look.modified) return { manifest: null, triggers, compared: { is: 'stale' } }
  return { manifest, triggers, compared: { is: 'wrong', why } }
}

/** A manifest may say other things than how to know that the file is complete. */
const promises = ({ sha256, md5, bytes }: Manifest): boolean => (sha256 ?? md5 ?? bytes) !== undefined

/** In what the file differs from its manifest, for a person; null when in nothing, `unknown` while it still moves or when it has vanished. */
async function differs(name: string, look: Look, manifest: Manifest, digests: Digests): Promise<string | null> {
  if (manifest.bytes !== undefined && manifest.bytes !== look.size)
    return `${manifest.name} promises ${manifest.bytes} bytes; the file has ${look.size}`
  for (const algorithm of ['sha256', 'md5'] as const) {
    const promised = manifest[algorithm]
    if (promised === undefined) continue
    if (look.count < 2) return 'unknown'
    const digest = await digests[algorithm].of(name, look)
    if (digest === null) return 'unknown'
    if (digest !== promised) return `its ${algorithm} is not the one in ${manifest.name}`
  }
  return null
}
