/** The word that was probably meant, or null when none is near. Compared without case, `_`, `-` and blanks. */
export function similar(word: string, known: Iterable<string>): string | null {
  const wanted = bare(word)
  let best: string | null = null
  let least = Math.max(1, Math.floor(wanted.length / 3)) + 1
  for (const candidate of known) {
    const distance = editDistance(wanted, bare(candidate), least)
    if (distance < least) {
      best = candidate
      least = distance
    }
  }
  return best
}

const bare = (word: string): string => word.toLowerCase().replace(/[\s_-]/g, '')

/** Insertions, deletions, replacements and swaps of neighbours; gives up (returns `limit`) once that many are sure. */
function editDistance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) >= limit) return limit
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const line = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1]
      let cost = Math.min(
        (above[column] ?? 0) + 1,
        (line[column - 1] ?? 0) + 1,
        (above[column - 1] ?? 0) + (same ? 0 : 1),
      )
      const swapped = a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      if (swapped) cost = Math.min(cost, (before[column - 2] ?? limit) + 1)
      line.push(cost)
    }
    if (Math.min(...line) >= limit) return limit
    before = above
    above = line
  }
  return above[b.length] ?? limit
}
