/** Who administers the organization: those of the configuration file, and those whom others invited by e-mail. */
import { isRosterdError } from '../../errors.ts'
import { count } from '../../reconcile/amount.ts'
import { ROLES } from '../../reconcile/roles.ts'
import { type AdministratorRow, listAdministrators } from '../../store/administrators.ts'
import {
  changeAdministrator,
  inviteAdministrator,
  inviteAgain,
  removeAdministrator,
} from '../../sync/administrators.ts'
import type { Door } from '../door.ts'
import { Table } from '../parts/table.tsx'
import { type Asked, action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { placeOf, setterOf } from '../settings/configured.tsx'
import { administratorColumns, byFile } from './administrator-columns.tsx'
import { Invitation } from './administrator-invitation.tsx'
import { Notes, Removal } from './administrator-notes.tsx'

export function administratorRoutes(door: Door): void {
  const show = async (
    asked: Pick<Asked, 'parts' | 'organization' | 'may'>,
    wrong?: { email: string; role: string; mistake: string },
  ): Promise<Screen> => {
    const { parts, organization, may } = asked
    const rows = await listAdministrators(parts.sql, organization.id, parts.now())
    const provider = door.context.oidc?.()?.name ?? null
    return {
      title: 'Administrators',
      place: 'account',
      lead: leadOf(rows),
      status: wrong === undefined ? 200 : 422,
      body: (
        <>
          {may('admin') && <Invitation wrong={wrong} />}
          {rows.length > 0 && (
            <div class="list">
              <Table
                id="administrators"
                caption="Administrators"
                columns={administratorColumns(may('admin'))}
                rows={rows}
              />
            </div>
          )}
          <Notes place={placeOf(door, organization.key, 'administrators')} provider={provider} />
        </>
      ),
    }
  }

  page(door, { path: '/administrators', role: 'viewer' }, async (asked) => await show(asked))

  action(door, { path: '/administrators/invite', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const [email, role] = [form.text('email'), form.one('role', ROLES)]
    try {
      const invited = await inviteAdministrator(parts, organization, email, role, { actor })
      const text = `${invited.email} is an administrator now, and gets a letter with a link that works once.`
      return { go: at('/administrators'), notice: { kind: 'done', text } }
    } catch (error) {
      if (!isRosterdError(error) || error.code !== 'INPUT_INVALID') throw error
      return await show(asked, { email, role, mistake: String(error.params['detail'] ?? error.message) })
    }
  })

  action(door, { path: '/administrators/again', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const { email } = await inviteAgain(parts, organization, form.text('who'), { actor })
    const text = `${email} gets a letter with a new link. A link that was not used yet does not work any more.`
    return { go: at('/administrators'), notice: { kind: 'done', text } }
  })

  action(door, { path: '/administrators/role', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const role = form.one('role', ROLES)
    const { email } = await changeAdministrator(parts, organization, form.text('who'), role, setterOf(door, actor))
    return { go: at('/administrators'), notice: { kind: 'done', text: `${email} has the role ${role} now.` } }
  })

  page(door, { path: '/administrators/remove', role: 'admin' }, async ({ query }) => {
    const who = query.get('who') ?? ''
    return {
      title: 'Remove an administrator',
      place: 'account',
      crumbs: [['Administrators', '/administrators']],
      body: <Removal who={who} provider={door.context.oidc?.()?.name ?? null} />,
    }
  })

  action(door, { path: '/administrators/remove', role: 'admin' }, async ({ parts, organization, actor, form, at }) => {
    const { email } = await removeAdministrator(parts, organization, form.text('who'), setterOf(door, actor))
    const elsewhere = (door.context.oidc?.() ?? null) !== null
    const text = elsewhere
      ? `${email} is off the list, and signed out unless a provider let them in.`
      : `${email} administers ${organization.name} no more, and is signed out.`
    return { go: at('/administrators'), notice: { kind: 'done', text } }
  })
}

function leadOf(rows: AdministratorRow[]): string {
  const ofFile = rows.filter(byFile).length
  const all = count(rows.length, 'administrator')
  if (rows.length === 0) return 'Nobody yet, so nobody gets a letter when a plan waits.'
  if (ofFile === 0) return `${all}, all invited here.`
  return ofFile === rows.length
    ? `${all}, all from the configuration file.`
    : `${all}: ${ofFile} from the configuration file, ${rows.length - ofFile} invited here.`
}
