/** A plan that runs: the bar, and the sentence at its end. */
import { peopleSentence } from '../../reconcile/people-words.ts'
import { FAILED_STATES } from '../../reconcile/tally.ts'
import type { Progress } from '../answers.ts'
import { count, number, plainly } from './words.ts'

const BAR = 30

/** How many items have come to what: five numbers that add up to all but those still to do. */
export function tally(states: Readonly<Record<string, number>>) {
  const of = (...names: string[]) => names.reduce((sum, name) => sum + (states[name] ?? 0), 0)
  return {
    done: of('succeeded'),
    already: of('noop'),
    failed: of(...FAILED_STATES),
    waiting: of('waiting_seat', 'waiting_borrow'),
    skipped: of('skipped_stale', 'skipped_excluded', 'cancelled'),
    pending: of('pending'),
  }
}

/** `[##########··········] 52 of 101 · 3 failed`. */
export function bar(progress: Progress): string {
  const { pending, failed } = tally(progress.states)
  const ended = progress.itemCount - pending
  const filled = progress.itemCount === 0 ? BAR : Math.floor((BAR * ended) / progress.itemCount)
  const trouble = failed > 0 ? ` · ${number(failed)} failed` : ''
  return `[${'#'.repeat(filled)}${'·'.repeat(BAR - filled)}] ${number(ended)} of ${number(progress.itemCount)}${trouble}`
}

const SENTENCES: Readonly<Record<string, string>> = {
  applied: 'was applied',
  partially_failed: 'was applied in part',
  failed: 'failed',
  stale: 'is out of date: too much has changed since it was made. Nothing of it was applied',
  approved: 'is approved and waits for its turn',
  applying: 'is still being applied',
  paused: 'is paused',
  cancelled: 'was cancelled',
}

/** `Plan pln_7 was applied: 98 done, 2 waiting, 1 failed.` */
export function ending(id: string, progress: Progress): string {
  const { done, already, waiting, failed, skipped, pending } = tally(progress.states)
  const parts = [
    done > 0 || already === 0 ? `${number(done)} done` : '',
    already > 0 ? `${number(already)} already so` : '',
    waiting > 0 ? `${number(waiting)} waiting` : '',
    skipped > 0 ? `${number(skipped)} skipped` : '',
    failed > 0 ? `${number(failed)} failed` : '',
    pending > 0 ? `${number(pending)} to do` : '',
  ].filter((part) => part !== '')
  const words = SENTENCES[progress.state] ?? `is ${plainly(progress.state)}`
  return `Plan ${id} ${words}: ${parts.join(', ')} of ${count(progress.itemCount, 'item')}.`
}

/** Nothing where the items say the same. */
export function peopleLines(
  { people = {}, itemCount }: Progress,
  rows: { given: number; merged: number; errors: number },
): string[] {
  const total = Object.values(people).reduce((sum, one) => sum + one, 0)
  return total === itemCount && rows.merged + rows.errors === 0 ? [] : [peopleSentence(people, rows)]
}
