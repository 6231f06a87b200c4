/** Turns: few may be at a piece of work at once, in all and of one key, so that nobody's haste takes the database from everybody else. */

export interface Bounds {
  /** At work at once, of all keys and of one. */
  all: number
  each: number
  /** Milliseconds to wait for a turn at most. */
  patience: number
}

interface Waiting {
  key: string
  begin(): void
}

export class Turns {
  readonly #bounds: Bounds
  readonly #busy = new Map<string, number>()
  readonly #waiting = new Set<Waiting>()
  #all = 0

  constructor(bounds: Bounds) {
    this.#bounds = bounds
  }

  /** Does the work when it is its turn, first come, first served. Null: its turn did not come in time, and nothing was done. */
  async take<T>(key: string, work: () => Promise<T>): Promise<{ done: T } | null> {
    if (this.#isFree(key)) this.#begin(key)
    else if (!(await this.#turn(key))) return null
    try {
      return { done: await work() }
    } finally {
      this.#end(key)
    }
  }

  /** Whether the turn came in time; it has begun then. */
  #turn(key: string): Promise<boolean> {
    return new Promise((resolve) => {
      const begin = () => {
        clearTimeout(timer)
        this.#waiting.delete(waiting)
        this.#begin(key)
        resolve(true)
      }
      const waiting: Waiting = { key, begin }
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting)
        resolve(false)
      }, this.#bounds.patience)
      this.#waiting.add(waiting)
    })
  }

  #isFree(key: string): boolean {
    return this.#all < this.#bounds.all && (this.#busy.get(key) ?? 0) < this.#bounds.each
  }

  #begin(key: string): void {
    this.#all += 1
    this.#busy.set(key, (this.#busy.get(key) ?? 0) + 1)
  }

  #end(key: string): void {
    const left = (this.#busy.get(key) ?? 1) - 1
    this.#all -= 1
    if (left === 0) this.#busy.delete(key)
    else this.#busy.set(key, left)
    for (const { key: other, begin } of this.#waiting) {
      if (this.#all >= this.#bounds.all) return
      if (this.#isFree(other)) begin()
    }
  }
}
