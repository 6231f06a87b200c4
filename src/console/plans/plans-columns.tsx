/** The columns of the list of plans. */
import { number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Lane } from '../../reconcile/model.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import { PlanPill } from '../parts/plan-pill.tsx'
import type { Column } from '../parts/table.tsx'
import { headlineOf, type Names, originOf, planPath } from './plan.ts'

export const LANE_NAMES: Record<Lane, string> = { urgent: 'Urgent', sync: 'From sources', by_hand: 'By hand' }

export const columnsOf = (names: Names): Column<PlanRow>[] => [
  { key: 'plan', title: 'Plan', always: true, cell: (row) => <PlanName row={row} /> },
  { key: 'state', title: 'State', cell: (row) => <PlanPill plan={row} /> },
  { key: 'from', title: 'From', cell: (row) => originOf(row, names) },
  { key: 'items', title: 'Items', number: true, cell: ({ items, leftOut }) => number(items - leftOut) },
  { key: 'made', title: 'Made', cell: (row) => <Made row={row} /> },
  { key: 'approved', title: 'Approved by', extra: true, cell: ({ approvedBy }) => approvedBy ?? '' },
  { key: 'ended', title: 'Ended', extra: true, cell: ({ finishedAt }) => finishedAt && <Moment at={finishedAt} /> },
  { key: 'lane', title: 'Lane', extra: true, cell: ({ lane }) => LANE_NAMES[lane] },
]

function Made({ row: { createdAt, createdBy } }: { row: PlanRow }) {
  return (
    <div class="made">
      <Moment at={createdAt} />
      <span class="beneath">{createdBy}</span>
    </div>
  )
}

function PlanName({ row }: { row: PlanRow }) {
  const at = useAddress()
  return (
    <div class="person plan-name">
      <a href={at(planPath(row.id))}>{headlineOf(row)}</a>
      <span class="beneath">{showId('pln', row.id)}</span>
    </div>
  )
}
