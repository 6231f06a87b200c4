/** Tokens of a source that is pushed to: what is pasted into the identity provider, shown once, and revoked. */
import { hashToken, hintOf, makeSourceToken } from '../../auth.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import type { TokenRow } from '../../store/access.ts'
import { insertSourceToken } from '../../store/source-tokens.ts'
import { keepToken, pushedSource, revoke } from '../../sync/tokens.ts'
import type { Door } from '../door.ts'
import { useAddress, useHere } from '../here.ts'
import { Field, Form, Select } from '../parts/form.tsx'
import { Ago, Day } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { action } from '../route.ts'
import { sourcePath } from './facts.ts'

const DAY_MS = 86_400_000
const LASTS = ['365', '180', '90', '30', 'never'] as const

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
        body: <Made base={`${base}/scim/v2`} secret={secret} source={source.key} />,
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

function Made({ base, secret, source }: { base: string; secret: string; source: string }) {
  const at = useAddress()
  return (
    <div class="card narrow">
      <Field id="base" label="Base URL">
        <input id="base" value={base} readonly class="secret" />
      </Field>
      <Field id="secret" label="Token">
        <input id="secret" value={secret} readonly class="secret" autocomplete="off" spellcheck={false} />
      </Field>
      <a class="button primary" href={at(sourcePath(source))}>
        I have pasted it
      </a>
    </div>
  )
}

/** @param tokens null where whoever looks may not manage them */
export function Tokens({ source, base, tokens }: { source: string; base: string; tokens: TokenRow[] | null }) {
  const at = useAddress()
  const { now } = useHere()
  return (
    <section aria-labelledby="tokens-title">
      <h2 id="tokens-title" class="over-list">
        What the identity provider is told
      </h2>
      <div class="card">
        <dl class="about">
          <dt>Base URL</dt>
          <dd>
            <code class="break">{base}</code>
          </dd>
        </dl>
        {tokens === null ? (
          <p class="beneath">Its tokens are for those with the role admin.</p>
        ) : (
          <Form to={at(sourcePath(source, '/tokens'))} kind="row-of-buttons">
            <label for="lasts">A new token lasts</label>
            <Select
              id="lasts"
              name="lasts"
              value="365"
              options={LASTS.map((days) => ({
                value: days,
                name: days === 'never' ? 'without an end' : `${days} days`,
              }))}
            />
            <button type="submit" class="primary">
              Make a token
            </button>
          </Form>
        )}
      </div>
      {tokens !== null && tokens.length > 0 && (
        <div class="list apart">
          <Table id="tokens" caption="Tokens" columns={columns(source, now)} rows={tokens} />
        </div>
      )}
    </section>
  )
}

const isOver = ({ expiresAt }: TokenRow, now: Date): boolean => expiresAt !== null && expiresAt <= now

const columns = (source: string, now: Date): Column<TokenRow>[] => [
  { key: 'token', title: 'Token', always: true, cell: ({ hint }) => <code>{hint}</code> },
  {
    key: 'state',
    title: 'State',
    cell: (row) =>
      row.revokedAt !== null ? (
        <Pill>revoked</Pill>
      ) : isOver(row, now) ? (
        <Pill>over</Pill>
      ) : (
        <Pill tone="good">open</Pill>
      ),
  },
  {
    key: 'ends',
    title: 'Ends',
    cell: ({ expiresAt }) => (expiresAt === null ? 'without an end' : <Day at={expiresAt} />),
  },
  {
    key: 'used',
    title: 'Last used',
    cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Ago at={lastUsedAt} />),
  },
  {
    key: 'made',
    title: 'Made',
    cell: ({ createdAt, createdBy }) => (
      <>
        <Day at={createdAt} />
        {` by ${createdBy}`}
      </>
    ),
  },
  {
    key: 'revoke',
    title: 'Revoke',
    cell: (row) => (row.revokedAt === null && !isOver(row, now) ? <Revoke source={source} id={row.id} /> : null),
  },
]

function Revoke({ source, id }: { source: string; id: number }) {
  const at = useAddress()
  return (
    <Form to={at(sourcePath(source, `/tokens/${showId('tok', id)}/revoke`))}>
      <button type="submit" class="small danger">
        Revoke
      </button>
    </Form>
  )
}
