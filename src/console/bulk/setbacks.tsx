/** What a draft foresees: the seats before and after, and who would fail or wait, and why. */
import { number } from '../../reconcile/amount.ts'
import { outcomeText } from '../../reconcile/describe.ts'
import type { ItemRow, PlanRow } from '../../store/plans.ts'
import { SeatBar } from '../parts/chart-seats.tsx'
import { Pill } from '../parts/pill.tsx'
import type { Column } from '../parts/table.tsx'
import type { Choice } from './choice.ts'
import { stepAddress, type Way } from './frame.tsx'

export function Seats({ plan: { seats } }: { plan: PlanRow }) {
  return (
    <section class="card" aria-labelledby="seats-title">
      <h2 id="seats-title">Seats</h2>
      <table class="seat-table">
        <thead>
          <tr>
            <th scope="col">Product</th>
            <th scope="col" class="seat-bar">
              <span class="unseen">Used afterwards</span>
            </th>
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
          {seats.map(({ name, owned, used, after, waiting }) => (
            <tr>
              <td>
                {name}
                {waiting > 0 && <span class="beneath">{` ${number(waiting)} will wait`}</span>}
              </td>
              <td class="seat-bar">
                <SeatBar owned={owned} used={after} reserve={0} waiting={waiting} />
              </td>
              <td class="number">{number(used)}</td>
              <td class="number">
                <b>{number(after)}</b>
              </td>
              <td class="number">{number(owned)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

const ACTIONS: Record<string, string> = {
  invite: 'Invite',
  reactivate: 'Invite again',
  assign: 'Assign',
  extend: 'Extend',
  shorten: 'Shorten',
  revoke: 'Revoke',
  remove: 'Remove',
}

export const setbacksOf = (way: Way): Column<ItemRow>[] => [
  {
    key: 'person',
    title: 'Person',
    always: true,
    cell: ({ name, email }) => (
      <div class="person">
        <b>{name || email}</b>
        {name && name !== email && <span class="beneath">{email}</span>}
      </div>
    ),
  },
  {
    key: 'action',
    title: 'Action',
    cell: ({ kind, productName }) => `${ACTIONS[kind] ?? kind}${productName === null ? '' : ` ${productName}`}`,
  },
  {
    key: 'outcome',
    title: 'Expected',
    cell: ({ predicted }) =>
      predicted.startsWith('waiting') ? <Pill tone="wait">will wait</Pill> : <Pill tone="bad">will fail</Pill>,
  },
  { key: 'why', title: 'Reason', cell: (item) => <Why item={item} way={way} /> },
]

function Why({ item: { foreseen }, way }: { item: ItemRow; way: Way }) {
  const told = foreseen === null ? null : outcomeText(foreseen)
  if (told === null || foreseen === null) return <>It is not known yet.</>
  const { verb, choice } = way
  const instead = (changed: Partial<Choice>, text: string) => (
    <a href={stepAddress({ ...way, choice: { ...choice, ...changed } }, 'options')}>{text}</a>
  )
  const other =
    foreseen.code === 'HAS_PRODUCTS' && verb === 'remove' && !choice.revokeFirst
      ? instead({ revokeFirst: true }, 'Revoke their products first')
      : foreseen.code === 'SEATS_EXHAUSTED' && !choice.wait
        ? instead({ wait: true }, 'Let them wait for a seat')
        : null
  return (
    <>
      {told.message} {other ?? <span class="beneath">{told.next}</span>}
    </>
  )
}
