/** Somebody was faster, or the plan is another one by now: what happened meanwhile, and where to go on. Nothing was done twice. */
import { isRosterdError, type RosterdError } from '../../errors.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import type { Asked } from '../route.ts'
import type { Screen } from '../screen.ts'
import { CRUMBS, phaseOf, planOf, planPath, stateText } from './plan.ts'

/** The page for an error that says that the plan has moved on; any other error is thrown again. */
export async function conflict(asked: Asked<'plan'>, error: unknown): Promise<Screen> {
  if (!isRosterdError(error) || (error.code !== 'PLAN_STATE' && error.code !== 'PLAN_HASH_MISMATCH')) throw error
  const row = await planOf(asked)
  const changed = error.code === 'PLAN_HASH_MISMATCH'
  return {
    title: changed ? 'The plan has changed since you looked' : 'Somebody was faster',
    place: 'plans',
    crumbs: [...CRUMBS, [`Plan ${showId('pln', row.id)}`, planPath(row.id)]],
    status: 409,
    body: (
      <div class="error">
        {changed ? <Changed error={error} /> : <Decided row={row} />}
        <Next row={row} changed={changed} />
      </div>
    ),
  }
}

/** `dana@acme.example left out 3 people at 10:04.` */
function Changed({ error }: { error: RosterdError }) {
  const { changes } = error.params
  return (
    <p>{`${changes === undefined ? 'It is not the plan that you saw.' : changes} Nothing of what you asked was done.`}</p>
  )
}

function Decided({ row }: { row: PlanRow }) {
  const { approvedBy, approvedAt, state, finishedAt } = row
  if (state === 'superseded' || state === 'stale')
    return <p>The plan was replaced by a newer one while you looked at it. Nothing of it was done.</p>
  if (approvedBy !== null && approvedAt !== null && phaseOf(row) !== 'review')
    return (
      <p>
        {`${approvedBy} approved it on `}
        <Moment at={approvedAt} />
        {`, and it is ${stateText(row)}. Nothing was done twice.`}
      </p>
    )
  return (
    <p>
      {`The plan is ${stateText(row)}`}
      {finishedAt !== null && (
        <>
          {' since '}
          <Moment at={finishedAt} />
        </>
      )}
      . What you asked was not done.
    </p>
  )
}

function Next({ row: { id, supersededBy }, changed }: { row: PlanRow; changed: boolean }) {
  const at = useAddress()
  const to = supersededBy ?? id
  return (
    <p>
      <a class="button primary" href={at(planPath(to))}>
        {changed
          ? 'Look at it as it is now'
          : supersededBy === null
            ? 'Look at the plan'
            : `Look at the newer plan, ${showId('pln', to)}`}
      </a>
    </p>
  )
}
