/** Sources: where people come from, and when each last spoke. */
import { z } from '@hono/zod-openapi'
import { APPROVAL_MODES, SOURCE_KINDS } from '../reconcile/model.ts'
import { listSources } from '../store/organizations.ts'
import { latestSnapshots } from '../store/snapshot-list.ts'
import { type Door, route } from './openapi.ts'
import { showSnapshot, snapshot } from './snapshots.ts'

const source = z
  .object({
    key: z.string(),
    name: z.string(),
    kind: z.enum(SOURCE_KINDS),
    mode: z.enum(['snapshot', 'delta']),
    approval: z.enum(APPROVAL_MODES),
    trust: z.int(),
    connected: z.boolean(),
    lastSnapshot: snapshot.nullable(),
  })
  .openapi('Source')

export function sourceRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/sources',
      noun: 'sources',
      summary: 'Sources with their last snapshot',
      role: 'viewer',
      answer: z.object({ items: z.array(source) }),
    },
    async ({ parts, organization }) => {
      const [sources, latest] = await Promise.all([
        listSources(parts.sql, organization.id),
        latestSnapshots(parts.sql, organization.id),
      ])
      const items = sources.map((row) => {
        const last = latest.get(row.key)
        return { ...row, lastSnapshot: last === undefined ? null : showSnapshot(last) }
      })
      return { items }
    },
  )
}
