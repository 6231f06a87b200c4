/** How many rows the last files had, as a line: a file that is much shorter than the others is seen at once. */
import { number } from '../../reconcile/amount.ts'

const WIDTH = 96
const HEIGHT = 24
const EDGE = 2

export function Sparkline({ values }: { values: number[] }) {
  const last = values.at(-1)
  if (last === undefined || values.length < 2) return null
  const most = Math.max(...values, 1)
  const least = Math.min(...values)
  // From zero where it comes near it; otherwise small changes would look like nothing.
  const ground = least > most * 0.8 ? least - (most - least || 1) : 0
  const x = (index: number) => EDGE + ((WIDTH - 2 * EDGE) * index) / (values.length - 1)
  const y = (value: number) => HEIGHT - EDGE - ((HEIGHT - 2 * EDGE) * (value - ground)) / (most - ground || 1)
  const points = values.map((value, index) => `${x(index).toFixed(1)},${y(value).toFixed(1)}`).join(' ')
  const said = `Rows of the last ${values.length} files: between ${number(least)} and ${number(most)}, the last ${number(last)}`
  return (
    <svg class="spark" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} width={WIDTH} height={HEIGHT} role="img" aria-label={said}>
      <title>{said}</title>
      <polyline points={points} />
      <circle cx={x(values.length - 1).toFixed(1)} cy={y(last).toFixed(1)} r="2.5" />
    </svg>
  )
}
