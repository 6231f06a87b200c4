/** Tokens of a source that is pushed to: what is pasted into the identity provider, made once and shown once. */
import { createHash } from 'node:crypto'
import { hashToken, hintOf, makeSourceToken } from '../../auth.ts'
import { isRosterdError, RosterdError } from '../../errors.ts'
import type { Transaction } from '../../store/connection.ts'
import type { SourceRow } from '../../store/organizations.ts'
import { keepAnswer, takeRequest } from '../../store/repeatable.ts'
import { insertSourceToken } from '../../store/source-tokens.ts'
import { keepToken, pushedSource } from '../../sync/tokens.ts'
import type { Door } from '../door.ts'
import type { Form as Sent } from '../form.ts'
import { useAddress } from '../here.ts'
import { Field } from '../parts/form.tsx'
import { action } from '../route.ts'
import type { Screen } from '../screen.ts'
import { sourcePath } from './facts.ts'
import { setupPath } from './setup-steps.ts'
import { LASTS } from './token-list.tsx'
import { tokenRevokeRoutes } from './token-revoke.tsx'

const DAY_MS = 86_400_000

export function sourceTokenRoutes(door: Door): void {
  tokenRevokeRoutes(door)

  // It is shown on the page that answers, since it is stored nowhere: there is no other page to go on to.
  action(
    door,
    { path: '/sources/:source/tokens', role: 'admin' },
    async ({ parts, organization, actor, form, param, c }) => {
      const source = await pushedSource(parts.sql, organization.id, param('source'))
      const lasts = form.one('lasts', LASTS)
      const once = onceOf(form)
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
      const insert = async (transaction: Transaction) => {
        const request = { tokenId: 0, key: `console token ${once}` }
        const digest = createHash('sha256').update(`${source.key} ${actor.name}`).digest()
        // Of two at once the second waits here for the first, whose answer it finds.
        const known = await takeRequest(transaction, organization.id, request, { digest, at: createdAt, abandoned: 0 })
        if (known !== null) throw new RosterdError('SHOWN_ONCE', { id: known.answer ?? '' })
        const id = await insertSourceToken(transaction, organization.id, row)
        await keepAnswer(transaction, organization.id, request, row.hint)
        return id
      }
      try {
        await keepToken(parts, organization, { insert, after: { source: source.key }, expiresAt }, actor)
      } catch (error) {
        if (isRosterdError(error) && error.code === 'SHOWN_ONCE') return shownBefore(source, String(error.params['id']))
        throw error
      }
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
}

/** The name that the form gave itself when it was drawn. */
function onceOf(form: Sent): string {
  const once = form.text('once')
  if (/^[\w-]{16,64}$/.test(once)) return once
  throw new RosterdError('INPUT_INVALID', { detail: 'the form did not arrive whole; load its page again.' })
}

/** Where somebody goes on who has pasted it. */
const toOf = (source: string, back: string): string =>
  back === 'setup' ? setupPath(source, 'connect') : sourcePath(source)

/** Loaded again, or sent twice: the token that came of it is stored nowhere, so it cannot be shown again. */
const shownBefore = ({ key, name }: SourceRow, hint: string): Screen => ({
  title: 'The token was shown once',
  place: 'sources',
  crumbs: [
    ['Sources', '/sources'],
    [name, sourcePath(key)],
  ],
  status: 409,
  body: <Before hint={hint} to={sourcePath(key)} />,
})

function Before({ hint, to }: { hint: string; to: string }) {
  const at = useAddress()
  return (
    <div class="error">
      <p>
        {'This form has made the token '}
        <code>{hint}</code>
        {' already, and no other one was made now. It was shown once, on the page that came then.'}
      </p>
      <p class="next">If nobody has pasted it, revoke it on the page of the source, and make another one.</p>
      <p>
        <a class="button" href={at(to)}>
          To the page of the source
        </a>
      </p>
    </div>
  )
}

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
