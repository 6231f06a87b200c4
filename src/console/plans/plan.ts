/** The plan that an address names, and what pages say of every plan. */
import { RosterdError } from '../../errors.ts'
import { headlineAfter } from '../../reconcile/headline.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import type { PlanState } from '../../reconcile/model.ts'
import { isDraftByHand, needs } from '../../reconcile/review.ts'
import { listSources } from '../../store/organizations.ts'
import { type PlanRow, readPlan } from '../../store/plans.ts'
import type { Asked } from '../route.ts'

/** @throws RosterdError PLAN_NOT_FOUND */
export async function planOf({ parts, organization, param }: Asked<'plan'>): Promise<PlanRow> {
  const id = readId('pln', param('plan'))
  const row = id === null ? null : await readPlan(parts.sql, organization.id, id)
  if (row === null || row.hash === '') throw new RosterdError('PLAN_NOT_FOUND', { id: param('plan') })
  return row
}

/** The way to a plan. */
export const CRUMBS: [string, string][] = [['Plans', '/plans']]

export const planPath = (plan: number, rest = ''): string => `/plans/${showId('pln', plan)}${rest}`

/** Names of sources by id. */
export type Names = ReadonlyMap<number, string>

export async function sourceNames({ parts, organization }: Pick<Asked, 'parts' | 'organization'>): Promise<Names> {
  const sources = await listSources(parts.sql, organization.id)
  return new Map(sources.map(({ id, name }) => [id, name]))
}

/** Where it comes from: the file of whoever asked for it, or the names of its sources. */
export function originOf({ operation, sourceIds }: PlanRow, names: Names): string {
  if (operation !== null) return operation.file?.name ?? 'by hand'
  return sourceIds.flatMap((id) => names.get(id) ?? []).join(', ')
}

/** What a page about it shows: what would happen, what happens, or what became of it. */
export function phaseOf({ state }: { state: PlanState }): 'review' | 'running' | 'ended' {
  if (state === 'approved' || state === 'applying' || state === 'paused') return 'running'
  const ended: PlanState[] = ['applied', 'partially_failed', 'failed', 'cancelled']
  return ended.includes(state) ? 'ended' : 'review'
}

/** The plan in a sentence, in the tense of its phase. */
export const headlineOf = (plan: { headline: string; state: PlanState }): string =>
  phaseOf(plan) === 'ended' ? headlineAfter(plan.headline) : plan.headline

const WORDS: Record<PlanState, string> = {
  draft: 'only shown',
  awaiting_approval: 'waits for approval',
  approved: 'approved',
  applying: 'being applied',
  paused: 'paused',
  applied: 'applied',
  partially_failed: 'applied in part',
  failed: 'failed',
  rejected: 'rejected',
  superseded: 'replaced by a newer one',
  expired: 'expired',
  stale: 'out of date',
  cancelled: 'cancelled',
  discarded: 'discarded',
}

/** The state in a word or a few; of what nobody has decided also what its guards say. */
export function stateText(plan: Pick<PlanRow, 'state' | 'lane' | 'findings'>): string {
  const draft = isDraftByHand(plan)
  const need = plan.state === 'awaiting_approval' || draft ? needs(plan.findings) : 'pass'
  if (need === 'refused') return 'refused by guards'
  if (need === 'needs_override') return 'held by guards'
  return draft ? 'draft' : WORDS[plan.state]
}
