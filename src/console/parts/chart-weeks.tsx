/** How much ends in each of the next weeks, as bars with their numbers. */
import { count } from '../../reconcile/amount.ts'
import { useHere } from '../here.ts'

const HEIGHT = 60
const WEEK_MS = 604_800_000
/** Every so many weeks one has its day under it. */
const NAMED = 4
const compact = new Intl.NumberFormat('en-GB', { notation: 'compact', maximumFractionDigits: 1 })

/** @param most where so many end, more may do, later */
export function Weeks({
  from,
  weeks,
  counts,
  most: counted,
}: {
  from: Date
  weeks: number
  counts: ReadonlyMap<number, number>
  most: number
}) {
  const { zone } = useHere()
  const all = Array.from({ length: weeks }, (_, week) => counts.get(week) ?? 0)
  const most = Math.max(...all, 1)
  const sum = all.reduce((total, one) => total + one, 0)
  const day = (week: number) =>
    new Date(from.getTime() + week * WEEK_MS).toLocaleDateString('en-GB', {
      timeZone: zone,
      day: 'numeric',
      month: 'short',
    })
  if (sum === 0) return <p class="beneath">For nobody.</p>
  return (
    <>
      <p class="beneath">{`For ${count(sum, 'person', 'people')}${sum >= counted ? ' and more' : ''}, by week:`}</p>
      <ol class="weeks">
        {all.map((ends, week) => (
          <li title={`${day(week)} to ${day(week + 1)}: ${ends}`}>
            <span class={ends === 0 ? 'weeks-number zero' : 'weeks-number'}>{compact.format(ends)}</span>
            <svg viewBox={`0 0 10 ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
              <rect
                class="weeks-bar"
                y={HEIGHT - Math.max(1, Math.round((HEIGHT * ends) / most))}
                width="10"
                height={Math.max(1, Math.round((HEIGHT * ends) / most))}
              />
            </svg>
            <span class={week % NAMED === 0 ? 'weeks-day' : 'weeks-day unseen'}>{day(week)}</span>
          </li>
        ))}
      </ol>
    </>
  )
}
