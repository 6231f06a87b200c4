/**
 * What became of the people of a plan, each counted once: by the worst that became of one of their items. That some of it was left out on
 * purpose is no worse than that the rest was done.
 */
import type { OutcomeState } from './model.ts'

export const VERDICTS = ['toDo', 'failed', 'waiting', 'stale', 'cancelled', 'succeeded', 'leftOut', 'noChange'] as const
/** In this order: somebody of whom something is still to do is to do, and otherwise the worst counts. */
export type Verdict = (typeof VERDICTS)[number]

/** People by verdict; the numbers add up to the people of the plan. */
export type PeopleTally = Record<Verdict, number>

export const VERDICT_OF: Record<OutcomeState | 'pending', Verdict> = {
  pending: 'toDo',
  failed_permanent: 'failed',
  failed_retryable: 'failed',
  blocked: 'failed',
  waiting_seat: 'waiting',
  waiting_borrow: 'waiting',
  skipped_stale: 'stale',
  cancelled: 'cancelled',
  skipped_excluded: 'leftOut',
  succeeded: 'succeeded',
  noop: 'noChange',
}

/** From how many people have which verdict; who has none counts nowhere. */
export function peopleTally(counts: ReadonlyMap<Verdict, number>): PeopleTally {
  const of = (verdict: Verdict) => counts.get(verdict) ?? 0
  return {
    toDo: of('toDo'),
    failed: of('failed'),
    waiting: of('waiting'),
    stale: of('stale'),
    cancelled: of('cancelled'),
    leftOut: of('leftOut'),
    succeeded: of('succeeded'),
    noChange: of('noChange'),
  }
}
