/** What is slow to find out about files in `in/`, kept for as long as the file stays the same. */
import type { Content } from './content.ts'
import type { Look } from './looks.ts'

export class Facts<T> {
  readonly #open: (name: string) => Promise<Content | null>
  readonly #find: (content: Content) => Promise<T>
  #known = new Map<string, { of: string; value: T }>()

  constructor(open: (name: string) => Promise<Content | null>, find: (content: Content) => Promise<T>) {
    this.#open = open
    this.#find = find
  }

  /** Null when the file has vanished. */
  async of(name: string, look: Look): Promise<T | null> {
    const of = `${look.inode} ${look.size} ${look.modified}`
    const known = this.#known.get(name)
    if (known?.of === of) return known.value
    const content = await this.#open(name)
    if (content === null) return null
    try {
      const value = await this.#find(content)
      this.#known.set(name, { of, value })
      return value
    } finally {
      await content.close()
    }
  }

  /** Forgets files that are no longer there. */
  keep(names: ReadonlyMap<string, unknown>): void {
    for (const name of this.#known.keys()) if (!names.has(name)) this.#known.delete(name)
  }
}
