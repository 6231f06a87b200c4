/** Tokens of administrators. */
import { z } from 'zod'
import { readExpiry } from '../reconcile/expiry.ts'
import { typed } from '../typed.ts'
import { token } from './answers.ts'
import { usage } from './exit.ts'
import { table } from './render/table.ts'
import { lastDay, moment } from './render/words.ts'
import { allOf, fullId, type Session } from './session.ts'

const made = z.looseObject({ id: z.string(), token: z.string(), administrator: z.string(), role: z.string() })

export async function createToken(
  session: Session,
  options: { administrator?: string; role?: string; expires?: string },
): Promise<number> {
  const { administrator, role, expires } = options
  if (administrator === undefined) {
    throw usage('A token acts as one administrator.', `Type: ${typed('token create --administrator E-MAIL')}`)
  }
  const { zone } = await session.page()
  const expiresAt = expires === undefined ? undefined : endOf(expires, zone)
  const answer = await session.client.post('/tokens', { administrator, role, expiresAt }, made)
  session.show(answer, `${answer.token}\n`)
  if (!session.json) {
    session.terminal.err(
      `Acts as ${answer.administrator} (${answer.role})${expiresAt === undefined ? '' : ` until ${lastDay(expiresAt, zone)}`}. It is shown this once; keep it where secrets are kept, and set ROSTERD_TOKEN to it.\n`,
    )
  }
  return 0
}

/** A date lasts through that day in the organization's zone, as every end does. */
function endOf(text: string, zone: string): string {
  const end = readExpiry(text, { zone })
  if (!end.ok || end.expiresAt === null) throw usage(`${text} is not a date.`, 'Write it as 2027-06-30.')
  return end.expiresAt
}

export async function listTokens(session: Session): Promise<number> {
  const items = await allOf(session.client.each('/tokens', token))
  const page = await session.page()
  if (items.length === 0) return session.show(items, 'There are no tokens but the one in the data directory.\n')
  return session.show(
    items,
    table(
      items,
      [
        { title: 'ADMINISTRATOR', cell: (one) => one.administrator, gives: true },
        { title: 'ROLE', cell: (one) => one.role ?? 'none: no administrator any more' },
        { title: 'ENDS IN', cell: (one) => one.hint },
        { title: 'MADE', cell: (one) => moment(one.createdAt, page.zone) },
        { title: 'LAST USED', cell: (one) => (one.lastUsedAt === null ? 'never' : moment(one.lastUsedAt, page.zone)) },
        { title: 'REVOKED', cell: (one) => (one.revokedAt === null ? '' : moment(one.revokedAt, page.zone)) },
        { title: 'ID', cell: (one) => one.id },
      ],
      page,
    ),
  )
}

export async function revokeToken(session: Session, given: string): Promise<number> {
  // Whatever else was typed may be the token itself, which is neither sent nor repeated.
  if (!/^(tok_)?\d{1,16}$/.test(given)) {
    throw usage('A token is revoked by its id, such as tok_7.', `${typed('token list')} shows the ids.`)
  }
  const answer = await session.client.delete(
    `/tokens/${encodeURIComponent(fullId('tok', given))}`,
    z.object({ id: z.string() }),
  )
  return session.show(answer, `${answer.id} is revoked.\n`)
}
