/** Where somebody is signed in, and how to end it elsewhere. */
import { RosterdError } from '../../errors.ts'
import { listSessions, type SessionListRow } from '../../store/sessions.ts'
import { idleSince, leave } from '../../sync/sign-in.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Ago, Moment } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { action, page } from '../route.ts'

const VIA: Record<string, string> = { link: 'one-time link', oidc: 'OpenID provider' }

export function accountRoutes(door: Door): void {
  page(door, { path: '/account', role: 'viewer' }, async ({ parts, c }) => {
    const { session } = c.var.signedIn ?? {}
    if (session === undefined) throw new RosterdError('SESSION_OVER')
    const now = parts.now()
    const rows = await listSessions(parts.sql, session.administratorKey, now, idleSince(now))
    return {
      title: 'Where you are signed in',
      place: 'account',
      lead: 'A session ends when nobody has used it for 8 hours, and 24 hours after it began.',
      body: (
        <div class="list">
          <Table id="sessions" caption="Sessions" columns={columns(session.id)} rows={rows} />
        </div>
      ),
    }
  })

  action(door, { path: '/account/end', role: 'viewer' }, async ({ parts, form, at, c }) => {
    const { session } = c.var.signedIn ?? {}
    const id = Number(form.text('session'))
    const { requestId } = c.var
    const ended =
      session !== undefined &&
      Number.isSafeInteger(id) &&
      (await leave(parts, session.administratorKey, id, { requestId, elsewhere: true }))
    const text = ended ? 'That browser is signed out.' : 'That session had ended already.'
    return { go: at('/account'), notice: { kind: 'done', text } }
  })
}

const columns = (own: number): Column<SessionListRow>[] => [
  {
    key: 'browser',
    title: 'Browser',
    always: true,
    cell: ({ id, browser }) => (
      <>
        {browser} {id === own && <Pill tone="good">this one</Pill>}
      </>
    ),
  },
  { key: 'via', title: 'Signed in by', cell: ({ via }) => VIA[via] ?? via },
  { key: 'since', title: 'Since', cell: ({ createdAt }) => <Moment at={createdAt} /> },
  { key: 'seen', title: 'Last used', cell: ({ seenAt }) => <Ago at={seenAt} /> },
  { key: 'ends', title: 'Ends at the latest', cell: ({ endsAt }) => <Moment at={endsAt} /> },
  { key: 'end', title: 'End it', cell: ({ id }) => (id === own ? 'Sign out above' : <EndIt id={id} />) },
]

function EndIt({ id }: { id: number }) {
  const at = useAddress()
  return (
    <Form to={at('/account/end')}>
      <input type="hidden" name="session" value={String(id)} />
      <button type="submit" class="small">
        Sign out there
      </button>
    </Form>
  )
}
