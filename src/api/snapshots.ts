/** Snapshots: complete reads of a source, and what a person decides about those that were held. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { listSnapshots, type SnapshotListRow } from '../store/snapshot-list.ts'
import { SNAPSHOT_STATES } from '../store/snapshots.ts'
import { admit, dismiss } from '../sync/decide.ts'
import { cursor, instant, limit, numberOf, page, pageOf, readCursor, shown, text } from './fields.ts'
import { type Door, route } from './openapi.ts'

export const finding = z
  .object({
    guard: z.string(),
    verdict: z.enum(['pass', 'hold', 'refuse']),
    nature: z.enum(['look', 'amount']),
    measured: z.number(),
    of: z.number(),
    limit: z.number(),
    scope: z.string(),
    message: z.string(),
  })
  .openapi('Finding')

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
    at: instant,
    decidedBy: z.string().nullable(),
    decidedAt: instant.nullable(),
  })
  .openapi('Snapshot')

export function showSnapshot(row: SnapshotListRow): z.input<typeof snapshot> {
  return { ...row, id: showId('snp', row.id), at: row.at.toISOString(), decidedAt: shown(row.decidedAt) }
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
        before: readCursor(z.int().positive(), query.cursor),
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
    {
      method: 'post',
      path: '/snapshots/{snapshot}/admit',
      noun,
      summary: 'Admit a held snapshot by typing how many people it does not mention any more',
      role: 'admin',
      body: z.strictObject({ count: z.int().min(0) }),
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
      summary: 'Reject a held snapshot; its file goes to failed/',
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
