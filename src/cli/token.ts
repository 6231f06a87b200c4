/** Tokens: of administrators, and of the sources that push. */
import { z } from 'zod'
import { readExpiry } from '../reconcile/expiry.ts'
import { typed } from '../typed.ts'
import { token } from './answers.ts'
import { usage } from './exit.ts'
import { table } from './render/table.ts'
import { lastDay, moment } from './render/words.ts'
import { allOf, fullId, type Session } from './session.ts'

const made = z.looseObject({
  id: z.string(),
  token: z.string(),
  administrator: z.string().nullable(),
  source: z.string().nullable().default(null),
  role: z.string().nullable(),
  scimUrl: z.string().nullable().default(null),
})
type Made = z.infer<typeof made>

export interface TokenOptions {
  administrator?: string
  source?: string
  role?: string
  expires?: string
}

export async function createToken(session: Session, options: TokenOptions): Promise<number> {
  const { administrator, source, role, expires } = options
  if (administrator === undefined && source === undefined) {
    throw usage(
      'A token acts as one administrator, or is what one source comes in with.',
      `Type: ${typed('token create --administrator E-MAIL')}, or ${typed('token create --source KEY')}`,
    )
  }
  const { zone } = await session.page()
  const expiresAt = expires === undefined ? undefined : endOf(expires, zone)
  const answer = await session.client.post('/tokens', { administrator, source, role, expiresAt }, made)
  session.show(answer, `${answer.token}\n`)
  if (session.json) return 0
  const until = expiresAt === undefined ? '' : ` until ${lastDay(expiresAt, zone)}`
  session.terminal.err(answer.source === null ? ofAdministrator(answer, until) : ofSource(answer, until))
  return 0
}

const ofAdministrator = ({ administrator, role }: Made, until: string): string =>
  `Acts as ${administrator} (${role})${until}. It is shown this once; keep it where secrets are kept, and set ROSTERD_TOKEN to it.\n`

/** What to do with it, as the two most frequent identity providers call the fields. */
function ofSource({ source, scimUrl, id }: Made, until: string): string {
  const url = scimUrl ?? 'the address of this daemon, followed by /scim/v2'
  const lines = [
    `It opens the SCIM endpoint of the source ${source}${until}, and nothing else. It is shown this once.`,
    'Paste into the identity provider:',
    `  Okta      Base URL    ${url}`,
    '            Token       the line above (HTTP Header, Authorization: Bearer)',
    `  Entra ID  Tenant URL  ${url}`,
    '            Secret Token  the line above',
  ]
  if (scimUrl !== null && !scimUrl.startsWith('https://'))
    lines.push(
      'Identity providers in the cloud reach only a public https address: put a proxy with TLS before this daemon and set ROSTERD_BASE_URL to its address.',
    )
  lines.push(
    `Then: ${typed(`scim check ${scimUrl ?? 'URL'}`)} tries what they will ask; ${typed(`token revoke ${id}`)} ends it. docs/okta.md and docs/entra-id.md go step by step.`,
  )
  return `${lines.join('\n')}\n`
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
        { title: 'FOR', cell: (one) => one.administrator ?? `source ${one.source}`, gives: true },
        {
          title: 'ROLE',
          cell: (one) => (one.source === null ? (one.role ?? 'none: no administrator any more') : 'SCIM'),
        },
        { title: 'ENDS IN', cell: (one) => one.hint },
        { title: 'MADE', cell: (one) => moment(one.createdAt, page.zone) },
        { title: 'LAST USED', cell: (one) => (one.lastUsedAt === null ? 'never' : moment(one.lastUsedAt, page.zone)) },
        { title: 'LASTS UNTIL', cell: (one) => (one.expiresAt === null ? '' : moment(one.expiresAt, page.zone)) },
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
