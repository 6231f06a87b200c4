/** What is decided where something is taken away: whether products go first, what is borrowed, and how long it holds against sources. */
import { count, number } from '../../reconcile/amount.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import type { ChosenFacts } from '../../store/chosen-facts.ts'
import { useHere } from '../here.ts'
import { Field } from '../parts/form.tsx'
import type { Choice } from './choice.ts'
import { users } from './words.ts'

export function ProductsFirst({ choice: { revokeFirst }, facts }: { choice: Choice; facts: ChosenFacts | null }) {
  if (facts !== null && facts.holders === 0) return null
  const licences = facts?.products.reduce((sum, product) => sum + product.holders, 0) ?? 0
  const who =
    facts === null
      ? 'Whoever holds products'
      : `${users(facts.holders)} who ${facts.holders === 1 ? 'holds' : 'hold'} products`
  return (
    <fieldset>
      <legend>
        {facts === null
          ? 'Users who still hold products'
          : `${number(facts.holders)} of them still ${facts.holders === 1 ? 'holds' : 'hold'} products`}
      </legend>
      <label class="option">
        <input type="radio" name="first" value="0" checked={!revokeFirst} />
        <span>
          Leave them in the organization
          <span class="beneath">{`${who} will not be removed, and will be listed as failed.`}</span>
        </span>
      </label>
      <label class="option">
        <input type="radio" name="first" value="1" checked={revokeFirst} />
        <span>
          {`Revoke their products first${licences === 0 ? '' : ` (${number(licences)})`}, then remove them`}
          <span class="beneath">
            {facts?.products.map(({ name, holders }) => `${name} of ${number(holders)}`).join(', ') ?? ''}
          </span>
        </span>
      </label>
    </fieldset>
  )
}

export function Borrowed({ facts: { borrows, products } }: { facts: ChosenFacts }) {
  const { zone } = useHere()
  const all = products.reduce((sum, product) => sum + product.borrowed, 0)
  if (all === 0) return null
  return (
    <section class="borrowed" aria-labelledby="borrowed-title">
      <h2 id="borrowed-title">{`${count(all, 'licence is', 'licences are')} borrowed for offline use`}</h2>
      <p class="hint">
        What is borrowed ends when it is returned, or an hour after its loan; the rest follows by itself.
      </p>
      <ul>
        {borrows.map(({ name, product, device, until }) => (
          <li>
            <b>{name}</b>
            {` · ${product} on ${device} `}
            <span class="beneath">{`until ${formatEnd(until, zone).replace(/ \(.*/, '')}`}</span>
          </li>
        ))}
        {all > borrows.length && <li>{`and ${number(all - borrows.length)} more`}</li>}
      </ul>
    </section>
  )
}

const PINS: [Choice['pin'], string][] = [
  ['next_sync', 'Until its next sync'],
  ['days', 'For 30 days'],
  ['always', 'Until somebody lifts it'],
]

export function Pinned({ choice: { pin, reason }, facts }: { choice: Choice; facts: ChosenFacts | null }) {
  const sources = facts?.wanted.map(({ source, people }) => `${source} still wants ${number(people)}`) ?? []
  return (
    <>
      {(facts === null || sources.length > 0) && (
        <fieldset>
          <legend>When a source still wants them</legend>
          <p class="hint">
            {`${sources.length === 0 ? '' : `${sources.join(', ')} of them. `}How long does your decision hold against it?`}
          </p>
          {PINS.map(([value, name]) => (
            <label class="option">
              <input type="radio" name="pin" value={value} checked={pin === value} />
              <span>{name}</span>
            </label>
          ))}
        </fieldset>
      )}
      <Field
        id="reason"
        label="Reason"
        hint="For your colleagues; it stands with the decision. You may leave it empty."
      >
        <input id="reason" type="text" name="reason" value={reason} maxlength={500} aria-describedby="reason-hint" />
      </Field>
    </>
  )
}
