/**
 * Work that costs little more for many than for one: whoever comes while others are served is served together with all who have come by
 * then. Nobody waits for others to come: who comes alone is served at once.
 */
import { isDisconnection } from './disconnection.ts'

interface Waiting<In, Out> {
  given: In
  weight: number
  resolve(out: Out): void
  reject(error: unknown): void
}

export interface Limits<In> {
  /** At most so many in one turn. */
  most: number
  /** And no more once these weigh as much together as `heaviest`. */
  weight(given: In): number
  heaviest: number
  /** All in one turn are answered alike: what fails, fails for all of them. */
  alike?: boolean
}

/** Longer than this (milliseconds) a turn holds up nobody: what waits for a lock, or for a database that is away, is passed by. */
const PATIENCE_MS = 1_000

export class Together<In, Out> {
  readonly #work: (given: In[]) => Promise<Out[]>
  readonly #limits: Limits<In>
  readonly #over: () => void
  #waiting: Waiting<In, Out>[] = []
  /** A turn is under way, or about to begin. */
  #busy = false

  /**
   * @param work answers each in its place. It does all or nothing: where it throws, each is tried alone, so that a fault stays one's own,
   *   unless all are alike
   * @param over called when all who came are served
   */
  constructor(work: (given: In[]) => Promise<Out[]>, limits: Limits<In>, over: () => void) {
    this.#work = work
    this.#limits = limits
    this.#over = over
  }

  do(given: In): Promise<Out> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ given, weight: this.#limits.weight(given), resolve, reject })
      if (this.#busy) return
      this.#busy = true
      // Requests that arrived with this one are read before it begins: they come along.
      setImmediate(() => void this.#serve())
    })
  }

  async #serve(): Promise<void> {
    while (this.#waiting.length > 0) await patiently(this.#turn(this.#next()))
    this.#busy = false
    this.#over()
  }

  #next(): Waiting<In, Out>[] {
    const { most, heaviest } = this.#limits
    let weight = 0
    let count = 0
    for (const one of this.#waiting) {
      if (count > 0 && (count >= most || weight + one.weight > heaviest)) break
      weight += one.weight
      count += 1
    }
    return this.#waiting.splice(0, count)
  }

  /** Does the work of a turn, and answers those who are in it. Never throws. */
  async #turn(turn: Waiting<In, Out>[]): Promise<void> {
    try {
      const answers = await this.#work(turn.map((one) => one.given))
      for (const [place, one] of turn.entries()) {
        const answer = answers[place]
        if (answer === undefined) one.reject(new Error('work that was done together left somebody out'))
        else one.resolve(answer)
      }
    } catch (error) {
      // Nobody knows whether a lost connection had done the work: to try again may be to do it twice.
      if (turn.length === 1 || this.#limits.alike === true || isDisconnection(error)) {
        for (const one of turn) one.reject(error)
      } else for (const one of turn) await this.#turn([one])
    }
  }
}

/** Resolves with the work, or without it once others have waited long enough. */
export function patiently(work: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS)
    void work.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
