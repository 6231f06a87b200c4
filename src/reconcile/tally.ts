/** Outcomes as people count them. */
import type { OutcomeState } from './model.ts'

const SUCCEEDED: ReadonlySet<string> = new Set<OutcomeState>(['succeeded', 'noop'])
/** States that people count as failed. */
export const FAILED_STATES: readonly OutcomeState[] = ['failed_permanent', 'failed_retryable', 'blocked']
const FAILED: ReadonlySet<string> = new Set(FAILED_STATES)
const WAITING: ReadonlySet<string> = new Set<OutcomeState>(['waiting_seat', 'waiting_borrow'])

export interface OutcomeNumbers {
  succeeded: number
  failed: number
  waiting: number
  skipped: number
}

/** Outcomes as people count them: four numbers that add up to the items of the plan. */
export function tally(states: Partial<Record<string, number>>): OutcomeNumbers {
  const sum = (which: (state: string) => boolean) =>
    Object.entries(states).reduce((total, [state, items]) => total + (which(state) ? (items ?? 0) : 0), 0)
  return {
    succeeded: sum((state) => SUCCEEDED.has(state)),
    failed: sum((state) => FAILED.has(state)),
    waiting: sum((state) => WAITING.has(state)),
    skipped: sum((state) => !SUCCEEDED.has(state) && !FAILED.has(state) && !WAITING.has(state)),
  }
}
