/** Snapshots: complete reads of a source, and what a person decides about those that were held. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { admitCount } from '../reconcile/admit.ts'
import { consentEnds } from '../reconcile/consent.ts'
import { showId } from '../reconcile/identifiers.ts'
import { listSnapshots, type SnapshotListRow } from '../store/snapshot-list.ts'
import { SNAPSHOT_STATES } from '../store/snapshots.ts'
import { admit, dismiss } from '../sync/admission.ts'
import { cursor, idPlace, instant, limit, numberOf, page, pageOf, readCursor, shown, text } from './fields.ts'
import { finding, showFinding } from './finding.ts'
import { type Door, route } from './openapi.ts'
import { LONG_PATIENCE_MS } from './patience.ts'

export const snapshot = z
  .object({
    id: z.string(),
    source: z.string(),
    sourceName: z.string(),
    file: z.string(),
    fileSha256: z.string(),
    evidence: z.string(),
    full: z.boolean(),
    state: z.enum(SNAPSHOT_STATES),
    rows: z.int(),
    people: z.int(),
    errors: z.int(),
    missing: z.int(),
    findings: z.array(finding),
    /** What has to be typed to let it in, and what it counts. */
    admit: z.object({ count: z.int(), what: z.string(), administrators: z.int() }).nullable(),
    /** The first of two administrators who let a refused one in. */
    consent: z.object({ by: z.string(), count: z.int(), at: instant, until: instant }).nullable(),
    at: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
  })
  .openapi('Snapshot')

/** What is said of a file stops at the whole of it. */
const NO_SOURCES = new Map<number, { key: string }>()

export function showSnapshot(row: SnapshotListRow): z.input<typeof snapshot> {
  const { consent, state } = row
  const administrators = state === 'held' ? 1 : state === 'refused' ? 2 : 0
  return {
    ...row,
    id: showId('snp', row.id),
    findings: row.findings.map((one) => showFinding(one, NO_SOURCES)),
    admit: administrators === 0 ? null : { ...admitCount(row), administrators },
    consent: consent && { ...consent, until: consentEnds(consent) },
    at: row.at.toISOString(),
    decidedAt: shown(row.decidedAt),
  }
}

export function snapshotRoutes(door: Door): void {
  const noun = 'snapshots'
  route(
    door,
    {
      method: 'get',
      path: '/snapshots',
      noun,
      summary: 'Snapshots, newest first',
      role: 'viewer',
      query: z.strictObject({
        state: z.enum(SNAPSHOT_STATES).optional(),
        source: text(200).optional(),
        limit,
        cursor,
      }),
      answer: pageOf(snapshot),
    },
    async ({ parts, organization, query }) => {
      const rows = await listSnapshots(parts.sql, organization.id, {
        states: query.state === undefined ? null : [query.state],
        source: query.source ?? null,
        before: readCursor(idPlace, query.cursor),
        limit: query.limit + 1,
      })
      return page(rows, query.limit, (row) => row.id, showSnapshot)
    },
  )

  const done = async (asked: { parts: Parameters<typeof listSnapshots>[0]; organization: number; id: number }) => {
    const [row] = await listSnapshots(asked.parts, asked.organization, {
      states: null,
      source: null,
      before: asked.id + 1,
      limit: 1,
    })
    if (row === undefined || row.id !== asked.id)
      throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', asked.id) })
    return showSnapshot(row)
  }

  route(
    door,
    { method: 'get', path: '/snapshots/{snapshot}', noun, summary: 'One snapshot', role: 'viewer', answer: snapshot },
    async ({ parts, organization, param }) => {
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      return done({ parts: parts.sql, organization: organization.id, id })
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/snapshots/{snapshot}/admit',
      noun,
      summary:
        'Admit a held snapshot by typing the number that stands with it; a refused one needs two administrators with different e-mail addresses',
      role: 'admin',
      body: z.strictObject({ count: z.int().min(0) }),
      // The whole file is merged into the directory while the administrator waits.
      patience: LONG_PATIENCE_MS,
      answer: snapshot,
    },
    async ({ parts, organization, actor, body, param }) => {
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      await admit(parts, organization.id, id, { actor, count: body.count })
      return done({ parts: parts.sql, organization: organization.id, id })
    },
  )

  route(
    door,
    {
      method: 'post',
      path: '/snapshots/{snapshot}/dismiss',
      noun,
      summary: 'Reject a held or refused snapshot; its file goes to failed/',
      role: 'operator',
      body: z.strictObject({}),
      answer: snapshot,
    },
    async ({ parts, organization, actor, param }) => {
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      await dismiss(parts, organization.id, id, { actor })
      return done({ parts: parts.sql, organization: organization.id, id })
    },
  )
}
