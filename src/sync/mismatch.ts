/** Somebody speaks of a plan by a hash that it no longer has: they are told what was changed since, and by whom. */
import { RosterdError } from '../errors.ts'
import { count } from '../reconcile/amount.ts'
import { showId } from '../reconcile/identifiers.ts'
import { wallTime } from '../reconcile/zone.ts'
import type { Handle } from '../store/connection.ts'
import { readOrganization } from '../store/organizations.ts'
import { editsSince } from '../store/plan-edits.ts'
import type { PlanRow } from '../store/plans.ts'

export async function hashMismatch(
  where: { sql: Handle },
  organization: number,
  plan: Pick<PlanRow, 'id' | 'hash'>,
  given: string,
): Promise<RosterdError> {
  const changes = await changesSince(where.sql, organization, plan.id, given)
  const values = { id: showId('pln', plan.id), hash: plan.hash }
  return new RosterdError('PLAN_HASH_MISMATCH', { ...values, ...(changes === '' ? {} : { changes }) })
}

/** `dana@acme.example left out 3 people at 10:04.` */
async function changesSince(handle: Handle, organization: number, plan: number, given: string): Promise<string> {
  const edits = await editsSince(handle, organization, plan, given)
  if (edits.length === 0) return ''
  const { zone } = await readOrganization(handle, organization)
  const told = edits.map(({ at, actor, act, people }) => {
    const { hour, minute } = wallTime(at.toISOString(), zone)
    const time = `${String(hour).padStart(2, '0')}:${String(minute).padStart(2, '0')}`
    return `${actor} ${act === 'leave_out' ? 'left out' : 'put back'} ${count(people, 'person', 'people')} at ${time}.`
  })
  return told.join(' ')
}
