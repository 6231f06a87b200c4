/** The last step before the summary: the expiration date, what becomes of products, how long it holds against sources, and mails. */
import { count } from '../../reconcile/amount.ts'
import { dateIn } from '../../reconcile/expiry.ts'
import type { ChosenFacts } from '../../store/chosen-facts.ts'
import { useAddress, useHere, useMay } from '../here.ts'
import { Carried, Field, Form, Select } from '../parts/form.tsx'
import { type Choice, pairsOf } from './choice.ts'
import { StepEnd, stepAddress, type Way } from './frame.tsx'
import { Borrowed, Pinned, ProductsFirst } from './options-taking.tsx'
import { users } from './words.ts'

interface OptionsProps {
  way: Way
  total: number
  facts: ChosenFacts | null
  /** Why the expiration date cannot be used. */
  wrongDate?: string | undefined
  /** The same file was applied today: it may be done all the same. */
  repeated?: boolean
}

export function Options({ way, total, facts, wrongDate, repeated = false }: OptionsProps) {
  const at = useAddress()
  const { verb, choice } = way
  const before = verb === 'remove' ? 'users' : 'products'
  return (
    <Form to={at(`/bulk/${verb}/draft`)} kind="card options">
      <Carried pairs={pairsOf(choice, ['expires', 'role', 'wait', 'first', 'pin', 'reason', 'quiet'])} />
      {(verb === 'assign' || verb === 'invite') && (
        <Ends choice={choice} wrong={wrongDate} optional={verb === 'invite'} />
      )}
      {verb === 'invite' && <RoleOf choice={choice} />}
      {(verb === 'assign' || verb === 'invite') && <Waiting choice={choice} />}
      {verb === 'remove' && <ProductsFirst choice={choice} facts={facts} />}
      {(verb === 'remove' || verb === 'revoke') && facts !== null && <Borrowed facts={facts} />}
      {(verb === 'remove' || verb === 'revoke') && <Pinned choice={choice} facts={facts} />}
      <fieldset>
        <legend>Mails</legend>
        <label class="option">
          <input type="checkbox" name="quiet" value="1" checked={choice.quiet} />
          <span>
            Mail nobody <span class="beneath">Otherwise each user gets one mail that says what changed.</span>
          </span>
        </label>
      </fieldset>
      <StepEnd back={stepAddress(way, before)}>
        <button type="submit" class="primary">
          {goOn(way, total)}
        </button>
        {repeated && (
          <button type="submit" name="again" value="1">
            Do it again all the same
          </button>
        )}
      </StepEnd>
    </Form>
  )
}

function goOn({ verb, choice }: Way, total: number): string {
  if (verb === 'invite' || verb === 'remove') return `Continue with ${users(total)}`
  if (choice.every) return 'Continue with all products'
  return choice.products.length === 0 ? 'Continue' : `Continue with ${count(choice.products.length, 'product')}`
}

function Ends({ choice, wrong, optional }: { choice: Choice; wrong: string | undefined; optional: boolean }) {
  const { zone, now } = useHere()
  return (
    <fieldset>
      <legend>Expiration date</legend>
      <label class="option">
        <input type="radio" name="end" value="never" checked={choice.expires === ''} />
        <span>
          No expiration date
          {optional && <span class="beneath">Of the products that are assigned with the invitation.</span>}
        </span>
      </label>
      <label class="option">
        <input type="radio" name="end" value="day" checked={choice.expires !== ''} />
        <span>Until the end of a day</span>
      </label>
      <div class="option-inside">
        <Field id="expires" label="Last day" mistake={wrong}>
          <input
            id="expires"
            type="date"
            name="expires"
            value={choice.expires}
            min={dateIn(now.toISOString(), zone)}
            data-with-radio="end=day"
            {...(wrong === undefined ? {} : { 'aria-describedby': 'expires-mistake', 'aria-invalid': 'true' })}
          />
        </Field>
        <p class="beneath">{`It ends at midnight after that day, in ${zone}. A day in a row of a file counts first.`}</p>
      </div>
    </fieldset>
  )
}

function RoleOf({ choice: { role } }: { choice: Choice }) {
  const may = useMay()
  if (!may('admin')) return null
  const options = [
    { value: 'member', name: 'Member' },
    { value: 'admin', name: 'Admin' },
    { value: 'owner', name: 'Owner' },
  ]
  return (
    <Field id="role" label="Role" hint="Of everybody whose row says none.">
      <Select id="role" name="role" value={role} options={options} />
    </Field>
  )
}

function Waiting({ choice: { wait } }: { choice: Choice }) {
  return (
    <fieldset>
      <legend>Where there are too few seats</legend>
      <label class="option">
        <input type="checkbox" name="wait" value="1" checked={wait} />
        <span>
          Wait for a seat
          <span class="beneath">
            Whoever gets none is put in the waiting list and gets the next that becomes free. Otherwise it fails for
            them.
          </span>
        </span>
      </label>
    </fieldset>
  )
}
