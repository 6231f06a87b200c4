/** How many there were on each of the last days, as small bars; the last day stands at the right. */
import { number } from '../../reconcile/amount.ts'

const BAR = 5
const HEIGHT = 24

/** @param most the height of the chart: the same for charts that stand together */
export function Days({ values, most, what }: { values: number[]; most: number; what: string }) {
  const sum = values.reduce((total, one) => total + one, 0)
  const worst = Math.max(...values, 0)
  const said = `${what}: ${number(sum)} in ${values.length} days, at most ${number(worst)} on one`
  return (
    <svg
      class="days"
      viewBox={`0 0 ${values.length * BAR} ${HEIGHT}`}
      width={values.length * BAR}
      height={HEIGHT}
      role="img"
      aria-label={said}
    >
      <title>{said}</title>
      {values.map((value, day) => {
        const height = value === 0 ? 1 : Math.max(2, Math.round((HEIGHT * value) / (most || 1)))
        return (
          <rect class={value === 0 ? 'none' : ''} x={day * BAR} y={HEIGHT - height} width={BAR - 1} height={height} />
        )
      })}
    </svg>
  )
}
