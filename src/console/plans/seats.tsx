/** Seats of the products of a plan: now, and once it is applied as expected. */
import { number } from '../../reconcile/amount.ts'
import type { SeatForecast } from '../../store/plans.ts'

export function Seats({ seats }: { seats: SeatForecast[] }) {
  if (seats.length === 0) return null
  return (
    <section class="card" aria-labelledby="seats-title">
      <h2 id="seats-title">Seats</h2>
      <table class="plain">
        <caption class="unseen">Seats now and after this plan</caption>
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" class="number">
              Now
            </th>
            <th scope="col" class="number">
              After
            </th>
            <th scope="col" class="number">
              Owned
            </th>
          </tr>
        </thead>
        <tbody>
          {seats.map((seat) => (
            <tr>
              <td>
                {seat.name}
                <Change seat={seat} />
                {seat.waiting > 0 && <span class="short">{shortOf(seat)}</span>}
              </td>
              <td class="number">{number(seat.used)}</td>
              <td class="number">{number(seat.after)}</td>
              <td class="number">{number(seat.owned)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const shortOf = ({ waiting }: SeatForecast): string =>
  `Short by ${number(waiting)}: ${number(waiting)} ${waiting === 1 ? 'waits' : 'wait'} for a seat.`

const WIDTH = 240
const HEIGHT = 8

/** A bar of the seats that are used afterwards, with a mark where they are now. */
function Change({ seat: { owned, used, after } }: { seat: SeatForecast }) {
  const whole = Math.max(owned, used, after, 1)
  const scale = (seats: number) => Math.round((WIDTH * 10 * seats) / whole) / 10
  return (
    <svg class="seats" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
      <rect class="seats-free" width={WIDTH} height={HEIGHT} rx="4" />
      <rect class={after > owned ? 'seats-over' : 'seats-used'} width={scale(after)} height={HEIGHT} rx="4" />
      <rect class="seats-mark" x={Math.max(0, scale(used) - 2)} width="2" height={HEIGHT} />
    </svg>
  )
}
