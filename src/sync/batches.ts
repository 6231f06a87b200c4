/** The middle of a run: a plan's items in batches of one wave, each written before the next is begun. */
import { countItems } from '../counters.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Item, Outcome } from '../reconcile/model.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { namedHolds } from '../reconcile/review.ts'
import type { Lease } from '../store/lanes.ts'
import { refusesValues } from '../store/organization.ts'
import { nextItems, settledUpTo } from '../store/outcomes.ts'
import type { PlanRow } from '../store/plans.ts'
import { analyzeOutgrown } from '../store/statistics.ts'
import { forPlan } from '../telemetry.ts'
import type { Batch, OrganizationWriter } from './organization.ts'
import type { Parts } from './parts.ts'

/** Items of one transaction: large enough to be fast, small enough that stopping takes well under five seconds. */
const BATCH_ITEMS = 2_000

/** One plan, being run by this process. */
export interface Run {
  parts: Parts
  organization: number
  plan: PlanRow
  lease: Lease
  writer: OrganizationWriter
  signal: AbortSignal
}

/** Batch after batch, from the first item without an outcome. True when every item has an outcome, false when the signal came first. */
export async function runBatches({ parts, organization, plan, lease, writer, signal }: Run): Promise<boolean> {
  const read = (after: number): Promise<Item[]> =>
    nextItems(parts.sql, organization, plan.id, { after, limit: BATCH_ITEMS })
  const ahead = new Set<number>()
  let written = 0
  let analyzed = 0
  if (plan.items >= BATCH_ITEMS) await analyzeOutgrown(parts.sql, 'apply', plan.items)
  let items = await read(await settledUpTo(parts.sql, organization, plan.id))
  for (;;) {
    const [first] = items
    const last = items.at(-1)
    if (first === undefined || last === undefined) return true
    if (signal.aborted) return false
    const batch = {
      organizationId: organization,
      planId: plan.id,
      lease,
      quiet: plan.quiet,
      actor: plan.approvedBy ?? 'system',
      operation: plan.operation,
      approvers: approversOf(plan),
      named: plan.override === null ? [] : namedHolds(plan.findings),
      items: items.filter((item) => !ahead.has(item.number)),
    }
    const [outcomes, following] = await Promise.all([writeBatch(parts, writer, batch), read(last.number)])
    for (const outcome of outcomes) if (outcome.number > last.number) ahead.add(outcome.number)
    items = following
    countItems(outcomes)
    written += outcomes.length
    if (written >= 2 * Math.max(analyzed, BATCH_ITEMS / 2)) {
      await analyzeOutgrown(parts.sql, 'apply', written)
      analyzed = written
    }
    // Another wave fills other tables.
    if (first.wave !== following[0]?.wave) written = analyzed = 0
  }
}

/** A policy, the system and the bootstrap token have no address. */
function approversOf({ approvedBy, consent }: PlanRow): string[] {
  return [approvedBy ?? '', consent?.by ?? ''].flatMap((name) => {
    const email = readEmail(name)
    return email.ok ? [email.key] : []
  })
}

/**
 * Writes a batch. When the database refuses its values, the batch is halved until the item that it stumbles over stands alone;
 * that one fails, with a reference to the log, and the others go on.
 */
async function writeBatch(parts: Parts, writer: OrganizationWriter, batch: Batch): Promise<Outcome[]> {
  const [first, second] = batch.items
  if (first === undefined) return []
  const key = `${showId('pln', batch.planId)}/${first.number}`
  try {
    return await writer.write(batch)
  } catch (error) {
    if (!refusesValues(error) || batch.giveUp !== undefined) throw error
    if (second === undefined) {
      forPlan(parts.log, batch.planId).error(
        { err: error, item: first.number, ref: key },
        'an item was refused by the database',
      )
      return await writer.write({ ...batch, giveUp: key })
    }
    const half = Math.ceil(batch.items.length / 2)
    const before = await writeBatch(parts, writer, { ...batch, items: batch.items.slice(0, half) })
    const after = await writeBatch(parts, writer, { ...batch, items: batch.items.slice(half) })
    return [...before, ...after]
  }
}
