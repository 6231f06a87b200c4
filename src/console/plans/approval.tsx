/** What an approval lets happen, in four lines, with what has to be typed where guards stop it. */
import { count, number } from '../../reconcile/amount.ts'
import { approvalLines } from '../../reconcile/approval.ts'
import { operationWords } from '../../reconcile/operation-words.ts'
import { needs } from '../../reconcile/review.ts'
import type { Expected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import type { Typed } from './approving.ts'
import { Override } from './override.tsx'
import { planPath } from './plan.ts'

interface ApprovalProps {
  row: PlanRow
  expected: Expected
}

/**
 * `Remove 12 users`, `Approve all 108 items`, `Approve 104 of 108 items`.
 *
 * @param people whom it is about; null where nobody has counted them
 */
export function approveWords(row: PlanRow, people: number | null): string {
  const stay = row.items - row.leftOut
  const asked = people === null ? null : operationWords(row, people)
  if (asked !== null) return asked
  return row.leftOut === 0
    ? `Approve ${stay === 1 ? '1 item' : `all ${count(stay, 'item')}`}`
    : `Approve ${number(stay)} of ${count(row.items, 'item')}`
}

interface FormProps extends ApprovalProps {
  /** Inside of a dialog, which can be closed. */
  dialog?: boolean
  /** What was typed, and what is wrong with it. */
  typed?: Typed
  mistake?: string | undefined
}

export function ApprovalForm({ row, expected, dialog = false, typed, mistake }: FormProps) {
  const at = useAddress()
  const may = useMay()
  const lines = approvalLines({ ...expected, counts: row.counts, letters: row.quiet ? 0 : expected.letters })
  const need = needs(row.findings)
  const allowed = need === 'pass' || may('admin')
  return (
    <>
      <ul class="will">
        {lines.map((text) => (
          <li>{text}</li>
        ))}
      </ul>
      {!allowed && (
        <p class="notice">
          Guards stop it, and 0 items have been applied. Only an administrator with the role admin can let it happen all
          the same.
        </p>
      )}
      <Form to={at(planPath(row.id, '/approve'))} id="approval">
        <input type="hidden" name="hash" value={row.hash} />
        {need !== 'pass' && allowed && (
          <Override row={row} refused={need === 'refused'} typed={typed} mistake={mistake} />
        )}
        {need === 'pass' && mistake !== undefined && <p class="mistake">{mistake}</p>}
        {allowed && (
          <label class="check">
            <input type="checkbox" name="later" value="1" /> Only approve it; it is started later by hand
          </label>
        )}
        <div class="buttons">
          {dialog ? (
            <button type="button" data-close>
              Back
            </button>
          ) : (
            <a class="button" href={at(planPath(row.id))}>
              Back
            </a>
          )}
          {allowed && (
            <button type="submit" class="primary">
              {approveWords(row, expected.people)}
            </button>
          )}
        </div>
      </Form>
    </>
  )
}
