/** The buttons under a summary: let it happen, with the number that is held where guards stop it; ask others; let it go. */
import { number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Verb } from '../../reconcile/operation.ts'
import { overrideCount, overrideSum } from '../../reconcile/review.ts'
import { useAddress, useMay } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { StepEnd, stepAddress, type Way } from './frame.tsx'
import type { Summary } from './summary.tsx'
import { doIt } from './words.ts'

export function Approve({ way, summary: { plan, concerned, typed } }: { way: Way; summary: Summary }) {
  const at = useAddress()
  const may = useMay()
  const held = overrideCount(plan.findings)
  const sum = overrideSum(plan.findings)
  const stops = plan.findings.filter(({ verdict }) => verdict !== 'pass')
  const path = (end: string) => at(`/bulk/${way.verb}/${end}`)
  const allowed = held === null || may('admin')
  return (
    <Form to={path('approve')} kind="approve">
      <input type="hidden" name="plan" value={showId('pln', plan.id)} />
      <input type="hidden" name="hash" value={plan.hash} />
      <input type="hidden" name="back" value={stepAddress(way, 'options').split('?')[1] ?? ''} />
      {stops.length > 0 && (
        <section class="card override" aria-labelledby="held-title">
          <h2 id="held-title">{held === null ? 'To be looked at' : 'More than the guard rails let pass'}</h2>
          <ul>
            {stops.map(({ message }) => (
              <li>{message}</li>
            ))}
          </ul>
          {held !== null && allowed && (
            <>
              <p>{`${sum === null ? '' : `${sum}. `}To let it happen all the same, type the number that is held, and say why.`}</p>
              <div class="fields-row">
                <Field id="count" label={`Number held: ${number(held)}`}>
                  <input
                    id="count"
                    name="count"
                    inputmode="numeric"
                    autocomplete="off"
                    value={typed?.count ?? ''}
                    required
                  />
                </Field>
                <Field id="why" label="Reason">
                  <input id="why" name="reason" maxlength={500} value={typed?.reason ?? ''} required />
                </Field>
              </div>
            </>
          )}
        </section>
      )}
      {!allowed && (
        <p class="hint">
          An administrator has to let it happen. Ask for their approval, and they get a mail with a link.
        </p>
      )}
      <StepEnd back={stepAddress(way, 'options')}>
        {allowed && (
          <button type="submit" class={`primary${dangerous(way.verb) ? ' strong-danger' : ''}`}>
            {concerned.people === 0 ? 'Apply it' : doIt(way.verb, concerned)}
          </button>
        )}
        <button type="submit" formaction={path('submit')} formnovalidate class={allowed ? '' : 'primary'}>
          Ask others to approve
        </button>
        <button type="submit" formaction={path('discard')} formnovalidate class="link">
          Discard
        </button>
      </StepEnd>
    </Form>
  )
}

const dangerous = (verb: Verb): boolean => verb === 'remove' || verb === 'revoke'
