/** Starts a daemon again and again, follows a roster on its way, and ends the daemon at random moments of a phase. */
import { setTimeout as sleep } from 'node:timers/promises'
import { type Daemon, type Installation, until } from '../support/daemon.ts'
import { Inside } from './inside.ts'
import { fileOf, roster } from './roster.ts'
import { standing } from './standing.ts'
import { PHASES, type Phase, phaseAt, type Way, wayOf } from './turn.ts'

const POLL_MS = 10
const STOP_MS = 30_000
/** Milliseconds in which any phase ends, also on a machine that is slow or does something else. */
const PATIENCE_MS = 120_000

/** A phase is thought to be shorter when a kill came after it, and longer when one met it, so that all of it is met in the end. */
const TOO_LATE = 0.75
const MET = 1.1

export interface Kill {
  /** The phase that it was meant for. */
  meant: Phase
  /** Milliseconds since 1970. */
  at: number
}

/** One life of the daemon. */
interface Life {
  pid: number
  /** Null when it ended before it had started. */
  daemon: Promise<Daemon | null>
  killed: boolean
}

export class Hunter {
  readonly place: Installation
  readonly inside: Inside
  /** Milliseconds that the daemon needed to start, each time that nothing disturbed it. */
  readonly starts: number[] = []
  readonly #environment: Record<string, string>
  readonly #dice: () => number
  #life: Life | null = null
  /** Milliseconds within which kills come after a phase has begun. */
  readonly #lengths = new Map<Phase, number>()

  constructor(place: Installation, environment: Record<string, string>, dice: () => number) {
    this.place = place
    this.inside = new Inside(place)
    this.#environment = environment
    this.#dice = dice
  }

  /** Starts the daemon without waiting for it. */
  begin(): void {
    const begun = performance.now()
    const life: Life = { pid: 0, killed: false, daemon: Promise.resolve(null) }
    const told = (pid: number) => {
      life.pid = pid
    }
    life.daemon = this.place.start(this.#environment, told).then(
      (daemon) => {
        this.starts.push(performance.now() - begun)
        return daemon
      },
      (error: unknown) => {
        if (life.killed) return null
        throw error
      },
    )
    // Whoever waits for it next is told why it failed.
    life.daemon.catch(() => undefined)
    this.#life = life
  }

  /** The daemon that runs, once it has started. */
  async daemon(): Promise<Daemon> {
    const daemon = await this.#life?.daemon
    if (!daemon) throw new Error('no daemon runs')
    return daemon
  }

  /** Ends the daemon as a power cut does, wherever it is, and says when. */
  async kill(): Promise<number> {
    const life = this.#life
    if (!life) throw new Error('no daemon runs')
    life.killed = true
    const at = Date.now()
    process.kill(life.pid, 'SIGKILL')
    await (await life.daemon)?.kill()
    return at
  }

  /** Ends the database under the daemon in the same way. */
  async killServer(): Promise<number> {
    const server = await until(() => this.inside.server(), PATIENCE_MS)
    const at = Date.now()
    process.kill(server, 'SIGKILL')
    // Its sessions live on for a moment, and answer as if nothing had happened.
    await this.inside.close()
    return at
  }

  async drop(generation: number): Promise<void> {
    await this.place.drop(fileOf(generation), roster(generation))
  }

  /** Follows the roster, approving its plan, until it is in this phase or past it. */
  async reach(generation: number, phase: Phase): Promise<Way> {
    const goal = PHASES.indexOf(phase)
    for (const deadline = Date.now() + PATIENCE_MS; Date.now() < deadline; await sleep(POLL_MS)) {
      const way = await this.inside.tryAsking((sql) => wayOf(sql, this.place, generation))
      if (!way) {
        // It may have ended by itself, and then it says why.
        const ending = (await Promise.race([this.#life?.daemon, sleep(POLL_MS, null)]))?.ending
        if (ending) throw new Error(ending)
        continue
      }
      if (PHASES.indexOf(way.phase) >= goal) return way
      if (way.phase === 'waiting' && way.plan) await this.#approve(way.plan)
    }
    const stands = await this.inside.ask(standing)
    throw new Error(`${fileOf(generation)} did not reach ${phase}:\n${stands}\n${(await this.daemon()).logged()}`)
  }

  async #approve({ id, hash }: { id: number; hash: string }): Promise<void> {
    const daemon = await this.daemon()
    const { status, body } = await daemon.ask('POST', `/plans/pln_${id}/approve`, { hash })
    // A second proposal may have put a plan of the same hash in its place, or the database may just be away: the loop asks again.
    if (status !== 200 && status < 500 && body['code'] !== 'PLAN_STATE') throw new Error(JSON.stringify(body))
  }

  /** Waits for a random moment of this phase; when it is over already, of whatever follows. */
  async lurk(generation: number, phase: Phase): Promise<void> {
    const dice = this.#dice()
    const way = await this.reach(generation, phase)
    if (way.phase === phase) await sleep(dice * this.#length(phase))
  }

  /** In which phase the kill came, and how long to wait the next time. */
  learn({ meant, at }: Kill, way: Way): Phase {
    const phase = phaseAt(way.ends, at)
    this.#lengths.set(meant, this.#length(meant) * (phase === meant ? MET : TOO_LATE))
    return phase
  }

  #length(phase: Phase): number {
    return this.#lengths.get(phase) ?? 200
  }

  async end(): Promise<void> {
    await this.inside.close()
    // One that hangs, so that its test has failed, is not waited for.
    const late = setTimeout(() => this.#life && process.kill(this.#life.pid, 'SIGKILL'), STOP_MS)
    await this.place.remove()
    clearTimeout(late)
  }
}
