/** Tokens of administrators. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { token } from './answers.ts'
import { usage } from './exit.ts'
import { table } from './render/table.ts'
import { moment } from './render/words.ts'
import { fullId, type Session } from './session.ts'

const made = z.looseObject({ id: z.string(), token: z.string(), administrator: z.string(), role: z.string() })

export async function createToken(
  session: Session,
  options: { administrator?: string; role?: string; expires?: string },
): Promise<number> {
  const { administrator, role, expires } = options
  if (administrator === undefined) {
    throw usage('A token acts as one administrator.', `Type: ${typed('token create --administrator E-MAIL')}`)
  }
  const expiresAt = expires === undefined ? undefined : endOf(expires)
  const answer = await session.client.post('/tokens', { administrator, role, expiresAt }, made)
  session.show(answer, `${answer.token}\n`)
  if (!session.json) {
    session.terminal.err(
      `Acts as ${answer.administrator} (${answer.role}). It is shown this once; keep it where secrets are kept, and set ROSTERD_TOKEN to it.\n`,
    )
  }
  return 0
}

function endOf(text: string): string {
  const date = /^\d{4}-\d{2}-\d{2}/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(date.getTime())) throw usage(`${text} is not a date.`, 'Write it as 2027-06-30.')
  return date.toISOString()
}

export async function listTokens(session: Session): Promise<number> {
  const { items } = await session.client.get('/tokens', z.object({ items: z.array(token) }))
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
  const answer = await session.client.delete(
    `/tokens/${encodeURIComponent(fullId('tok', given))}`,
    z.object({ id: z.string() }),
  )
  return session.show(answer, `${answer.id} is revoked.\n`)
}
