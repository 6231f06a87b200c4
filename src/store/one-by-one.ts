/** Work of the same name, one after the other in the order in which it came; each waits a second for the one before, and no longer. */
export class OneByOne {
  /** The last one of each name. */
  readonly #tails = new Map<string, Promise<void>>()

  async next<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name)
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const tail = (before ?? Promise.resolve()).then(() => over)
    this.#tails.set(name, tail)
    if (before !== undefined) await patient(before)
    try {
      return await work()
    } finally {
      end()
      if (this.#tails.get(name) === tail) this.#tails.delete(name)
    }
  }
}

/** Milliseconds. */
const PATIENCE_MS = 1_000

function patient(before: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, PATIENCE_MS)
    void before.then(() => {
      clearTimeout(timer)
      resolve()
    })
  })
}
