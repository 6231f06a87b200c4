/** Who would fail or wait, as a draft foresees it, and why. */
import { outcomeText } from '../../reconcile/describe.ts'
import type { ItemRow } from '../../store/plans.ts'
import { Pill } from '../parts/pill.tsx'
import type { Column } from '../parts/table.tsx'
import type { Choice } from './choice.ts'
import { stepAddress, type Way } from './frame.tsx'

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
