/** One source: how it stands, what it is set to, its files, and its tokens where an identity provider pushes. */
import { z } from 'zod'
import { RosterdError } from '../../errors.ts'
import { listTokens } from '../../store/access.ts'
import { listSnapshots } from '../../store/snapshot-list.ts'
import { SNAPSHOT_STATES } from '../../store/snapshots.ts'
import { goLive, isLive } from '../../sync/go-live.ts'
import { readSourceSettings } from '../../sync/source-settings.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Ago, Moment } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { type Asked, action, page } from '../route.ts'
import { OfTheFile, placeOf } from '../settings/configured.tsx'
import { heardAt, type SourceFacts, sourceFacts, sourcePath } from './facts.ts'
import { Files, filePath } from './files.tsx'
import { APPROVALS, kindText } from './sources.tsx'
import { Tokens } from './tokens.tsx'

const PER_PAGE = 25
const MOST_TOKENS = 100
const place = z.int().positive()

export function sourcePageRoutes(door: Door): void {
  page(door, { path: '/sources/:source', role: 'viewer' }, async (asked) => {
    const { parts, organization, query, part, may, at } = asked
    const facts = await factsOf(asked)
    const { key, name, kind } = facts.row
    const state = SNAPSHOT_STATES.find((one) => one === query.get('state'))
    const found = await listSnapshots(parts.sql, organization.id, {
      states: state === undefined ? null : [state],
      source: key,
      before: readCursor(place, query.get('after')),
      limit: PER_PAGE + 1,
    })
    const files = <Files source={key} {...cut(found, PER_PAGE, ({ id }) => id)} asked={state !== undefined} />
    if (part === 'files') return { title: name, place: 'sources', body: files }
    const stopped =
      facts.last !== null && ['held', 'refused', 'unreadable'].includes(facts.last.state) ? facts.last : null
    const tokens = kind === 'scim' && may('admin') ? await tokensOf(asked) : null
    const base = door.context.baseUrl?.() ?? new URL(asked.c.req.url).origin
    return {
      title: name,
      place: 'sources',
      crumbs: [['Sources', '/sources']],
      lead: (
        <span class="under-title">
          <span>{kindText(facts)}</span>
          <Pill tone={facts.health.tone}>{facts.health.word}</Pill>
        </span>
      ),
      body: (
        <>
          {facts.health.step !== null && (
            <p class={facts.health.tone === 'bad' ? 'notice error' : 'notice'}>
              {facts.health.step}
              {stopped && (
                <>
                  {' '}
                  <a href={at(filePath(stopped))}>{`Look at ${stopped.file}`}</a>
                </>
              )}
            </p>
          )}
          <About facts={facts} />
          <OfTheFile
            what="what it is set to"
            path={`sources.${key}`}
            place={placeOf(door, organization.key, `sources.${key}`)}
          />
          {kind === 'scim' && <GoLive facts={facts} />}
          {kind === 'scim' && <Tokens source={key} base={`${base}/scim/v2`} tokens={tokens} />}
          {kind !== 'scim' && files}
        </>
      ),
    }
  })

  action(door, { path: '/sources/:source/go-live', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, at, param } = asked
    const { row } = await factsOf(asked)
    await goLive(parts, organization.id, param('source'), actor)
    const text = `${row.name} is live. ${GOES[row.approval] ?? ''}`
    return { go: at(sourcePath(row.key)), notice: { kind: 'done', text } }
  })
}

/** By the approval of the source. */
const GOES: Record<string, string> = {
  within_limits: 'From now on what passes the guards is applied by itself, and the rest waits for you.',
  additive_auto: 'From now on what only adds is applied by itself, and what takes away waits for you.',
  manual: 'Its plans wait for you from now on.',
  observe: 'Its plans are still only shown until the configuration says otherwise.',
}

/** @throws RosterdError SOURCE_NOT_FOUND */
async function factsOf({ parts, organization, param }: Asked<'source'>): Promise<SourceFacts> {
  const key = param('source')
  const facts = (await sourceFacts(parts, organization.id)).find(({ row }) => row.key === key)
  if (facts === undefined) throw new RosterdError('SOURCE_NOT_FOUND', { source: key })
  return facts
}

/** The newest tokens of this source, revoked ones included. */
const tokensOf = ({ parts, organization, param }: Asked<'source'>) =>
  listTokens(parts.sql, organization.id, { before: null, limit: MOST_TOKENS, source: param('source') })

function About({ facts }: { facts: SourceFacts }) {
  const { row, silence, next } = facts
  const heard = heardAt(facts)
  const settings = row.kind === 'csv' ? folderOf(row.settings) : null
  return (
    <section class="card" aria-label="How it is set">
      <dl class="about wide">
        <div>
          <dt>Last heard</dt>
          <dd>{heard === null ? 'never' : <Moment at={heard} />}</dd>
        </div>
        {silence !== null && (
          <div>
            <dt>Next expected</dt>
            <dd>
              <Moment at={new Date(silence.since.getTime() + silence.within)} />
            </dd>
          </div>
        )}
        <div>
          <dt>Compared next</dt>
          <dd>{next === null ? 'whenever something comes' : <Ago at={next} />}</dd>
        </div>
        <div>
          <dt>Its plans are approved</dt>
          <dd>{APPROVALS[row.approval] ?? row.approval}</dd>
        </div>
        <div>
          <dt>Trust</dt>
          <dd title="Where sources disagree, the higher number is believed.">{String(row.trust)}</dd>
        </div>
        {settings !== null && (
          <div>
            <dt>Folder</dt>
            <dd>
              <code>{settings}</code>
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}

/** Null where the settings are those of an earlier version: they are read anew when the configuration is. */
function folderOf(settings: Record<string, unknown>): string | null {
  try {
    return readSourceSettings(settings).folder
  } catch {
    return null
  }
}

function GoLive({ facts: { row } }: { facts: SourceFacts }) {
  const at = useAddress()
  const may = useMay()
  if (isLive(row)) {
    return row.liveAt === null ? null : (
      <p class="beneath">
        {'Live since '}
        <Moment at={row.liveAt} />.
      </p>
    )
  }
  return (
    <section class="card" aria-labelledby="live-title">
      <h2 id="live-title">Go live</h2>
      <p class="hint">
        {'Nothing of it is applied yet: its '}
        <a href={at('/plans?state=draft')}>plans are only shown</a>
        {'. When they are what you want, let it go live. What would be too much is still held by the guards.'}
      </p>
      {may('admin') && (
        <Form to={at(sourcePath(row.key, '/go-live'))}>
          <button type="submit" class="primary">
            {`Let ${row.name} go live`}
          </button>
        </Form>
      )}
    </section>
  )
}
