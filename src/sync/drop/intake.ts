/** Intake: looks at `in/` again and again, and says which files may be taken now, in which order, and why others may not. */
import type { Stats } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { basename } from 'node:path'
import { bytesText } from '../../reconcile/amount.ts'
import { type CsvSettings, DROP_LIMITS } from '../csv/settings.ts'
import { type Digests, lookBeside } from './beside.ts'
import type { Problem } from './claim.ts'
import type { DropFile } from './claiming.ts'
import { type Ending, endingOf } from './ending.ts'
import { Facts } from './facts.ts'
import type { DropFolder } from './folder.ts'
import { type Look, Looks } from './looks.ts'
import { nameOf, saysDelta } from './names.ts'
import { type Head, headOf } from './ours.ts'
import { type Arrived, inOrder } from './queue.ts'
import { type Known, type Patience, standingOf } from './ready.ts'

export interface IntakeSettings extends Patience {
  completion: 'auto' | 'manifest' | 'trigger'
  /** A delta that failed keeps those behind it waiting. */
  ordered: boolean
  mode: 'snapshot' | 'delta'
  /** A folder into which anybody may write is not read. */
  checkPermissions: boolean
  csv: Pick<CsvSettings, 'encoding' | 'delimiter'>
}

/** What the files before these ones came to. */
export interface History {
  /** A file of this source once had a trigger. */
  usesTriggers(): Promise<boolean>
  /** The dropped name of the delta that failed and that nobody has put right; null when the way is free. */
  blockedBy(): Promise<string | null>
}

/** Why something is never read: the source does not take such names, it is a link, folder or pipe, or its name is no UTF-8. */
export type Unread = 'stranger' | 'odd' | 'undecodable'

export interface Looked {
  /** May be claimed now, in this order. */
  ready: DropFile[]
  /** With a sentence for the writer. */
  waiting: { name: string; why: string }[]
  /** What is never read, by name. */
  strangers: Map<string, Unread>
  /** Something is on its way: look again soon. */
  moving: boolean
}

/** Nothing has moved for so long, in settles, before several files are compared; under steady arrivals it is not waited longer than this. */
const QUIET = 2.5
const LONGEST_QUIET = 10 * QUIET

/** Anybody on this machine may write there. */
class OpenToAll extends Error {
  constructor(folder: string) {
    super(
      `anybody may write into ${folder}, so nothing in it is read: close it with chmod o-w, or allow it with check_permissions: false`,
    )
  }
}

export class Intake {
  readonly #folder: DropFolder
  readonly #settings: IntakeSettings
  readonly #history: History
  readonly #now: () => Date
  readonly #looks = new Looks()
  readonly #endings: Facts<Ending>
  readonly #heads: Facts<Head>
  readonly #digests: Digests
  #readySince: number | null = null

