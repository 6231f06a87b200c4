/** What the form of an approval says, wherever it stands, and what can be put right in it. */
import { RosterdError } from '../../errors.ts'
import type { PlanRow } from '../../store/plans.ts'
import { approve } from '../../sync/approve.ts'
import type { Form } from '../form.ts'
import type { AskedToDo } from '../route.ts'

const LONGEST_REASON = 2_000

/** The number and the reason, as they were typed. */
export interface Typed {
  count: string
  reason: string
}

export const typedIn = (form: Form): Typed => ({ count: form.text('count'), reason: form.text('reason') })

/** What somebody reads who was the first of the two whom a refused plan needs. */
export const consentText = (plan: string): string =>
  `You have said that it is right. ${plan} waits for a second administrator with another e-mail address; 0 items have been applied.`

/**
 * Approves the plan by its hash, as the form has it, with the number that is held where one is asked for.
 *
 * @param start whether it starts at once
 * @throws what `approve` throws
 */
export async function approveBy(
  { parts, organization, actor, form }: Pick<AskedToDo, 'parts' | 'organization' | 'actor' | 'form'>,
  { id, findings }: PlanRow,
  start: boolean,
): ReturnType<typeof approve> {
  const held = findings.some(({ verdict, nature }) => verdict !== 'pass' && nature === 'amount')
  const typed = typedIn(form)
  return await approve(parts, organization.id, id, {
    actor,
    hash: form.text('hash'),
    start,
    ...((held || typed.count !== '') && {
      override: { count: form.number('count') ?? -1, reason: typed.reason.slice(0, LONGEST_REASON) },
    }),
  })
}

/** What can be put right in the form; null for everything else. */
export function mistakeOf(error: unknown): string | null {
  if (!(error instanceof RosterdError)) return null
  const { code, params, message } = error
  if (code === 'COUNT_MISMATCH')
    return Number(params['count']) === 0
      ? 'Nothing is held: approve it without a number.'
      : `It is ${params['count']}. Look at it again, and type the number that is shown.`
  if (code === 'PLAN_HELD' || code === 'PLAN_REFUSED')
    return `${String(params['message'])} Type the number that is shown, and why it is right.`
  return code === 'PLAN_NEEDS_ANOTHER' ? String(params['missing'] ?? message) : null
}
