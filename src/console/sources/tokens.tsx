/** Tokens of a source that is pushed to: what is pasted into the identity provider, shown once, and revoked. */
import { hashToken, hintOf, makeSourceToken } from '../../auth.ts'
import { readId } from '../../reconcile/identifiers.ts'
import { insertSourceToken } from '../../store/source-tokens.ts'
import { keepToken, pushedSource, revoke } from '../../sync/tokens.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Field } from '../parts/form.tsx'
import { action } from '../route.ts'
import { sourcePath } from './facts.ts'
import { setupPath } from './setup-steps.ts'
import { LASTS } from './token-list.tsx'

const DAY_MS = 86_400_000

export function sourceTokenRoutes(door: Door): void {
  // It is shown on the page that answers, since it is stored nowhere: there is no other page to go on to.
  action(
    door,
    { path: '/sources/:source/tokens', role: 'admin' },
    async ({ parts, organization, actor, form, param, c }) => {
      const source = await pushedSource(parts.sql, organization.id, param('source'))
      const lasts = form.one('lasts', LASTS)
      const createdAt = parts.now()
      const expiresAt = lasts === 'never' ? null : new Date(createdAt.getTime() + Number(lasts) * DAY_MS)
      const secret = makeSourceToken()
      const row = {
        hash: hashToken(secret),
        hint: hintOf(secret),
        sourceId: source.id,
        createdBy: actor.name,
        createdAt,
        expiresAt,
      }
      const insert = {
        insert: (transaction: Parameters<typeof insertSourceToken>[0]) =>
          insertSourceToken(transaction, organization.id, row),
      }
      await keepToken(parts, organization, { ...insert, after: { source: source.key }, expiresAt }, actor)
      const base = door.context.baseUrl?.() ?? new URL(c.req.url).origin
      return {
        title: 'The new token',
        place: 'sources',
        crumbs: [
          ['Sources', '/sources'],
          [source.name, sourcePath(source.key)],
        ],
        lead: 'It is shown this once. Paste both into the identity provider now, and test the connection there.',
        body: <Made base={`${base}/scim/v2`} secret={secret} to={toOf(source.key, form.text('back'))} />,
      }
    },
  )

  action(
    door,
    { path: '/sources/:source/tokens/:token/revoke', role: 'admin' },
    async ({ parts, organization, actor, param, at }) => {
      await revoke(parts, organization, readId('tok', param('token')), actor)
      const text = 'The token is revoked: whoever has it gets nothing more in.'
      return { go: at(sourcePath(param('source'))), notice: { kind: 'done', text } }
    },
  )
}

/** Where somebody goes on who has pasted it. */
const toOf = (source: string, back: string): string =>
  back === 'setup' ? setupPath(source, 'connect') : sourcePath(source)

/** @param to a path below the organization */
function Made({ base, secret, to }: { base: string; secret: string; to: string }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      <Field id="base" label="Base URL">
        <input id="base" value={base} readonly class="secret" />
      </Field>
      <Field id="secret" label="Token">
        <input id="secret" value={secret} readonly class="secret" autocomplete="off" spellcheck={false} />
      </Field>
      <a class="button primary" href={at(to)}>
        I have pasted it
      </a>
    </div>
  )
}
