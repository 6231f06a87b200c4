/** Sources: where people come from, when each last spoke, and when it is next looked at. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { APPROVAL_MODES, SOURCE_KINDS } from '../reconcile/model.ts'
import { listSources, type SourceRow } from '../store/organizations.ts'
import { latestSnapshots, type SnapshotListRow } from '../store/snapshot-list.ts'
import type { Parts } from '../sync/parts.ts'
import { nextRun } from '../sync/schedule.ts'
import { type Silence, silences } from '../sync/silence.ts'
import { instant } from './fields.ts'
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
    connected: z
      .boolean()
      .openapi({ description: 'False: it is gone from the configuration, and takes nothing from anybody.' }),
    schedule: schedule.nullable(),
    silence: silence.nullable().openapi({ description: 'Null: nothing ever came, or its silence means nothing.' }),
    lastSnapshot: snapshot.nullable(),
  })
  .openapi('Source')

const scheduled = z.object({ schedule: z.object({ cron: z.string(), zone: z.string() }).nullable().default(null) })

function showSource(
  row: SourceRow,
  at: Date,
  { last, heard }: { last: SnapshotListRow | undefined; heard: Silence | undefined },
): z.input<typeof source> {
  const runs = scheduled.parse(row.settings).schedule
  return {
    ...row,
    schedule: runs === null || !row.connected ? null : { ...runs, next: nextRun(runs, at.toISOString()) },
    silence: heard === undefined ? null : showSilence(heard),
    lastSnapshot: last === undefined ? null : showSnapshot(last),
  }
}

const showSilence = ({ since, within, silent }: Silence): z.input<typeof silence> => ({
  since: since.toISOString(),
  expectedBy: new Date(since.getTime() + within).toISOString(),
  silent,
})

/** All of them, or the one with this key. Sources are few: the configuration lists them. */
async function shownSources(parts: Parts, organization: number, key?: string): Promise<z.input<typeof source>[]> {
  const all = await listSources(parts.sql, organization)
  const asked = all.filter((one) => key === undefined || one.key === key)
  const [latest, heard] = await Promise.all([
    latestSnapshots(parts.sql, organization),
    silences(parts, organization, asked),
  ])
  return asked.map((row) => showSource(row, parts.now(), { last: latest.get(row.key), heard: heard.get(row.id) }))
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
}
