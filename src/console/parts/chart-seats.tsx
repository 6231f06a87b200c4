/** Seats of a product as a bar: used, kept in reserve, free. */
import { number } from '../../reconcile/amount.ts'

const WIDTH = 240
const HEIGHT = 8

export function SeatBar({
  owned,
  used,
  reserve,
  waiting,
}: {
  owned: number
  used: number
  reserve: number
  waiting: number
}) {
  // More may be used than are owned, where seats were given back to the vendor.
  const whole = Math.max(owned, used, 1)
  const scale = (seats: number) => Math.round((WIDTH * 10 * seats) / whole) / 10
  const kept = Math.min(reserve, Math.max(0, owned - used))
  const over = Math.max(0, used - owned)
  const said = [
    `${number(used)} of ${number(owned)} seats used`,
    kept > 0 ? `${number(kept)} reserved` : '',
    over > 0 ? `${number(over)} more than owned` : '',
    waiting > 0 ? `${number(waiting)} waiting` : '',
  ].filter((part) => part !== '')
  return (
    <svg
      class="seats"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={said.join(', ')}
    >
      <rect class="seats-free" width={WIDTH} height={HEIGHT} />
      <rect class={over > 0 ? 'seats-over' : 'seats-used'} width={scale(used)} height={HEIGHT} />
      {kept > 0 && <rect class="seats-kept" x={WIDTH - scale(kept)} width={scale(kept)} height={HEIGHT} />}
    </svg>
  )
}
