/** One source: how it stands, what it is set to, its files, and its tokens where an identity provider pushes. */
import { z } from 'zod'
import { RosterdError } from '../../errors.ts'
import { listTokens } from '../../store/access.ts'
import { listSnapshots } from '../../store/snapshot-list.ts'
import { SNAPSHOT_STATES } from '../../store/snapshots.ts'
import { goLive, isLive } from '../../sync/go-live.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { Pill } from '../parts/pill.tsx'
import { type Asked, action, page } from '../route.ts'
import { OfTheFile, placeOf } from '../settings/configured.tsx'
import { About } from './about.tsx'
import { type SourceFacts, sourceFacts, sourcePath } from './facts.ts'
import { Files, filePath } from './files.tsx'
import { GoLive } from './go-live.tsx'
import { baseOf } from './setup-paste.tsx'
import { setupPath } from './setup-steps.ts'
import { kindText } from './sources.tsx'
import { Tokens } from './token-list.tsx'

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
    const base = baseOf(door, asked.c)
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
      aside: facts.row.connected && (
        <a class={isNew(facts) ? 'button primary' : 'button'} href={at(setupPath(key))}>
          Set it up step by step
        </a>
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

/** Nothing of it was ever used. */
const isNew = ({ row, last }: SourceFacts): boolean => (row.kind === 'scim' ? !isLive(row) : last === null)

/** By the approval of the source. */
const GOES: Record<string, string> = {
  within_limits: 'From now on what passes the guards is applied by itself, and the rest waits for you.',
  additive_auto: 'From now on what only adds is applied by itself, and what takes away waits for you.',
  manual: 'Its plans wait for you from now on.',
  observe: 'Its plans are still only shown until the configuration says otherwise.',
}

/** @throws RosterdError SOURCE_NOT_FOUND */
export async function factsOf({ parts, organization, param }: Asked<'source'>): Promise<SourceFacts> {
  const key = param('source')
  const facts = (await sourceFacts(parts, organization.id)).find(({ row }) => row.key === key)
  if (facts === undefined) throw new RosterdError('SOURCE_NOT_FOUND', { source: key })
  return facts
}

/** The newest tokens of this source, revoked ones included. */
const tokensOf = ({ parts, organization, param }: Asked<'source'>) =>
  listTokens(parts.sql, organization.id, { before: null, limit: MOST_TOKENS, source: param('source') })
