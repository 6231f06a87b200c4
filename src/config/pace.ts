/** How fast one token may ask the admin API. */
export interface Pace {
  /** Requests a second, for as long as one likes. */
  rate: number
  /** Requests at once, after a rest. */
  burst: number
}

/** Enough for a person with several windows and a script that reads page after page; a loop gone wild is slowed down. */
export const PACE: Pace = { rate: 50, burst: 500 }
