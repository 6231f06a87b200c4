/** What can be decided about a plan, at the bottom of the window while its list is looked at. */
import { isDraftByHand } from '../../reconcile/review.ts'
import type { Expected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { ApprovalForm, approveWords } from './approval.tsx'
import { planPath } from './plan.ts'

/** @param expected null where it is not counted yet: then approving has a page of its own */
export function PlanFooter({ row, expected }: { row: PlanRow; expected: Expected | null }) {
  const at = useAddress()
  const may = useMay()
  if (!may('operator')) return <p class="hint">Administrators with the role operator or admin can approve it.</p>
  const to = (rest: string) => at(planPath(row.id, rest))
  const draft = isDraftByHand(row)
  const words = approveWords(row, expected?.people ?? null)
  return (
    <>
      <div class="bar decide">
        {draft && row.leftOut === 0 ? (
          <Form to={to('/discard')}>
            <input type="hidden" name="hash" value={row.hash} />
            <button type="submit">Discard</button>
          </Form>
        ) : (
          <a class="button" href={to(draft ? '/discard' : '/reject')}>
            {draft ? 'Discard…' : 'Reject…'}
          </a>
        )}
        {draft && (
          <Form to={to('/submit')}>
            <input type="hidden" name="hash" value={row.hash} />
            <button type="submit">Submit for approval</button>
          </Form>
        )}
        <a class="button primary" href={to('/approve')} data-dialog="approve">
          {`${words}…`}
        </a>
      </div>
      {expected !== null && (
        <dialog id="approve" aria-labelledby="approve-title">
          <h2 id="approve-title">{words}</h2>
          <ApprovalForm row={row} expected={expected} dialog />
        </dialog>
      )}
    </>
  )
}
