/** Distinct texts to remember per column of a file; beyond that, everything is computed anew. */
const CAPACITY = 5_000
const LONGEST = 1_000

/**
 * Remembers what a cell means: most columns of a file repeat a few texts. `read` gets a copy, because a cell is a slice
 * that keeps its whole block of the file in memory for as long as anything made of it lives.
 */
export function memo<T>(read: (cell: string) => T): (cell: string) => T {
  const known = new Map<string, T>()
  return (cell) => {
    const found = known.get(cell)
    if (found !== undefined) return found
    const copy = Buffer.from(cell).toString()
    const value = read(copy)
    if (known.size < CAPACITY && copy.length <= LONGEST) known.set(copy, value)
    return value
  }
}
