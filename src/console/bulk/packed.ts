/** Sets of whole numbers as short text for an address: a thousand ids of a million members are four kilobytes. */

/** Each number is written as what it is more than the one before, so that neighbours need two characters: `[7, 8, 40]` is `7.1.w`. */
export function pack(numbers: Iterable<number>): string {
  let before = 0
  const steps: string[] = []
  for (const one of [...new Set(numbers)].sort((a, b) => a - b)) {
    steps.push((one - before).toString(36))
    before = one
  }
  return steps.join('.')
}

/** What `pack` has written, at most so many; what it never wrote reads as nobody. */
export function unpack(text: string | null, most: number): number[] {
  if (text === null || !/^[0-9a-z]{1,11}(\.[0-9a-z]{1,11})*$/.test(text)) return []
  const numbers: number[] = []
  let last = 0
  for (const step of text.split('.').slice(0, most)) {
    last += Number.parseInt(step, 36)
    if (!Number.isSafeInteger(last)) return []
    numbers.push(last)
  }
  return numbers
}
