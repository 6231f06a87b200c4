/** Why items of a plan did not succeed: one reason after the other, the most frequent first, with the one fix for all that it stopped. */
import { count, number } from '../../reconcile/amount.ts'
import { outcomeText } from '../../reconcile/describe.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { classOf, type ReasonClass } from '../../reconcile/reasons.ts'
import type { ReasonGroup } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useHere, useMay, withQuery } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { COMPARES } from './comparing.tsx'
import { onPages } from './next-words.ts'
import { planPath } from './plan.ts'

interface ReasonsProps {
  row: PlanRow
  reasons: ReasonGroup[]
  /** They failed, and did not only wait or stay out. */
  failed: boolean
  /** Members who could not be removed because of what they hold. */
  holders: number[]
}

export function Reasons({ row, reasons, failed, holders }: ReasonsProps) {
  const { path, query } = useHere()
  if (reasons.length === 0) return null
  return (
    <ul class="reasons card" aria-label="Reasons">
      {reasons.map(({ code, items, params }) => {
        const on = query.get('code') === code
        const text = outcomeText({ code, params })
        return (
          <li>
            <a
              href={`${withQuery(path, query, { code: on ? null : code })}#items`}
              {...(on ? { 'aria-current': 'true' } : {})}
            >
              <code>{code}</code> <b class="number">{number(items)}</b>
            </a>
            <div>
              <p>{`${items === 1 ? '' : 'For example: '}${text?.message ?? ''} ${onPages(text?.next ?? '')}`}</p>
              <Fix row={row} code={code} items={items} holders={holders} failed={failed} />
            </div>
          </li>
        )
      })}
    </ul>
  )
}

/** Trying again what nobody has put right comes to the same; what waits for a seat, or for somebody else, may come to something now. */
const WORTH_IT: ReasonClass[] = ['seat', 'wait', 'conflict', 'transient', 'policy']

interface FixProps extends Omit<ReasonsProps, 'reasons'> {
  code: string
  items: number
}

/** The next step for all that failed or waits for one reason, as far as it can be taken here. */
function Fix({ row, code, items, holders, failed }: FixProps) {
  const at = useAddress()
  const may = useMay()
  const { offers } = useHere()
  const { id, operation } = row
  const kind = classOf(code)
  const again = operation !== null && may('operator') && WORTH_IT.includes(kind) && code !== 'BLOCKED_BY'
  const seats = kind === 'seat' && offers('/products') && (
    <a class="button small" href={at('/products')}>
      Look at the seats
    </a>
  )
  if (!failed) return <div class="fixes">{seats}</div>
  return (
    <div class="fixes">
      {code === 'HAS_PRODUCTS' && holders.length > 0 && may('operator') && offers('/bulk/:verb') && (
        <Form to={at('/bulk/revoke')}>
          <input type="hidden" name="every" value="1" />
          {holders.map((member) => (
            <input type="hidden" name="member" value={showId('mem', member)} />
          ))}
          <button
            type="submit"
            class="primary small"
          >{`Revoke the products of ${count(holders.length, 'user')}`}</button>
        </Form>
      )}
      {seats}
      {kind === 'input' && (
        <a class="button small" href={at(planPath(id, '/failures.csv'))} download>
          Download these to correct them
        </a>
      )}
      {kind === 'input' && operation !== null && may('operator') && offers('/bulk/:verb') && (
        <a class="button small" href={at(`/bulk/${operation.verb}`)}>
          Upload the corrected file
        </a>
      )}
      {again && (
        <Form to={at(planPath(id, '/retry'))}>
          <input type="hidden" name="code" value={code} />
          <button type="submit" class="small">
            {items === 1 ? 'Try it again' : `Try these ${number(items)} again`}
          </button>
        </Form>
      )}
    </div>
  )
}

/** What can be done about all that failed, whatever it failed for. What sources want stays wanted: the next comparison proposes it again. */
export function Failures({ row: { id, operation }, failed }: { row: PlanRow; failed: number }) {
  const at = useAddress()
  const may = useMay()
  if (failed === 0) return null
  return (
    <>
      {operation === null && (
        <p class="beneath">What sources still want is proposed again when they are compared next.</p>
      )}
      <div class="buttons start">
        <a class="button" href={at(planPath(id, '/failures.csv'))} download>
          Download failures .csv
        </a>
        {operation === null && may('operator') && (
          <Form to={at('/plans/propose')}>
            <button type="submit" title={COMPARES}>
              Compare with the sources now
            </button>
          </Form>
        )}
      </div>
    </>
  )
}
