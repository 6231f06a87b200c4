/** The columns of the list of people. */
import { formatEnd } from '../../reconcile/expiry.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberState } from '../../reconcile/model.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import { useAddress, useHere } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import { Pill, type Tone } from '../parts/pill.tsx'
import type { Column } from '../parts/table.tsx'

/** As somebody is called: by their name, or by their address where nobody knows another. */
export function personName({ displayName, firstName, lastName, email }: MemberListRow): string {
  const full = [firstName, lastName].filter((part) => part !== null && part !== '').join(' ')
  return displayName || full || email
}

const TONES: Record<MemberState, Tone> = { invited: 'wait', active: 'good', suspended: 'quiet', removed: 'quiet' }

/** The most that a row shows of what somebody holds; the rest is on their page. */
const MOST_SHOWN = 3

export const PEOPLE: Column<MemberListRow>[] = [
  { key: 'person', title: 'Person', sort: 'email', always: true, cell: (row) => <Person row={row} /> },
  { key: 'state', title: 'State', cell: (row) => <State row={row} /> },
  { key: 'products', title: 'Products', cell: (row) => <Products row={row} /> },
  { key: 'sources', title: 'Wanted by', cell: ({ claims }) => claims.map(({ sourceName }) => sourceName).join(', ') },
  { key: 'invited', title: 'Invited', sort: 'invited', cell: ({ invitedAt }) => <Moment at={invitedAt} /> },
  { key: 'role', title: 'Role', extra: true, cell: ({ role }) => role },
  { key: 'username', title: 'User name', extra: true, cell: ({ userName }) => userName ?? '' },
  { key: 'language', title: 'Language', extra: true, cell: ({ language }) => language ?? '' },
  {
    key: 'accepted',
    title: 'Accepted',
    extra: true,
    cell: ({ acceptedAt }) => acceptedAt && <Moment at={acceptedAt} />,
  },
]

function Person({ row }: { row: MemberListRow }) {
  const { offers } = useHere()
  const at = useAddress()
  const name = personName(row)
  return (
    <div class="person">
      {offers('/people/:member') ? <a href={at(`/people/${showId('mem', row.id)}`)}>{name}</a> : <b>{name}</b>}
      {name !== row.email && <span class="beneath">{row.email}</span>}
    </div>
  )
}

/** @param shielded whether no source may take anything from them */
export function State({ row: { state, leaving, role }, shielded = false }: { row: MemberListRow; shielded?: boolean }) {
  const { zone } = useHere()
  const end = leaving?.accessEndsAt ?? leaving?.membershipEndsAt
  return (
    <span class="states">
      <Pill tone={TONES[state]}>{state}</Pill>
      {role !== 'member' && <Pill>{role}</Pill>}
      {shielded && <Pill title="No source may take anything from them.">protected</Pill>}
      {leaving !== null && (
        <Pill tone="wait" title="No source wants them any more.">
          {end === undefined || end === null
            ? 'leaving'
            : `leaving, until ${formatEnd(end, zone).replace(/ \(.*/, '')}`}
        </Pill>
      )}
    </span>
  )
}

function Products({ row: { assignments } }: { row: MemberListRow }) {
  const { zone } = useHere()
  const rest = assignments.slice(MOST_SHOWN)
  return (
    <ul class="products">
      {assignments.slice(0, MOST_SHOWN).map(({ productName, expiresAt, borrows }) => (
        <li>
          {productName}
          {expiresAt !== null && (
            <span class="beneath">{` until ${formatEnd(expiresAt, zone).replace(/ \(.*/, '')}`}</span>
          )}
          {borrows.length > 0 && (
            <span class="beneath" title={borrows.map(({ device }) => device).join(', ')}>
              {' borrowed'}
            </span>
          )}
        </li>
      ))}
      {rest.length > 0 && (
        <li title={rest.map(({ productName }) => productName).join(', ')}>{`and ${rest.length} more`}</li>
      )}
    </ul>
  )
}