  constructor(folder: DropFolder, settings: IntakeSettings, history: History, now: () => Date) {
    this.#folder = folder
    this.#settings = settings
    this.#history = history
    this.#now = now
    const open = (name: string) => folder.openDropped(name)
    this.#endings = new Facts(open, (file) => endingOf(file, settings.csv))
    this.#heads = new Facts(open, (file) => headOf(file, settings.csv))
    this.#digests = {
      sha256: new Facts(open, (file) => file.digest('sha256')),
      md5: new Facts(open, (file) => file.digest('md5')),
    }
  }

  /** @param at milliseconds of a clock that nobody can set */
  async look(at: number): Promise<Looked> {
    const { files, companions, strangers } = await this.#list()
    const looks = this.#looks.see(new Map([...files, ...companions]), at)
    this.#forget(looks)
    const required = files.size > 0 ? await this.#required() : null
    const beside = this.#besides(companions)
    const waiting: Looked['waiting'] = []
    const arrived: Arrived[] = []
    for (const name of files.keys()) {
      const look = looks.get(name)
      const one = look && (await this.#assess(name, look, beside.get(name) ?? new Map(), required).catch(whenClosed))
      if (!one) continue
      if ('why' in one) {
        if (one.why !== null) waiting.push({ name, why: one.why })
      } else arrived.push(one)
    }
    const isMoving = arrived.length + waiting.length < files.size
    if (!this.#isQuiet(arrived, at)) return { ready: [], waiting, strangers, moving: true }
    const blockedBy =
      this.#settings.ordered && arrived.some((one) => one.delta) ? await this.#history.blockedBy() : null
    const { ready, blocked } = inOrder(arrived, blockedBy)
    for (const name of blocked)
      waiting.push({
        name,
        why: `It waits for ${blockedBy}, which failed: files of changes are read in their order. Send that one again under its name, or have an administrator dismiss it.`,
      })
    return { ready, waiting, strangers, moving: isMoving }
  }

  /** A claimed file is a new one if its name comes again. */
  forget(name: string): void {
    this.#looks.forget(name)
  }

  async #list() {
    if (this.#settings.checkPermissions) {
      const open = await this.#folder.openToAll()
      if (open !== null) throw new OpenToAll(open)
    }
    const files = new Map<string, Stats>()
    const companions = new Map<string, Stats>()
    const strangers: Looked['strangers'] = new Map()
    for (const entry of await readdir(this.#folder.inbox)) {
      const name = nameOf(entry, this.#folder.glob)
      if (name.is === 'unfinished') continue
      if (name.is === 'stranger') {
        strangers.set(entry, 'stranger')
        continue
      }
      const stats = await this.#folder.stat(entry)
      // Bytes that are no UTF-8 come as this character, and lead to no file.
      if (stats === null && entry.includes('\uFFFD')) strangers.set(entry, 'undecodable')
      if (stats === null) continue
      if (!stats.isFile()) strangers.set(entry, 'odd')
      else (name.is === 'file' ? files : companions).set(entry, stats)
    }
    return { files, companions, strangers }
  }

  /** What stands beside each file, sorted out once: a folder that was not read for days may hold thousands of both. */
  #besides(companions: Map<string, Stats>): Map<string, Map<string, Stats>> {
    const beside = new Map<string, Map<string, Stats>>()
    for (const [entry, stats] of companions) {
      const name = nameOf(entry, this.#folder.glob)
      if (!('of' in name)) continue
      const known = beside.get(name.of) ?? new Map<string, Stats>()
      beside.set(name.of, known.set(entry, stats))
    }
    return beside
  }

  async #assess(
    name: string,
    look: Look,
    companions: Map<string, Stats>,
    required: Known['required'],
  ): Promise<Arrived | { why: string | null } | null> {
    const { manifest, triggers, compared } = await lookBeside(this.#folder, name, look, companions, this.#digests)
    const known: Known = {
      look: { ...look, renamed: look.renamed && !(await this.#folder.wasPutBack(look.inode)) },
      tooLarge: tooLarge(look.size),
      manifest: compared,
      triggered: triggers.length > 0,
      required,
      ending: null,
    }
    let standing = standingOf(known, this.#settings)
    const whole = standing.is === 'asking'
    if (standing.is === 'asking') {
      const ending = await this.#endings.of(name, look)
      if (ending === null) return null
      standing = standingOf({ ...known, ending }, this.#settings)
    }
    if (standing.is !== 'ready') return { why: standing.is === 'waiting' ? standing.why : null }
    const { evidence, problem } = standing
    const saysSo = this.#settings.mode === 'delta' || saysDelta(name) || manifest?.full === false
    const head = problem === null ? await this.#heads.of(name, look) : null
    const delta = saysSo || head === 'changes'
    const roster = !delta && head === 'people'
    const aged = { modified: new Date(look.modified), sequence: manifest?.sequence ?? null, seen: this.#now() }
    return { name, evidence, problem, triggers, manifest, delta, roster, full: !delta, whole, ...aged }
  }

  /** Once a source has sent a trigger, a file without one is not finished. */
  async #required(): Promise<Known['required']> {
    const { completion } = this.#settings
    if (completion !== 'auto') return completion
    return (await this.#history.usesTriggers()) ? 'trigger' : null
  }

  #isQuiet(arrived: Arrived[], at: number): boolean {
    if (arrived.length === 0) {
      this.#readySince = null
      return true
    }
    this.#readySince ??= at
    const { settle } = this.#settings
    const quiet = this.#looks.quiet(at) >= QUIET * settle || at - this.#readySince >= LONGEST_QUIET * settle
    if (quiet) this.#readySince = null
    return quiet
  }

  #forget(looks: ReadonlyMap<string, Look>): void {
    for (const facts of [this.#endings, this.#heads, this.#digests.sha256, this.#digests.md5]) facts.keep(looks)
  }
}

/** A file, or what stands beside it, that this user may not open. It is the writer's to open; the others are read meanwhile. */
function whenClosed(error: unknown): { why: string } {
  if (!(error instanceof Error && 'code' in error && 'path' in error)) throw error
  if (error.code !== 'EACCES' && error.code !== 'EPERM') throw error
  return {
    why: `${basename(String(error.path))} cannot be read: permission denied. Give the user that runs rosterd the right to read it.`,
  }
}

function tooLarge(size: number): Problem | null {
  const { bytes } = DROP_LIMITS
  return size > bytes ? { code: 'FILE_TOO_LARGE', params: { n: bytesText(size), m: bytesText(bytes) } } : null
}
