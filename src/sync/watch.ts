/** Watches the drop folder of one source and claims what is finished. Events only wake it; what counts is what repeated looks show. */

import { setTimeout as sleep } from 'node:timers/promises'
import { watch as watchFiles } from 'chokidar'
import type { Logger } from 'pino'
import type { DropFolder, FileEvidence } from './csv/folder.ts'

/** Network file systems give no events: look anyway, this often. */
const IDLE_POLL_MS = 15_000

export interface Watching {
  folder: DropFolder
  /** Milliseconds for which a file must rest. */
  settle: number
  log: Logger
  now(): Date
  /** A file lies there whose name this source does not read; said once. */
  onStranger(name: string): void
  /** A file was claimed; it lies at this path of the folder. */
  onClaim(path: string, evidence: FileEvidence): Promise<void>
}

/** Runs until the signal aborts. A folder that cannot be read is said in the log, and looked at again. */
export async function watchFolder(
  { folder, settle, log, now, onClaim, onStranger }: Watching,
  signal: AbortSignal,
): Promise<void> {
  let bell = new AbortController()
  let rung = false
  let told = new Set<string>()
  const claims: { path: string; evidence: FileEvidence }[] = []
  const ring = () => {
    rung = true
    bell.abort()
  }
  // What came between the first look and the moment from which there are events gives none.
  const watcher = watchFiles(folder.inbox, { depth: 0, ignoreInitial: true }).on('all', ring).on('ready', ring)
  watcher.on('error', (error) =>
    log.warn({ err: error, folder: folder.root }, 'the drop folder gives no events; it is polled'),
  )
  try {
    while (!signal.aborted) {
      rung = false
      const pause = await lookOnce()
      if (!rung)
        await sleep(pause, undefined, { signal: AbortSignal.any([signal, bell.signal]) }).catch(() => undefined)
      if (bell.signal.aborted) bell = new AbortController()
      // Several events of one writer are one reason to look, and looks must lie apart to show that nothing moves.
      if (rung && !signal.aborted) await sleep(settle / 2, undefined, { signal }).catch(() => undefined)
    }
  } finally {
    await watcher.close()
  }

  /** Claims that the database did not take yet stay on the list for the next look. */
  async function passOn(): Promise<void> {
    for (let claim = claims[0]; claim; claim = claims[0]) {
      await onClaim(claim.path, claim.evidence)
      claims.shift()
    }
  }

  async function lookOnce(): Promise<number> {
    try {
      await passOn()
      const { finished, growing, strangers } = await folder.look()
      for (const name of strangers.filter((one) => !told.has(one))) onStranger(name)
      told = new Set(strangers)
      for (const file of finished) {
        try {
          const path = await folder.claim(file, now())
          if (path) claims.push({ path, evidence: file.evidence })
        } catch (error) {
          log.error(
            { err: error, folder: folder.root, file: file.name },
            'this file cannot be claimed; the others go on',
          )
        }
      }
      await passOn()
      return growing > 0 ? settle / 2 : IDLE_POLL_MS
    } catch (error) {
      log.error({ err: error, folder: folder.root }, 'the drop folder cannot be read; it is tried again')
      return IDLE_POLL_MS
    }
  }
}
