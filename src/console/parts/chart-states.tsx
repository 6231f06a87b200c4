/** What became of the items of a plan as one bar, with its legend: done, waiting, failed, skipped, still to do. */
import { number } from '../../reconcile/amount.ts'

const PARTS = [
  ['done', 'done', ['succeeded']],
  ['same', 'already so', ['noop']],
  ['waiting', 'waiting', ['waiting_seat', 'waiting_borrow']],
  ['failed', 'failed', ['failed_permanent', 'failed_retryable', 'blocked']],
  ['skipped', 'skipped', ['skipped_stale', 'skipped_excluded', 'cancelled']],
  ['pending', 'still to do', ['pending']],
] as const

const WIDTH = 1000
const HEIGHT = 12

export function StateBar({ states }: { states: Partial<Record<string, number>> }) {
  const parts = PARTS.map(([name, words, of]) => ({
    name,
    words,
    items: of.reduce<number>((sum, state) => sum + (states[state] ?? 0), 0),
  })).filter(({ items }) => items > 0)
  const whole = Math.max(
    1,
    parts.reduce((sum, { items }) => sum + items, 0),
  )
  let x = 0
  return (
    <div class="state-chart">
      <svg class="state-bar" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {parts.map(({ name, items }) => {
          const width = (WIDTH * items) / whole
          const from = x
          x += width
          return <rect class={`state-${name}`} x={round(from)} width={round(Math.max(2, width))} height={HEIGHT} />
        })}
      </svg>
      <ul class="legend">
        {parts.map(({ name, words, items }) => (
          <li>
            <span class={`dot state-${name}`} aria-hidden="true" />
            <b class="number">{number(items)}</b> {words}
          </li>
        ))}
      </ul>
    </div>
  )
}

const round = (value: number): number => Math.round(value * 10) / 10
