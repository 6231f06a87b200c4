/** What one request may ask for (semantics that /ServiceProviderConfig announces). */
export const DEFAULT_COUNT = 100
export const MOST_COUNT = 1_000
export const MOST_OPERATIONS = 1_000
/** Bytes of one resource as JSON. */
export const MOST_BYTES = 1_048_576
/** Seconds for which a cursor can be used. */
export const CURSOR_SECONDS = 3_600
