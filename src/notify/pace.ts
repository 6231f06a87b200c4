/** Keeps a limit of so many per minute: mail providers block who sends faster. Counts for this process alone. */
export class Pace {
  readonly #perMinute: () => number
  #starts: number[] = []

  constructor(perMinute: () => number) {
    this.#perMinute = perMinute
  }

  /** How many may start at this moment (milliseconds since any fixed point). */
  free(at: number): number {
    this.#starts = this.#starts.filter((start) => start > at - 60_000)
    return this.#perMinute() - this.#starts.length
  }

  started(at: number): void {
    this.#starts.push(at)
  }

  /** Milliseconds until one more may start; 0 when one may now. */
  wait(at: number): number {
    const first = this.#starts[0]
    return this.free(at) > 0 || first === undefined ? 0 : first + 60_000 - at
  }
}

/** Minutes before the next try of a letter that failed for the moment: about a day in all, then it is given up. */
const BACKOFF_MINUTES = [1, 5, 15, 60, 180, 480, 720]

/** When to try again after this attempt (1 = the first) failed for the moment; null = give up. */
export function nextTry(attempt: number, at: Date): Date | null {
  const minutes = BACKOFF_MINUTES[attempt - 1]
  return minutes === undefined ? null : new Date(at.getTime() + minutes * 60_000)
}
