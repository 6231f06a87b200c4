/** Approving a plan: a page for who has no script, and what the form does. What is approved is what was looked at, by its hash. */
import { showId } from '../../reconcile/identifiers.ts'
import { mayApprove } from '../../reconcile/review.ts'
import { readExpected } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { TOLD } from '../../sync/member-letters.ts'
import type { Door } from '../door.ts'
import type { Form } from '../form.ts'
import { type Asked, type AskedToDo, action, type Go, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { ApprovalForm, approveWords } from './approval.tsx'
import { approveBy, consentText, mistakeOf, typedIn } from './approving.ts'
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
      const mistake = mistakeOf(error)
      // What guards say may be news: it is read again.
      if (mistake !== null && mayApprove(row))
        return await approvalScreen(asked, await planOf(asked), { form: asked.form, mistake })
      if (approvedBefore(asked, await planOf(asked))) return again(asked, row)
      return await conflict(asked, error)
    }
  })
}

async function approved(asked: AskedToDo<'plan'>, row: PlanRow): Promise<Go> {
  const { form, at } = asked
  const start = !form.ticked('later')
  const answer = await approveBy(asked, row, start)
  const name = `Plan ${showId('pln', row.id)}`
  const go = at(planPath(row.id))
  if (answer === 'consented') return { go, notice: { kind: 'note', text: consentText(name) } }
  const text = start
    ? `${name} is approved and starts now. You may close this page: it goes on by itself.`
    : `${name} is approved. It waits for somebody to start it.`
  return { go, notice: { kind: 'done', text } }
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
  const typed = sent && typedIn(sent.form)
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
