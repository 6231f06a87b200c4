/** What is planned once a plan has ended. */
import { listSources } from '../store/organizations.ts'
import type { PlanRow } from '../store/plans.ts'
import type { Parts, ProposeBecause } from './parts.ts'

/** Of an identity provider only what concerns the people of the plan, as nobody else waits for them. */
export async function followedBy(parts: Parts, organization: number, plan: PlanRow): Promise<ProposeBecause> {
  if (plan.part === 'foreseen' || plan.lane === 'by_hand' || plan.sourceIds.length === 0) return 'due'
  if (plan.lane === 'urgent') return 'urgent'
  const pushing = (await listSources(parts.sql, organization)).filter((source) => source.kind === 'scim')
  return plan.sourceIds.every((id) => pushing.some((source) => source.id === id)) ? 'pushed' : 'due'
}
