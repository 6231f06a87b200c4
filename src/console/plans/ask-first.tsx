/** The pages before a plan is rejected, stopped or let go: what of it is done by then, and what never will be. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { canMove, isDraftByHand } from '../../reconcile/review.ts'
import { type PlanRow, progress } from '../../store/plans.ts'
import type { Door } from '../door.ts'
import { Confirm } from '../parts/confirm.tsx'
import { Field } from '../parts/form.tsx'
import { type Asked, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { CRUMBS, planOf, planPath } from './plan.ts'

export function planAskRoutes(door: Door): void {
  page(door, { path: '/plans/:plan/reject', role: 'operator' }, async (asked) => {
    const row = await planOf(asked)
    if (isDraftByHand(row) || !canMove(row.state, 'reject')) return toPlan(asked, row)
    return screenOf(`Reject plan ${showId('pln', row.id)}`, row, <RejectForm row={row} />)
  })

  page(door, { path: '/plans/:plan/discard', role: 'operator' }, async (asked) => {
    const row = await planOf(asked)
    if (!isDraftByHand(row)) return toPlan(asked, row)
    return screenOf(`Discard plan ${showId('pln', row.id)}`, row, <DiscardForm row={row} />)
  })

  page(door, { path: '/plans/:plan/cancel', role: 'operator' }, async (asked) => {
    const row = await planOf(asked)
    if (!canMove(row.state, 'cancel')) return toPlan(asked, row)
    const { items, states } = await progress(asked.parts.sql, asked.organization.id, row.id)
    const form = <CancelForm row={row} items={items - row.leftOut} left={states['pending'] ?? 0} />
    return screenOf(`${cancelWords(row)}: ${showId('pln', row.id)}`, row, form)
  })
}

/** What the button says that stops it. */
export const cancelWords = ({ startedAt }: Pick<PlanRow, 'startedAt'>): string =>
  startedAt === null ? 'Cancel the plan' : 'Cancel the rest'

const toPlan = ({ c, at }: Asked<'plan'>, { id }: PlanRow): Response => c.redirect(at(planPath(id)), 303)

const screenOf = (title: string, { id }: PlanRow, body: Screen['body']): Screen => ({
  title,
  place: 'plans',
  crumbs: [...CRUMBS, [`Plan ${showId('pln', id)}`, planPath(id)]],
  body,
})

const LEFT_ALONE = 'are left alone until a source says the same of them again.'

function RejectForm({ row: { id, hash, headline, lane } }: { row: PlanRow }) {
  return (
    <Confirm
      to={planPath(id, '/reject')}
      back={planPath(id)}
      does="Reject the plan"
      follows={[
        headline,
        'Nothing of it is done, and nobody is mailed.',
        lane !== 'by_hand' && `Its people ${LEFT_ALONE}`,
      ]}
    >
      <input type="hidden" name="hash" value={hash} />
      <Field
        id="reason"
        label="Why?"
        hint="It is kept with the plan; whoever looks after the source can read it. It may be left empty."
      >
        <textarea id="reason" name="reason" rows={3} maxlength={2000} />
      </Field>
    </Confirm>
  )
}

function DiscardForm({ row: { id, hash, headline, leftOut } }: { row: PlanRow }) {
  return (
    <Confirm
      to={planPath(id, '/discard')}
      back={planPath(id)}
      does="Discard the draft"
      follows={[
        headline,
        'Nothing of it is done, and nobody is mailed.',
        leftOut > 0 &&
          `Somebody chose ${count(leftOut, 'item')} to be left out of it: that choice is lost with the draft.`,
        'It cannot be taken up again: what it asks for would have to be asked for anew.',
      ]}
    >
      <input type="hidden" name="hash" value={hash} />
    </Confirm>
  )
}

/** @param items without those that were left out; @param left of them, those without an outcome */
function CancelForm({ row, items, left }: { row: PlanRow; items: number; left: number }) {
  const { id, startedAt, lane, quiet } = row
  const done = items - left
  return (
    <Confirm
      to={planPath(id, '/cancel')}
      back={planPath(id)}
      does={cancelWords(row)}
      follows={[
        done === 0
          ? `Nothing of its ${count(items, 'item')} is done, and nothing will be.`
          : `${number(done)} of ${count(items, 'item')} ${done === 1 ? 'is done and stays' : 'are done and stay'} done; the other ${number(left)} will never be.`,
        startedAt !== null && 'It goes on until you press the button, so a few more may be done by then.',
        lane === 'by_hand'
          ? 'It cannot be taken up again; what is left can be asked for anew.'
          : `It cannot be taken up again, and those whom the rest concerns ${LEFT_ALONE}`,
        !quiet && done > 0 && 'Whoever something was done with gets the mail about it.',
      ]}
    />
  )
}
