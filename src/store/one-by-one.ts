/** Work of the same name, one after the other in the order in which it came; each waits a second for the one before, and no longer. */
import { patiently } from './together.ts'

export class OneByOne {
  /** The last one of each name. */
  readonly #tails = new Map<string, Promise<void>>()

  async next<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = this.#tails.get(name)
    const { promise: over, resolve: end } = Promise.withResolvers<void>()
    const tail = (before ?? Promise.resolve()).then(() => over)
    this.#tails.set(name, tail)
    if (before !== undefined) await patiently(before)
    try {
      return await work()
    } finally {
      end()
      if (this.#tails.get(name) === tail) this.#tails.delete(name)
    }
  }
}
