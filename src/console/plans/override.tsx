/** What has to be typed where guards stop a plan: the number, and why it is right. */
import { count, number } from '../../reconcile/amount.ts'
import { overrideCount, overrideSum } from '../../reconcile/review.ts'
import type { PlanRow } from '../../store/plans.ts'
import { Field } from '../parts/form.tsx'
import type { Typed } from './approving.ts'

interface OverrideProps {
  row: PlanRow
  refused: boolean
  typed?: Typed | undefined
  mistake?: string | undefined
}

/** The number that guards stopped at has to be typed by whoever says that it is right. */
export function Override({ row: { findings, consent, items, leftOut }, refused, typed, mistake }: OverrideProps) {
  const stopped = findings.filter(({ verdict, nature }) => verdict !== 'pass' && nature === 'amount')
  const sum = overrideSum(findings)
  return (
    <fieldset class="override">
      <legend>{refused ? 'Guards refuse it' : 'Guards hold it'}</legend>
      <ul class="beneath">
        {stopped.map(({ message }) => (
          <li>{message}</li>
        ))}
      </ul>
      <p>{`Nothing of it was done: 0 of ${count(items - leftOut, 'item')} have been applied.`}</p>
      {refused && (
        <p>
          {consent === null
            ? 'Two administrators with different e-mail addresses have to say that it is right; you would be the first, and nothing happens before the second.'
            : `${consent.by} has said that it is right. With you, if your e-mail address is another one, it happens.`}
        </p>
      )}
      <Field
        id="count"
        label={`Type ${number(overrideCount(findings) ?? 0)} to let them happen`}
        hint={sum === null ? undefined : `${sum}.`}
        mistake={mistake}
      >
        <input
          id="count"
          name="count"
          inputmode="numeric"
          autocomplete="off"
          required
          value={typed?.count ?? ''}
          {...(mistake === undefined ? {} : { 'aria-describedby': 'count-mistake', 'aria-invalid': 'true' })}
        />
      </Field>
      <Field id="reason" label="Why is it right?" hint="It is kept with the plan.">
        <textarea id="reason" name="reason" rows={2} maxlength={2000} required>
          {typed?.reason ?? ''}
        </textarea>
      </Field>
    </fieldset>
  )
}
