/** The summary: what the draft would do, its seats, who would fail and why; and the button that lets it happen. */
import { count, number } from '../../reconcile/amount.ts'
import { outcomeText } from '../../reconcile/describe.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Concerned } from '../../store/chosen-facts.ts'
import type { FailedCells } from '../../store/failures.ts'
import type { ItemRow, PlanRow } from '../../store/plans.ts'
import { useAddress, useHere } from '../here.ts'
import { Table } from '../parts/table.tsx'
import type { Typed } from '../plans/approving.ts'
import { Seats } from '../plans/seats.tsx'
import { Approve } from './approve.tsx'
import { Asked } from './asked.tsx'
import type { Way } from './frame.tsx'
import { setbacksOf } from './setbacks.tsx'

/** As many are listed. */
export const SETBACKS_SHOWN = 50

export interface Summary {
  plan: PlanRow
  /** Items that are predicted not to succeed at once, the first of them. */
  setbacks: ItemRow[]
  /** Rows of the file of which nothing comes. */
  rows: FailedCells[]
  /** For whom something is done, and of how many products. */
  concerned: Concerned
  /** By key. */
  productNames: ReadonlyMap<string, string>
  /** What was typed to override a hold. */
  typed?: Typed
  /** What of that is not right. */
  mistake?: string
}

export function SummaryOf({ way, summary }: { way: Way; summary: Summary }) {
  const { plan, setbacks, rows } = summary
  const { offers } = useHere()
  const at = useAddress()
  return (
    <div class="summary">
      <div class={plan.seats.length > 0 ? 'summary-head' : ''}>
        <Asked summary={summary} />
        <Seats seats={plan.seats} />
      </div>
      {setbacks.length > 0 && (
        <section aria-labelledby="setbacks-title">
          <h2 id="setbacks-title" class="summary-title">
            What will fail or wait
          </h2>
          <div class="list">
            <Table id="setbacks" caption="What will fail or wait" columns={setbacksOf(way)} rows={setbacks} />
          </div>
          {setbacks.length >= SETBACKS_SHOWN && (
            <p class="hint">{`The first ${SETBACKS_SHOWN} are shown; the plan has all of them.`}</p>
          )}
        </section>
      )}
      {rows.length > 0 && (
        <section aria-labelledby="rows-title">
          <h2 id="rows-title" class="summary-title">
            Rows of which nothing comes
          </h2>
          <ul class="row-faults card">
            {rows.map(({ line, code, params }) => {
              const told = outcomeText({ code, params: { line, ...params } })
              return (
                <li>
                  <b>{`Line ${number(line)}`}</b> {told?.message ?? code}{' '}
                  <span class="beneath">{told?.next ?? ''}</span>
                </li>
              )
            })}
          </ul>
        </section>
      )}
      <Approve way={way} summary={summary} />
      {offers('/plans/:plan') && (
        <p class="hint">
          <a
            href={at(`/plans/${showId('pln', plan.id)}`)}
          >{`See each of the ${count(plan.items, 'step')} of this plan`}</a>
          , or leave some out.
        </p>
      )}
    </div>
  )
}
