/** The list of administrators, and what can be done with each of those who were invited. */
import { ROLES } from '../../reconcile/roles.ts'
import type { AdministratorRow } from '../../store/administrators.ts'
import { useAddress, useHere } from '../here.ts'
import { Form, Select } from '../parts/form.tsx'
import { Menu } from '../parts/menu.tsx'
import { Ago, Moment } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import type { Column } from '../parts/table.tsx'

export const byFile = ({ managed }: AdministratorRow): boolean => managed === 'config'

export const ROLE_OPTIONS = ROLES.map((value) => ({ value, name: value }))

/** @param changes whether whoever looks may change anything */
export const administratorColumns = (changes: boolean): Column<AdministratorRow>[] => [
  { key: 'email', title: 'Administrator', always: true, cell: (row) => <Who row={row} /> },
  { key: 'role', title: 'Role', cell: (row) => <Role row={row} changes={changes} /> },
  { key: 'managed', title: 'Managed by', cell: (row) => (byFile(row) ? 'configuration file' : 'administrators') },
  { key: 'state', title: 'Signed in', cell: (row) => <State row={row} /> },
  ...(changes
    ? [{ key: 'more', title: 'More', always: true, cell: (row: AdministratorRow) => <More row={row} /> }]
    : []),
]

const isSelf = (row: AdministratorRow): boolean => useHere().organization?.email === row.email

function Who({ row }: { row: AdministratorRow }) {
  return (
    <>
      {row.email} {isSelf(row) && <Pill tone="good">you</Pill>}
    </>
  )
}

function Role({ row, changes }: { row: AdministratorRow; changes: boolean }) {
  const at = useAddress()
  if (!changes || byFile(row) || isSelf(row)) return <>{row.role}</>
  return (
    <Form to={at('/administrators/role')} kind="in-row">
      <input type="hidden" name="who" value={row.emailKey} />
      <Select
        id={`role-${row.emailKey}`}
        name="role"
        value={row.role}
        options={ROLE_OPTIONS}
        label={`Role of ${row.email}`}
      />
      <button type="submit" class="small" aria-label={`Change the role of ${row.email}`}>
        Change
      </button>
    </Form>
  )
}

function State({ row: { seenAt, invitedUntil } }: { row: AdministratorRow }) {
  if (seenAt !== null)
    return (
      <>
        <Pill tone="good">signed in</Pill>{' '}
        <span class="beneath">
          last used <Ago at={seenAt} />
        </span>
      </>
    )
  if (invitedUntil === null) return <Pill tone="quiet">no</Pill>
  return (
    <>
      <Pill tone="wait">invited</Pill>{' '}
      <span class="beneath">
        link until <Moment at={invitedUntil} />
      </span>
    </>
  )
}

function More({ row }: { row: AdministratorRow }) {
  const at = useAddress()
  return (
    <Menu label="⋯" title={`More for ${row.email}`} end kind="dots">
      <Form to={at('/administrators/again')}>
        <input type="hidden" name="who" value={row.emailKey} />
        <button type="submit">Send a sign-in link</button>
      </Form>
      {!byFile(row) && !isSelf(row) && (
        <a href={at(`/administrators/remove?who=${encodeURIComponent(row.emailKey)}`)}>Remove…</a>
      )}
    </Menu>
  )
}
