/** What the list of administrators does not say by itself, and what follows from removing one. */
import { Confirm } from '../parts/confirm.tsx'

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
  return (
    <Confirm
      to="/administrators/remove"
      back="/administrators"
      does="Remove this administrator"
      follows={[
        `${who} is signed out and gets no letters any more.`,
        'Tokens of theirs open nothing. What they did stays in the audit.',
        provider !== null &&
          `Where they sign in with ${provider}, the role that it gives them still counts: have it taken away there, too.`,
        'They can be invited again, and begin anew then.',
      ]}
    >
      <input type="hidden" name="who" value={who} />
    </Confirm>
  )
}
