/** What failed, as a CSV file that can be uploaded again, as JSON Lines, or as a JSON list. */
import { z } from '@hono/zod-openapi'
import type { Logger } from 'pino'
import { showId } from '../reconcile/identifiers.ts'
import { writeAudit } from '../store/audit.ts'
import { failureFiles } from '../store/failures.ts'
import { failureFile } from './failure-file.ts'
import { type Failure, failuresOf } from './failure-list.ts'
import { type Door, route } from './openapi.ts'
import { planOf } from './plan.ts'

const failure = z
  .object({
    item: z.int().nullable(),
    kind: z.string().nullable(),
    email: z.string().nullable(),
    name: z.string().nullable(),
    product: z.string().nullable(),
    file: z.string().nullable(),
    line: z.int().nullable(),
    code: z.string(),
    reason: z.string(),
    nextStep: z.string(),
  })
  .openapi('Failure')

/** A JSON list is for looking; whole files come as CSV or JSON Lines. */
const MOST_LISTED = 1_000

export function failureRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/failures',
      noun: 'plans',
      summary: `Items that failed and rows that never became one; as JSON the first ${MOST_LISTED}`,
      role: 'viewer',
      answer: z.object({ items: z.array(failure), more: z.boolean() }),
      files: ['text/csv', 'application/jsonl'],
    },
    async (where) => {
      const { parts, organization, actor, accept } = where
      const plan = await planOf(where)
      const object = showId('pln', plan.id)
      const files = await failureFiles(parts.sql, organization.id, plan.id)
      const failures = failuresOf(parts.sql, organization.id, plan.id, files)
      const act = 'failures.read'
      await writeAudit(parts.sql, {
        organizationId: organization.id,
        at: parts.now(),
        actor: actor.name,
        act,
        object,
        planId: plan.id,
      })
      if (accept.includes('text/csv')) {
        const text = watched(failureFile(plan.id, files, failures), parts.log)
        return streamed(text, 'text/csv; charset=utf-8', `${object}-failures.csv`)
      }
      if (accept.includes('jsonl') || accept.includes('ndjson')) {
        const text = watched(lines(failures), parts.log)
        return streamed(text, 'application/jsonl; charset=utf-8', `${object}-failures.jsonl`)
      }
      const items: z.input<typeof failure>[] = []
      for await (const one of failures) {
        if (items.length === MOST_LISTED) return { items, more: true }
        items.push(show(one))
      }
      return { items, more: false }
    },
  )
}

function show({ item, cells, file, line, code, reason, nextStep }: Failure): z.input<typeof failure> {
  const column = file?.layout?.fields.indexOf('email') ?? -1
  return {
    item: item?.number ?? null,
    kind: item?.kind ?? null,
    email: item?.email ?? cells?.[column] ?? null,
    name: item?.name ?? null,
    product: item?.product ?? null,
    file: item === null ? (file?.file ?? null) : item.file,
    line,
    code,
    reason,
    nextStep,
  }
}

async function* lines(failures: AsyncIterable<Failure>): AsyncGenerator<string> {
  for await (const one of failures) yield `${JSON.stringify(show(one))}\n`
}

/** Once a file has begun to travel no error can be answered any more: it is logged, and the download breaks off. */
async function* watched(text: AsyncGenerator<string>, log: Logger): AsyncGenerator<string> {
  try {
    yield* text
  } catch (error) {
    log.error({ err: error }, 'a download broke off')
    // The server prints what reaches it, and the error of a database may name anything.
    throw new Error('a download broke off')
  }
}

function streamed(text: AsyncGenerator<string>, type: string, name: string): Response {
  const body = ReadableStream.from(text).pipeThrough(new TextEncoderStream())
  return new Response(body, {
    headers: { 'content-type': type, 'content-disposition': `attachment; filename="${name}"` },
  })
}
