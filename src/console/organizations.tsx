/** Which organization: for whoever is an administrator of several. */
import type { OpenOrganization } from '../store/sessions.ts'
import { addressOf } from './here.ts'

export function Organizations({ all }: { all: OpenOrganization[] }) {
  if (all.length === 0) {
    return (
      <>
        <h1>No organization yet</h1>
        <p>Add one to the configuration of rosterd and start it again, or send it SIGHUP; it appears here.</p>
      </>
    )
  }
  return (
    <>
      <h1>Organizations</h1>
      <ul class="choices">
        {all.map(({ key, name, role }) => (
          <li>
            <a href={addressOf(key)}>{name}</a> <span class="beneath">{role}</span>
          </li>
        ))}
      </ul>
    </>
  )
}
