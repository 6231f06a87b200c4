/** Versions: of rows that a set wants to hold now, only those that differ are closed and written again. */

/** What is live and no longer wanted, and what is wanted and not live; a row that differs in anything is both. */
export function difference<T>(live: T[], wanted: T[], textOf: (one: T) => string): { gone: T[]; fresh: T[] } {
  if (live.length === 0) return { gone: [], fresh: wanted }
  const wantedTexts = new Set(wanted.map(textOf))
  const liveTexts = new Set(live.map(textOf))
  return {
    gone: live.filter((one) => !wantedTexts.has(textOf(one))),
    fresh: wanted.filter((one) => !liveTexts.has(textOf(one))),
  }
}

/** An instant as a part of a text that is compared: the same moment is the same text, however it was written. */
export const instantText = (instant: string | null) => (instant === null ? '' : Date.parse(instant))
