/** A plan as it travels, and the plan that a path names. */
import { z } from '@hono/zod-openapi'
import { RosterdError } from '../errors.ts'
import { consentEnds } from '../reconcile/consent.ts'
import { showId } from '../reconcile/identifiers.ts'
import { LANES, PLAN_STATES } from '../reconcile/model.ts'
import { VERBS } from '../reconcile/operation.ts'
import { needs, overrideCount, overrideSum } from '../reconcile/review.ts'
import { listSources, type Organization } from '../store/organizations.ts'
import { type PlanRow, readPlan } from '../store/plans.ts'
import type { Parts } from '../sync/parts.ts'
import { instant, numberOf, shown } from './fields.ts'
import { finding, showFinding } from './finding.ts'

const sourceName = z.object({ key: z.string(), name: z.string() })
const pin = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('next_sync') }),
  z.object({ kind: z.literal('days'), days: z.int() }),
  z.object({ kind: z.literal('always') }),
])
const operation = z
  .object({
    verb: z.enum(VERBS),
    products: z.array(z.string()),
    allProducts: z.boolean(),
    expiresAt: instant.nullable(),
    role: z.enum(['member', 'admin', 'owner']),
    revokeFirst: z.boolean(),
    wait: z.boolean(),
    pin,
    reason: z.string().optional().openapi({ description: 'Why, where whoever asked said so.' }),
    where: z.string().nullable(),
    file: z.object({ name: z.string(), sha256: z.string() }).nullable(),
    rows: z.object({ given: z.int(), merged: z.int(), errors: z.int() }).openapi({
      description: 'Rows given are its people, rows merged into others, and rows in error.',
    }),
  })
  .openapi('Operation')
export const plan = z
  .object({
    id: z.string(),
    proposal: z.string(),
    lane: z.enum(LANES),
    part: z.enum(['free', 'waiting', 'foreseen', 'observed']).openapi({
      description:
        'Who lets it happen: a policy (free), a person (waiting), nobody since its day has come (foreseen), or nobody since its source is only observed.',
    }),
    state: z.enum(PLAN_STATES),
    hash: z.string(),
    headline: z.string(),
    itemCount: z.int(),
    counts: z.record(z.string(), z.number()),
    seats: z.array(
      z.object({
        product: z.string(),
        name: z.string(),
        owned: z.int(),
        used: z.int(),
        after: z.int(),
        waiting: z.int(),
      }),
    ),
    sources: z.array(sourceName),
    findings: z.array(finding),
    verdict: z
      .enum(['pass', 'hold', 'refuse'])
      .openapi({ description: 'Hold: an override is needed. Refuse: that of two administrators.' }),
    overrideCount: z.int().nullable().openapi({ description: 'The number to type to override what is held.' }),
    overrideSum: z.string().nullable().openapi({ description: 'How that number adds up, where several guards hold.' }),
    createdBy: z.string(),
    createdAt: instant,
    expiresAt: instant,
    approvedBy: z.string().nullable(),
    approvedAt: instant.nullable(),
    override: z.object({ count: z.int(), reason: z.string(), by: z.string() }).nullable(),
    consent: z
      .object({ count: z.int(), reason: z.string(), by: z.string(), at: instant, until: instant })
      .nullable()
      .openapi({ description: 'The first of the two administrators that a refused plan needs.' }),
    closedReason: z.string().nullable(),
    supersededBy: z.string().nullable(),
    startedAt: instant.nullable(),
    finishedAt: instant.nullable(),
    quiet: z.boolean(),
    leftOut: z.int().openapi({ description: 'Items that a reviewer left out; `itemCount` counts them too.' }),
    operation: operation.nullable().openapi({ description: 'What a person asked for; null for what sync made.' }),
    upload: z.string().nullable().openapi({ description: 'The upload that it was made of.' }),
  })
  .openapi('Plan')

const VERDICTS = { pass: 'pass', needs_override: 'hold', refused: 'refuse' } as const

type Names = Map<number, { key: string; name: string }>

export async function sourceNames(parts: Parts, organization: Organization): Promise<Names> {
  const sources = await listSources(parts.sql, organization.id)
  return new Map(sources.map((source) => [source.id, { key: source.key, name: source.name }]))
}

export function showPlan(row: PlanRow, names: Names): z.input<typeof plan> {
  return {
    ...row,
    id: showId('pln', row.id),
    proposal: showId('pln', row.proposalId),
    itemCount: row.items,
    findings: row.findings.map((one) => showFinding(one, names)),
    verdict: VERDICTS[needs(row.findings)],
    overrideCount: overrideCount(row.findings),
    overrideSum: overrideSum(row.findings),
    upload: row.snapshotId === null ? null : showId('snp', row.snapshotId),
    sources: row.sourceIds.flatMap((id) => names.get(id) ?? []),
    consent: row.consent && { ...row.consent, until: consentEnds(row.consent) },
    supersededBy: row.supersededBy === null ? null : showId('pln', row.supersededBy),
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt.toISOString(),
    approvedAt: shown(row.approvedAt),
    startedAt: shown(row.startedAt),
    finishedAt: shown(row.finishedAt),
  }
}

interface Where {
  parts: Parts
  organization: Organization
  param(name: 'plan'): string
}

const idOf = (where: Where) => numberOf('pln', where.param('plan'), 'PLAN_NOT_FOUND')

/** The plan that the path names. */
export async function planOf(where: Where): Promise<PlanRow> {
  const row = await readPlan(where.parts.sql, where.organization.id, idOf(where))
  if (row === null || row.hash === '') throw new RosterdError('PLAN_NOT_FOUND', { id: where.param('plan') })
  return row
}

export async function shownPlan(where: Where): Promise<z.input<typeof plan>> {
  const row = await planOf(where)
  return showPlan(row, await sourceNames(where.parts, where.organization))
}
