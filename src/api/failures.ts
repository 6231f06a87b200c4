/** What failed of a plan or of a file, as a CSV file that can be uploaded again, as JSON Lines, or as a JSON list. */
import { z } from '@hono/zod-openapi'
import { streamed, watched } from '../download.ts'
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { writeAudit } from '../store/audit.ts'
import { type FailureFile, failureFiles } from '../store/failures.ts'
import { readSnapshot } from '../store/snapshots.ts'
import { emailColumn, type FailureGround, failureFile, failureLines } from '../sync/failure-file.ts'
import { type Failure, planFailures, rowFailures } from '../sync/failure-list.ts'
import { type Actor, type Parts, signed } from '../sync/parts.ts'
import { numberOf } from './fields.ts'
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

const answer = z.object({ items: z.array(failure), more: z.boolean() })
const files = ['text/csv', 'application/jsonl'] as const

export function failureRoutes(door: Door): void {
  route(
    door,
    {
      method: 'get',
      path: '/plans/{plan}/failures',
      noun: 'plans',
      summary: `Items that failed and rows that never became one; as JSON the first ${MOST_LISTED}`,
      role: 'viewer',
      answer,
      files,
    },
    async (where) => {
      const { id: plan, operation } = await planOf(where)
      const { parts, organization } = where
      const files = await failureFiles(parts.sql, organization.id, plan)
      const failures = planFailures(parts.sql, organization.id, plan, files)
      return await answered(
        where,
        showId('pln', plan),
        { plan, files, verb: operation?.verb ?? null, zone: organization.zone },
        failures,
      )
    },
  )

  route(
    door,
    {
      method: 'get',
      path: '/snapshots/{snapshot}/failures',
      noun: 'snapshots',
      summary: `Rows of a file that could not be read, whether a plan came of it or not; as JSON the first ${MOST_LISTED}`,
      role: 'viewer',
      answer,
      files,
    },
    async (where) => {
      const { parts, organization, param } = where
      const id = numberOf('snp', param('snapshot'), 'SNAPSHOT_NOT_FOUND')
      const snapshot = await readSnapshot(parts.sql, organization.id, id)
      if (snapshot === null) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: showId('snp', id) })
      const file: FailureFile = { ...snapshot, snapshotId: snapshot.id, change: null }
      const failures = rowFailures(parts.sql, organization.id, file)
      const ground = { plan: null, files: [file], verb: null, zone: organization.zone }
      return await answered(where, showId('snp', id), ground, failures)
    },
  )
}

/** As the request's Accept asks for it. Every read leaves an audit row: failures hold personal data. */
async function answered(
  { parts, organization, actor, accept }: { parts: Parts; organization: { id: number }; actor: Actor; accept: string },
  object: string,
  ground: FailureGround,
  failures: AsyncIterable<Failure>,
): Promise<z.input<typeof answer> | Response> {
  await writeAudit(parts.sql, {
    organizationId: organization.id,
    at: parts.now(),
    ...signed(actor),
    act: 'failures.read',
    object,
    planId: ground.plan,
  })
  if (accept.includes('text/csv')) {
    const text = watched(failureFile(ground, failures), parts.log)
    return streamed(text, 'text/csv; charset=utf-8', `${object}-failures.csv`)
  }
  if (accept.includes('jsonl') || accept.includes('ndjson')) {
    const text = watched(lines(ground, failures), parts.log)
    return streamed(text, 'application/jsonl; charset=utf-8', `${object}-failures.jsonl`)
  }
  const items: z.input<typeof failure>[] = []
  for await (const one of failures) {
    if (items.length === MOST_LISTED) return { items, more: true }
    items.push(show(one))
  }
  return { items, more: false }
}

function show({ item, cells, file, line, code, reason, nextStep }: Failure): z.input<typeof failure> {
  const column = file === null ? -1 : emailColumn(file)
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

/** For machines: what the list says, and the lines of the file by header. */
async function* lines(ground: FailureGround, failures: AsyncIterable<Failure>): AsyncGenerator<string> {
  for await (const one of failures) yield `${JSON.stringify({ ...show(one), rows: failureLines(ground, one) })}\n`
}
