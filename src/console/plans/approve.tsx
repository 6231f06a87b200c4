/** Approving a plan: a page for who has no script, and what the form does. What is approved is what was looked at, by its hash. */
import { isRosterdError, type RosterdError } from '../../errors.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { mayApprove } from '../../reconcile/review.ts'
import { readExpected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { approve } from '../../sync/approve.ts'
import { TOLD } from '../../sync/member-letters.ts'
import type { Door } from '../door.ts'
import type { Form } from '../form.ts'
import { type Asked, type AskedToDo, action, type Go, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { ApprovalForm, approveWords } from './approval.tsx'
import { conflict } from './conflict.tsx'
import { CRUMBS, planOf, planPath } from './plan.ts'

export function planApproveRoutes(door: Door): void {
  page(door, { path: '/plans/:plan/approve', role: 'operator' }, async (asked) => {
    const row = await planOf(asked)
    return mayApprove(row) ? await approvalScreen(asked, row) : asked.c.redirect(asked.at(planPath(row.id)), 303)
  })

  action(door, { path: '/plans/:plan/approve', role: 'operator' }, async (asked) => {
    const row = await planOf(asked)
    try {
      return await approved(asked, row)
    } catch (error) {
      const mistake = isRosterdError(error) ? mistakeOf(error) : null
      // What guards say may be news: it is read again.
      if (mistake !== null && mayApprove(row))
        return await approvalScreen(asked, await planOf(asked), { form: asked.form, mistake })
      if (approvedBefore(asked, await planOf(asked))) return again(asked, row)
      return await conflict(asked, error)
    }
  })
}

async function approved(
  { parts, organization, actor, form, at }: AskedToDo<'plan'>,
  { id, findings }: PlanRow,
): Promise<Go> {
  const held = findings.some(({ verdict, nature }) => verdict !== 'pass' && nature === 'amount')
  const count = form.number('count') ?? -1
  const start = !form.ticked('later')
  const answer = await approve(parts, organization.id, id, {
    actor,
    hash: form.text('hash'),
    start,
    ...((held || form.text('count') !== '') && { override: { count, reason: form.text('reason').slice(0, 2_000) } }),
  })
  const name = `Plan ${showId('pln', id)}`
  if (answer === 'consented') {
    const text = `You have said that it is right. ${name} waits for a second administrator with another e-mail address; 0 items have been applied.`
    return { go: at(planPath(id)), notice: { kind: 'note', text } }
  }
  const text = start
    ? `${name} is approved and starts now. You may close this page: it goes on by itself.`
    : `${name} is approved. It waits for somebody to start it.`
  return { go: at(planPath(id)), notice: { kind: 'done', text } }
}

/** What can be put right in the form; null for everything else. */
function mistakeOf(error: RosterdError): string | null {
  const { code, params, message } = error
  if (code === 'COUNT_MISMATCH')
    return Number(params['count']) === 0
      ? 'Nothing is held: approve it without a number.'
      : `It is ${params['count']}. Look at it again, and type the number that is shown.`
  if (code === 'PLAN_HELD' || code === 'PLAN_REFUSED')
    return `${String(params['message'])} Type the number that is shown, and why it is right.`
  return code === 'PLAN_NEEDS_ANOTHER' ? String(params['missing'] ?? message) : null
}

/** The same click twice, or the form sent again after Back: it was done the first time. */
function approvedBefore({ form, actor }: AskedToDo<'plan'>, row: PlanRow): boolean {
  return row.approvedBy === actor.name && row.approvedHash === form.text('hash')
}

function again({ at }: AskedToDo<'plan'>, { id }: PlanRow): Go {
  const text = `You had approved plan ${showId('pln', id)} already; nothing was done twice.`
  return { go: at(planPath(id)), notice: { kind: 'note', text } }
}

async function approvalScreen(
  { parts, organization }: Asked<'plan'>,
  row: PlanRow,
  sent?: { form: Form; mistake: string },
): Promise<Screen> {
  const expected = await readExpected(parts.sql, organization.id, row.id, [...TOLD])
  const typed = sent && { count: sent.form.text('count'), reason: sent.form.text('reason') }
  return {
    title: approveWords(row, expected.people),
    place: 'plans',
    crumbs: [...CRUMBS, [`Plan ${showId('pln', row.id)}`, planPath(row.id)]],
    ...(sent && { status: 422 }),
    body: (
      <div class="card narrow">
        <ApprovalForm row={row} expected={expected} {...(typed && { typed })} mistake={sent?.mistake} />
      </div>
    ),
  }
}
