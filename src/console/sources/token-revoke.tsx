/** Before a token is revoked: which one it is, whether anybody uses it, and whether its source still gets in without it. */
import { RosterdError } from '../../errors.ts'
import { count } from '../../reconcile/amount.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { listTokens, type TokenRow } from '../../store/access.ts'
import { revoke } from '../../sync/tokens.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Ago } from '../parts/moment.tsx'
import { type Asked, action, page } from '../route.ts'
import { sourcePath } from './facts.ts'
import { factsOf } from './source.tsx'
import { isOver } from './token-list.tsx'

type AskedToken = Asked<'source' | 'token'>

export function tokenRevokeRoutes(door: Door): void {
  page(door, { path: '/sources/:source/tokens/:token/revoke', role: 'admin' }, async (asked) => {
    const { row, use } = await factsOf(asked)
    const token = await tokenOf(asked)
    if (!isOpen(token, asked.parts.now())) return asked.c.redirect(asked.at(sourcePath(row.key)), 303)
    const others = (use?.open ?? 1) - 1
    return {
      title: 'Revoke a token',
      place: 'sources',
      crumbs: [
        ['Sources', '/sources'],
        [row.name, sourcePath(row.key)],
      ],
      body: (
        <Confirm
          to={sourcePath(row.key, `/tokens/${showId('tok', token.id)}/revoke`)}
          back={sourcePath(row.key)}
          does="Revoke the token"
          follows={[
            <>
              {'The token '}
              <code>{token.hint}</code>
              {' opens nothing from now on: whoever has it gets nothing more in.'}
            </>,
            <Used token={token} />,
            others > 0
              ? `${count(others, 'other token')} of ${row.name} ${others === 1 ? 'stays' : 'stay'} open.`
              : `It is the last open one. ${row.name} cannot reach rosterd after this: nobody it adds, changes or deactivates is known here until a new token is pasted there.`,
            'A revoked token cannot be opened again; a new one can be made.',
          ]}
        />
      ),
    }
  })

  action(door, { path: '/sources/:source/tokens/:token/revoke', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, at, param } = asked
    const { id } = await tokenOf(asked)
    await revoke(parts, organization, id, actor)
    const text = 'The token is revoked: whoever has it gets nothing more in.'
    return { go: at(sourcePath(param('source'))), notice: { kind: 'done', text } }
  })
}

const isOpen = (token: TokenRow, now: Date): boolean => token.revokedAt === null && !isOver(token, now)

function Used({ token: { lastUsedAt } }: { token: TokenRow }) {
  if (lastUsedAt === null) return <>Nobody has used it yet.</>
  return (
    <>
      {'It was last used '}
      <Ago at={lastUsedAt} />.
    </>
  )
}

/** @throws RosterdError TOKEN_NOT_FOUND, also where it is of another source */
async function tokenOf({ parts, organization, param }: AskedToken): Promise<TokenRow> {
  const id = readId('tok', param('token'))
  const of = { source: param('source'), before: (id ?? 0) + 1, limit: 1 }
  const [row] = await listTokens(parts.sql, organization.id, of)
  if (row === undefined || row.id !== id) throw new RosterdError('TOKEN_NOT_FOUND')
  return row
}
