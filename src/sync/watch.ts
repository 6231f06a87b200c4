/** Watches the drop folder of one source and claims what is finished. Events only wake it; what counts is what repeated looks show. */

import { performance } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { watch as watchFiles } from 'chokidar'
import type { Logger } from 'pino'
import { isDisconnection, isOutOfRoom } from '../store/disconnection.ts'
import type { FileEvidence } from './drop/claim.ts'
import type { DropFile } from './drop/claiming.ts'
import type { DropFolder } from './drop/folder.ts'
import { type History, Intake, type IntakeSettings, type Unread } from './drop/intake.ts'

export interface Watching {
  folder: DropFolder
  settings: IntakeSettings & {
    /** Milliseconds between two looks while nothing happens: network file systems give no events. */
    poll: number
  }
  history: History
  log: Logger
  now(): Date
  /** What has to be done before the first look; done again until it succeeds. */
  begin?(): Promise<void>
  /** False: nothing wakes it but the poll. */
  events?: boolean
  /** Something lies there that is never read; said once. */
  onStranger(name: string, why: Unread): void
  /** Why a file is not taken; said once for each reason. */
  onWaiting(name: string, why: string): Promise<void>
  /** A file was claimed; it lies at this path of the folder. */
  onClaim(path: string, evidence: FileEvidence): Promise<void>
  /** The folder cannot be read, or can be again (null). */
  onTrouble?(why: string | null): void
}

/** Runs until the signal aborts. A folder that cannot be read is said once in the log, and looked at again. */
export async function watchFolder(watching: Watching, signal: AbortSignal): Promise<void> {
  const { folder, settings, log } = watching
  const watcher = new Watch(watching)
  let events: ReturnType<typeof wake> | null = null
  const pause = (milliseconds: number, bell: AbortSignal[] = []) =>
    sleep(milliseconds, undefined, { signal: AbortSignal.any([signal, ...bell]) }).catch(() => undefined)
  try {
    while (!signal.aborted) {
      const bell = watcher.listen()
      const until = (await watcher.look()) ? settings.settle / 2 : settings.poll
      // A folder that is not there yet cannot be watched.
      if (watching.events !== false && watcher.begun) events ??= wake(folder, log, () => watcher.ring())
      await pause(until, [bell])
      // Several events of one writer are one reason to look, and looks must lie apart to show that nothing moves.
      if (bell.aborted && !signal.aborted) await pause(settings.settle / 2)
    }
  } finally {
    await events?.close()
  }
}

function wake(folder: DropFolder, log: Logger, ring: () => void) {
  // What came between the first look and the moment from which there are events gives none.
  const events = watchFiles(folder.inbox, { depth: 0, ignoreInitial: true }).on('all', ring).on('ready', ring)
  return events.on('error', (error) =>
    log.warn({ err: error, folder: folder.root }, 'the drop folder gives no events; it is polled'),
  )
}

class Watch {
  /** The folder is there. */
  begun = false
  readonly #watching: Watching
  readonly #intake: Intake
  #bell = new AbortController()
  /** Claims that the database did not take yet: they are passed on at the next look. */
  readonly #claims = new Set<{ path: string; evidence: FileEvidence; told: boolean }>()
  #lastClaim = 0
  #strangers = new Set<string>()
  #waiting = new Map<string, string>()
  #unclaimable = new Map<string, string>()
  #trouble: string | null = null

  constructor(watching: Watching) {
    this.#watching = watching
    this.#intake = new Intake(watching.folder, watching.settings, watching.history, watching.now)
  }

  ring(): void {
    this.#bell.abort()
  }

  /** A bell that has not rung. */
  listen(): AbortSignal {
    if (this.#bell.signal.aborted) this.#bell = new AbortController()
    return this.#bell.signal
  }

  /** Looks once; true when another look is needed soon. */
  async look(): Promise<boolean> {
    const { folder, log, onTrouble } = this.#watching
    try {
      if (!this.begun) await this.#watching.begin?.()
      this.begun = true
      await this.#passOn()
      const looked = await this.#intake.look(performance.now())
      this.#tellStrangers(looked.strangers)
      await this.#tellWaiting(looked.waiting)
      await this.#claimAll(looked.ready)
      await this.#passOn()
      if (this.#trouble !== null) {
        log.info({ folder: folder.root }, 'the drop folder can be read again')
        onTrouble?.(null)
      }
      this.#trouble = null
      return looked.moving
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      if (this.#trouble !== why) {
        log.error({ err: error, folder: folder.root }, 'the drop folder cannot be read; it is tried again')
        onTrouble?.(why)
      }
      this.#trouble = why
      return false
    }
  }

  /** One that the database does not take keeps no other waiting; while the database is away, or full, none is tried. */
  async #passOn(): Promise<void> {
    const { folder, log, onClaim } = this.#watching
    for (const claim of [...this.#claims]) {
      try {
        await onClaim(claim.path, claim.evidence)
        this.#claims.delete(claim)
      } catch (error) {
        if (isDisconnection(error) || isOutOfRoom(error)) throw error
        if (!claim.told)
          log.error(
            { err: error, folder: folder.root, file: claim.path },
            'this file was claimed and cannot be passed on; it is tried again, the others go on',
          )
        claim.told = true
      }
    }
  }

  /** One after the other, each a millisecond later at least: their paths sort as they were taken. */
  async #claimAll(ready: DropFile[]): Promise<void> {
    const { folder, now, log } = this.#watching
    const failed = new Map<string, string>()
    for (const file of ready) {
      this.#lastClaim = Math.max(now().getTime(), this.#lastClaim + 1)
      try {
        const path = await folder.claim(file, new Date(this.#lastClaim))
        this.#intake.forget(file.name)
        if (path) this.#claims.add({ path, evidence: file.evidence, told: false })
      } catch (error) {
        const why = error instanceof Error ? error.message : String(error)
        failed.set(file.name, why)
        if (this.#unclaimable.get(file.name) !== why)
          log.error(
            { err: error, folder: folder.root, file: file.name },
            'this file cannot be claimed; the others go on',
          )
      }
    }
    this.#unclaimable = failed
  }

  #tellStrangers(strangers: Map<string, Unread>): void {
    for (const [name, why] of strangers) if (!this.#strangers.has(name)) this.#watching.onStranger(name, why)
    this.#strangers = new Set(strangers.keys())
  }

  async #tellWaiting(waiting: { name: string; why: string }[]): Promise<void> {
    for (const { name, why } of waiting) if (this.#waiting.get(name) !== why) await this.#watching.onWaiting(name, why)
    this.#waiting = new Map(waiting.map(({ name, why }) => [name, why]))
  }
}
