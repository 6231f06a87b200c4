/** Sources: where people come from, when each last spoke, when it is next looked at, and whether what it says is applied. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { APPROVAL_MODES, SOURCE_KINDS } from '../reconcile/model.ts'
import { listSources, type SourceRow } from '../store/organizations.ts'
import { latestSnapshots, type SnapshotListRow } from '../store/snapshot-list.ts'
import { sourceTokenUse, type TokenUse } from '../store/source-tokens.ts'
import { goLive, isLive } from '../sync/go-live.ts'
import type { Parts } from '../sync/parts.ts'
import { nextRun } from '../sync/schedule.ts'
import { type Silence, silences } from '../sync/silence.ts'
import { scheduleOf } from '../sync/source-settings.ts'
import { instant, shown } from './fields.ts'
import { type Door, route } from './openapi.ts'
import { showSnapshot, snapshot } from './snapshots.ts'

const schedule = z.object({
  cron: z.string().openapi({ description: 'Minute, hour, day, month, weekday.' }),
  zone: z.string(),
  next: instant.nullable().openapi({ description: 'When all its people are compared anew.' }),
})
const silence = z.object({
  since: instant.openapi({ description: 'When a file last came.' }),
  expectedBy: instant.openapi({ description: 'When the next one should have come.' }),
  silent: z.boolean().openapi({ description: 'It has not come.' }),
})
const source = z
  .object({
    key: z.string(),
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    mode: z.enum(['snapshot', 'delta']),
    approval: z.enum(APPROVAL_MODES),
    trust: z.int().openapi({ description: 'Higher is believed first where sources disagree.' }),
    live: z
      .boolean()
      .openapi({ description: 'False: it pushes, and its plans are only shown until a person lets it go live.' }),
    liveAt: instant.nullable().openapi({ description: 'When somebody let it go live; null where nobody has to.' }),
    tokens: z.int().openapi({ description: 'How many tokens open its SCIM endpoint.' }),
    lastRequestAt: instant.nullable().openapi({
      description: 'When its identity provider last came in, to the hour; null: never, or it is no such source.',
    }),
    nextStep: z.string().nullable().openapi({ description: 'What to do next until it works; null: nothing.' }),
    connected: z
      .boolean()
      .openapi({ description: 'False: it is gone from the configuration, and takes nothing from anybody.' }),
    schedule: schedule.nullable(),
    silence: silence.nullable().openapi({ description: 'Null: nothing ever came, or its silence means nothing.' }),
    lastSnapshot: snapshot.nullable(),
  })
  .openapi('Source')

function showSource(
  row: SourceRow,
  at: Date,
  { last, heard, use }: { last: SnapshotListRow | undefined; heard: Silence | undefined; use: TokenUse | undefined },
): z.input<typeof source> {
  const runs = scheduleOf(row.settings)
  const live = isLive(row)
  return {
    ...row,
    live,
    liveAt: shown(row.liveAt),
    tokens: use?.open ?? 0,
    lastRequestAt: shown(use?.lastUsedAt ?? null),
    nextStep: row.kind === 'scim' && row.connected ? nextStep(row.key, live, use) : null,
    schedule: runs === null || !row.connected ? null : { ...runs, next: nextRun(runs, at.toISOString()) },
    silence: heard === undefined ? null : showSilence(heard),
    lastSnapshot: last === undefined ? null : showSnapshot(last),
  }
}

/** From a new source to one that works: a token, a first request, a look, and somebody's word. */
function nextStep(key: string, live: boolean, use: TokenUse | undefined): string | null {
  if ((use?.open ?? 0) === 0)
    return `Nothing can come in without a token: rosterd token create --source ${key} makes one and says where to paste it.`
  if (use?.lastUsedAt == null)
    return 'Its identity provider has not come in yet: paste base URL and token there, and test the connection.'
  if (live) return null
  return `Nothing of it is applied yet. rosterd plans --state draft lists what it would do; if that is right: rosterd source go-live ${key}`
}

const showSilence = ({ since, within, silent }: Silence): z.input<typeof silence> => ({
  since: since.toISOString(),
  expectedBy: new Date(since.getTime() + within).toISOString(),
  silent,
})

/** All of them, or the one with this key. Sources are few: the configuration lists them. */
async function shownSources(parts: Parts, organization: number, key?: string): Promise<z.input<typeof source>[]> {
  const all = await listSources(parts.sql, organization)
  // Whatever people upload is no feed.
  const asked = all.filter((one) => one.kind !== 'upload' && (key === undefined || one.key === key))
  const at = parts.now()
  const [latest, heard, uses] = await Promise.all([
    latestSnapshots(parts.sql, organization),
    silences(parts, organization, asked),
    sourceTokenUse(parts.sql, organization, at),
  ])
  return asked.map((row) => {
    const use = uses.find(({ sourceId }) => sourceId === row.id)
    return showSource(row, at, { last: latest.get(row.key), heard: heard.get(row.id), use })
  })
}

export function sourceRoutes(door: Door): void {
  const noun = 'sources'
  route(
    door,
    {
      method: 'get',
      path: '/sources',
      noun,
      summary: 'Sources with their last snapshot, their schedule, and how long they have been silent',
      role: 'viewer',
      answer: z.object({ items: z.array(source) }),
    },
    async ({ parts, organization }) => ({ items: await shownSources(parts, organization.id) }),
  )

  route(
    door,
    { method: 'get', path: '/sources/{source}', noun, summary: 'One source', role: 'viewer', answer: source },
    async ({ parts, organization, param }) => {
      const key = param('source')
      const [found] = await shownSources(parts, organization.id, key)
      if (found === undefined) throw new RosterdError('SOURCE_NOT_FOUND', { source: key })
      return found
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/sources/{source}/go-live',
      noun,
      summary: 'Let what a source pushes be applied from now on; again does nothing',
      role: 'admin',
      answer: source,
    },
    async ({ parts, organization, actor, param }) => {
      const key = param('source')
      await goLive(parts, organization.id, key, actor)
      const [found] = await shownSources(parts, organization.id, key)
      if (found === undefined) throw new RosterdError('SOURCE_NOT_FOUND', { source: key })
      return found
    },
  )
}
