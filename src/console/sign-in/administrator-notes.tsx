/** What the list of administrators does not say by itself, and what follows from removing one. */
import { useAddress } from '../here.ts'
import { Form } from '../parts/form.tsx'

export function Notes({ place, provider }: { place: string; provider: string | null }) {
  return (
    <div class="notes">
      <p>{`Administrators of ${place} are changed there.`}</p>
      {provider !== null && (
        <p>
          {`Whoever signs in with ${provider} has the role that is given there, whatever this list says. Letters go to the people of this list.`}
        </p>
      )}
    </div>
  )
}

/** @param provider name of the OpenID provider where people sign in; null: there is none */
export function Removal({ who, provider }: { who: string; provider: string | null }) {
  const at = useAddress()
  return (
    <Form to={at('/administrators/remove')} kind="card narrow">
      <input type="hidden" name="who" value={who} />
      <p>
        <strong>{who}</strong> is signed out and gets no letters any more. Tokens of theirs open nothing. What they did
        stays in the audit.
      </p>
      {provider !== null && (
        <p>{`Where they sign in with ${provider}, the role that it gives them still counts: have it taken away there, too.`}</p>
      )}
      <p class="actions">
        <button type="submit" class="danger">
          Remove this administrator
        </button>
        <a class="button" href={at('/administrators')}>
          Keep
        </a>
      </p>
    </Form>
  )
}
