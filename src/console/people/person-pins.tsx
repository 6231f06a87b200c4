/** Pins: what people decided against what sources say of somebody, and how to lift it. */
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import type { PinListRow } from '../../store/pin-list.ts'
import { useAddress, useMay } from '../here.ts'
import { Day } from '../parts/moment.tsx'

export function PersonPins({ row, pins }: { row: MemberListRow; pins: PinListRow[] }) {
  if (pins.length === 0) return null
  return (
    <section class="card" aria-labelledby="pins-title">
      <h2 id="pins-title">Pinned against sources</h2>
      <ul class="sights">
        {pins.map((pin) => (
          <Pin row={row} pin={pin} />
        ))}
      </ul>
    </section>
  )
}

/** What the pin keeps away. */
export const pinText = ({ kind, product, productName }: PinListRow): string =>
  kind === 'exclude' ? 'No member, whatever sources want' : `No ${productName ?? product ?? 'product'} from any source`

function Pin({ row, pin }: { row: MemberListRow; pin: PinListRow }) {
  const at = useAddress()
  const may = useMay()
  const { kind, product, until, nextSync, lapsed, reason, createdBy, since } = pin
  const of = new URLSearchParams({ kind, product: product ?? '' })
  return (
    <li>
      <b>{pinText(pin)}</b>
      <span class="beneath">
        {lapsed
          ? 'lapsed: a person looks at what sources want of them'
          : nextSync
            ? 'until the next sync'
            : until === null
              ? 'until somebody lifts it'
              : 'until '}
        {!lapsed && !nextSync && until !== null && <Day at={until} end />}
      </span>
      <span class="beneath">
        {`by ${createdBy}, `}
        <Day at={since} />
        {reason !== null && `: ${reason}`}
      </span>
      {may('operator') && (
        <a class="button small" href={at(`/people/${showId('mem', row.id)}/lift?${of}`)}>
          Lift the pin…
        </a>
      )}
    </li>
  )
}
