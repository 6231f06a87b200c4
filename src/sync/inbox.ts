/** Opens the drop folders of the configuration: takes up what a stopped daemon had claimed, and watches for more. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Config } from '../config/index.ts'
import { failedDelta, usesTriggers } from '../store/drops.ts'
import { findOrganization, listSources } from '../store/organizations.ts'
import { hasSnapshots } from '../store/snapshots.ts'
import type { DropFolder } from './drop/folder.ts'
import type { Unread } from './drop/intake.ts'
import type { Worker } from './jobs.ts'
import type { Parts } from './parts.ts'
import { folderOf } from './receive.ts'
import { intakeSettings } from './source-settings.ts'
import { tellWaiting } from './status.ts'
import { type Watching, watchFolder } from './watch.ts'

/**
 * Begins to watch; each loop ends when the signal aborts.
 *
 * @param under the loops that have not ended, by folder. A folder is watched by one at a time: where its file system hangs, each more
 *   would take one of the few threads that all files of this process are read by.
 */
export async function receiveFiles(
  parts: Parts,
  worker: Worker,
  config: Config,
  say: (line: string) => void,
  signal: AbortSignal,
  under: Map<string, Promise<void>>,
): Promise<void> {
  for (const section of config.organizations) {
    const organization = await findOrganization(parts.sql, section.key)
    if (!organization) continue
    const sources = await listSources(parts.sql, organization.id)
    for (const settings of section.sources) {
      if (settings.kind !== 'csv') continue
      const source = sources.find((one) => one.key === settings.key)
      if (!source) continue
      const folder = folderOf(source)
      say(`${section.name}: files for ${settings.name} go into ${folder.inbox}`)
      const telling = `${section.name}: `
      const watching: Watching = {
        folder,
        settings: intakeSettings(source),
        history: {
          usesTriggers: () => usesTriggers(parts.sql, organization.id, source.id),
          blockedBy: () => failedDelta(parts.sql, organization.id, source.id),
        },
        log: parts.log,
        now: parts.now,
        async begin() {
          await folder.prepare()
          for (const path of await folder.claimed())
            await worker.observe(organization.id, source.id, path, 'stable_only')
          if (settings.sample && !(await hasSnapshots(parts.sql, organization.id, source.id)))
            await dropSample(folder, settings.sample)
        },
        onClaim: (path, evidence) => worker.observe(organization.id, source.id, path, evidence),
        async onWaiting(name, why) {
          say(`${telling}${name} is not read yet. ${why}`)
          await tellWaiting(folder, name, why, parts.now())
        },
        onStranger: (name, why) => say(`${telling}${name} is not read: ${unread(why, settings)}`),
        onTrouble: (why) =>
          say(
            why === null
              ? `${telling}the folder of ${settings.name} can be read again.`
              : `${telling}nothing is read for ${settings.name}: ${why}`,
          ),
      }
      const before = under.get(folder.root) ?? Promise.resolve()
      const loop = before.then(() => (signal.aborted ? undefined : watchFolder(watching, signal)))
      under.set(folder.root, loop)
      void loop.finally(() => under.get(folder.root) === loop && under.delete(folder.root)).catch(() => undefined)
    }
  }
}

function unread(why: Unread, { name, glob }: { name: string; glob: string[] }): string {
  if (why === 'odd') return 'it is a link, a folder or the like, and only files are read.'
  if (why === 'undecodable') return 'its name is not UTF-8. Rename it.'
  return `${name} takes ${glob.join(', ')}. Save it as "CSV UTF-8".`
}

/** Something to look at for whoever starts rosterd for the first time. */
async function dropSample(folder: DropFolder, sample: string): Promise<void> {
  const waiting = await folder.claimed()
  if (waiting.length === 0) await folder.drop(basename(sample), await readFile(sample))
}
