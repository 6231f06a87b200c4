/** Members and what they hold as CSV files. */
import { z } from '@hono/zod-openapi'
import { streamed, watched } from '../download.ts'
import { writeAudit } from '../store/audit.ts'
import { EXPORTS, exportFile } from '../sync/export.ts'
import { signed } from '../sync/parts.ts'
import { memberCondition } from '../sync/where.ts'
import { where } from './fields.ts'
import { type Door, route } from './openapi.ts'

const SUMMARIES = {
  members: 'Members as a CSV file with the columns of the roster template',
  assignments: 'What members hold as a CSV file with the columns of the assign template',
}

export function exportRoutes(door: Door): void {
  for (const name of EXPORTS) {
    route(
      door,
      {
        method: 'get',
        path: `/exports/${name}`,
        noun: 'exports',
        summary: SUMMARIES[name],
        role: 'viewer',
        query: z.strictObject({ where }),
        answer: z.never(),
        files: ['text/csv'],
      },
      async ({ parts, organization, actor, query }) => {
        const asked = query.where
        const condition =
          asked === undefined ? null : memberCondition(asked, { at: parts.now(), zone: organization.zone })
        const text = exportFile(parts, organization, name, condition)
        // Until the first page is there an error can still be answered.
        const first = await text.next()
        await writeAudit(parts.sql, {
          organizationId: organization.id,
          at: parts.now(),
          ...signed(actor),
          act: 'export.read',
          object: name,
          // The filter itself may name somebody.
          after: { filtered: asked !== undefined },
        })
        return streamed(watched(following(first, text), parts.log), 'text/csv; charset=utf-8', `${name}.csv`)
      },
    )
  }
}

async function* following(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (!first.done) yield first.value
  yield* rest
}
