/** Tokens of a source: the form that makes one, and those that there are. */
import { randomUUID } from 'node:crypto'
import { showId } from '../../reconcile/identifiers.ts'
import type { TokenRow } from '../../store/access.ts'
import { useAddress, useHere } from '../here.ts'
import { Form, Select } from '../parts/form.tsx'
import { Ago, Day } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { sourcePath } from './facts.ts'

export const LASTS = ['365', '180', '90', '30', 'never'] as const

/**
 * However often this form is sent, it makes one token: each time that it is drawn, it names itself anew.
 *
 * @param back where the page that shows the token leads: the setting up, or the page of the source
 */
export function TokenForm({ source, back }: { source: string; back: 'setup' | 'source' }) {
  const at = useAddress()
  return (
    <Form to={at(sourcePath(source, '/tokens'))} kind="row-of-buttons">
      <input type="hidden" name="back" value={back} />
      <input type="hidden" name="once" value={randomUUID()} />
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
  )
}

/** @param tokens null where whoever looks may not manage them */
export function Tokens({ source, base, tokens }: { source: string; base: string; tokens: TokenRow[] | null }) {
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
          <TokenForm source={source} back="source" />
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

export const isOver = ({ expiresAt }: TokenRow, now: Date): boolean => expiresAt !== null && expiresAt <= now

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
    cell: (row) =>
      row.revokedAt === null && !isOver(row, now) ? <Revoke source={source} id={row.id} hint={row.hint} /> : null,
  },
]

function Revoke({ source, id, hint }: { source: string; id: number; hint: string }) {
  const at = useAddress()
  return (
    <a
      class="button small danger"
      href={at(sourcePath(source, `/tokens/${showId('tok', id)}/revoke`))}
      aria-label={`Revoke ${hint}…`}
    >
      Revoke…
    </a>
  )
}
