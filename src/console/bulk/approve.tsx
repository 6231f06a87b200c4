/** The buttons under a summary: let it happen, with the number that is held where guards stop it; ask others; let it go. */
import { count } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { Verb } from '../../reconcile/operation.ts'
import { needs } from '../../reconcile/review.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Override } from '../plans/override.tsx'
import { StepEnd, stepAddress, type Way } from './frame.tsx'
import type { Summary } from './summary.tsx'
import { doIt } from './words.ts'

export function Approve({ way, summary: { plan, concerned, typed, mistake } }: { way: Way; summary: Summary }) {
  const at = useAddress()
  const may = useMay()
  const need = needs(plan.findings)
  const stops = plan.findings.filter(({ verdict }) => verdict !== 'pass')
  const [looks, held] = [
    stops.filter(({ nature }) => nature === 'look'),
    stops.filter(({ nature }) => nature === 'amount'),
  ]
  const path = (end: string) => at(`/bulk/${way.verb}/${end}`)
  const allowed = need === 'pass' || may('admin')
  return (
    <Form to={path('approve')} kind="approve">
      <input type="hidden" name="plan" value={showId('pln', plan.id)} />
      <input type="hidden" name="hash" value={plan.hash} />
      <input type="hidden" name="back" value={stepAddress(way, 'options').split('?')[1] ?? ''} />
      {looks.length > 0 && (
        <section class="card" aria-labelledby="looks-title">
          <h2 id="looks-title">To be looked at</h2>
          <ul>
            {looks.map(({ message }) => (
              <li>{message}</li>
            ))}
          </ul>
        </section>
      )}
      {need !== 'pass' && allowed && (
        <Override row={plan} refused={need === 'refused'} typed={typed} mistake={mistake} />
      )}
      {!allowed && (
        <section class="notice" aria-labelledby="held-title">
          <h2 id="held-title">{need === 'refused' ? 'Guards refuse it' : 'Guards hold it'}</h2>
          <ul>
            {held.map(({ message }) => (
              <li>{message}</li>
            ))}
          </ul>
          <p>
            {`Nothing of it was done: 0 of ${count(plan.items - plan.leftOut, 'item')} have been applied. An administrator has to let it happen. Ask for their approval, and they get a mail with a link.`}
          </p>
        </section>
      )}
      <StepEnd back={stepAddress(way, 'options')}>
        {allowed && (
          <button type="submit" class={`primary${dangerous(way.verb) ? ' strong-danger' : ''}`}>
            {doIt(way.verb, { ...concerned, people: concerned.people === 0 ? concerned.asked : concerned.people })}
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
