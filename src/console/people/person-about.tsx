/** Who somebody is here, since when, and how they would be protected. */
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { useAddress, useHere, useMay } from '../here.ts'
import { Moment } from '../parts/moment.tsx'

/** @param shielded whether no source may take anything from them */
export function About({ row, shielded }: { row: MemberListRow; shielded: boolean }) {
  const at = useAddress()
  const days: [string, Date | null][] = [
    ['Invited', row.invitedAt],
    ['Accepted', row.acceptedAt],
    ['Suspended', row.suspendedAt],
    ['Removed', row.removedAt],
  ]
  return (
    <section class="card" aria-labelledby="about-title">
      <h2 id="about-title">About</h2>
      <dl class="about">
        <dt>Role</dt>
        <dd>{row.role}</dd>
        {row.userName !== null && row.userName !== row.email && (
          <>
            <dt>User name</dt>
            <dd>{row.userName}</dd>
          </>
        )}
        {row.language !== null && (
          <>
            <dt>Language</dt>
            <dd>{row.language}</dd>
          </>
        )}
        {days.map(
          ([name, when]) =>
            when !== null && (
              <>
                <dt>{name}</dt>
                <dd>
                  <Moment at={when} />
                </dd>
              </>
            ),
        )}
        <dt>Id</dt>
        <dd>
          <code>{showId('mem', row.id)}</code>
        </dd>
      </dl>
      <p class="beneath">
        <a href={at(`/people/${showId('mem', row.id)}/explain`)}>Why, and why not: every rule asked about them</a>
      </p>
      <Protection email={row.email} shielded={shielded} />
    </section>
  )
}

/** The configuration file lists who is protected. */
function Protection({ email, shielded }: { email: string; shielded: boolean }) {
  const { organization } = useHere()
  const may = useMay()
  if (shielded) return <p class="beneath">Protected: no source takes anything from them.</p>
  if (!may('admin')) return null
  return (
    <details class="values">
      <summary>Protect them</summary>
      <p class="beneath">
        Then no source takes anything from them, and somebody is asked instead. The configuration file says who:
      </p>
      <pre tabindex={0}>
        {`organizations:\n  ${organization?.key ?? ''}:\n    protected:\n      - ${JSON.stringify(email)}\n`}
      </pre>
    </details>
  )
}
