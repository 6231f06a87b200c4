/** The summary of a draft, and what is decided about it: let it happen, ask others, or let it go. */
import { isRosterdError, RosterdError } from '../../errors.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { VERBS, type Verb } from '../../reconcile/operation.ts'
import { isDraftByHand } from '../../reconcile/review.ts'
import { countConcerned } from '../../store/chosen-facts.ts'
import { failedRows } from '../../store/failures.ts'
import { listProducts } from '../../store/organizations.ts'
import { type PlanRow, readItems, readPlan } from '../../store/plans.ts'
import { approve } from '../../sync/approve.ts'
import { discard, submit } from '../../sync/submit.ts'
import type { Door } from '../door.ts'
import type { Form } from '../form.ts'
import type { Here } from '../here.ts'
import { type Asked, type AskedToDo, action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { readChoice, verbOf, withChoice } from './choice.ts'
import { stepScreen, type Way } from './frame.tsx'
import { SETBACKS_SHOWN, SummaryOf } from './summary.tsx'
import { doIt } from './words.ts'

type At = (path?: string) => string

/** Where a plan is shown, or the main page as long as nothing shows plans. */
export const planAddress = ({ offers }: Here, at: At, plan: number): string =>
  at(offers('/plans/:plan') ? `/plans/${showId('pln', plan)}` : '')

export const summaryAddress = ({ verb, choice, at }: Way, plan: number): string =>
  withChoice(at(`/bulk/${verb}/summary/${showId('pln', plan)}`), choice)

export function decideRoutes(door: Door): void {
  page(door, { path: '/bulk/:verb/summary/:plan', role: 'operator' }, async (asked) => {
    const { parts, organization, param, query, at, here, c } = asked
    const plan = await readPlan(parts.sql, organization.id, readId('pln', param('plan')) ?? 0)
    if (plan === null || plan.hash === '') throw new RosterdError('PLAN_NOT_FOUND', { id: param('plan') })
    // Back, after it was decided: what becomes of it is to be seen there.
    if (!isDraftByHand(plan)) return c.redirect(planAddress(here, at, plan.id), 303)
    return await summaryStep(asked, { verb: verbOf(param('verb')), choice: readChoice(query), at }, plan)
  })

  action(door, { path: '/bulk/:verb/approve', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, at, here } = asked
    const id = planIn(form)
    const typed = { count: form.text('count'), reason: form.text('reason') }
    const count = form.number('count')
    const concerned = await concernedBy(asked, id)
    try {
      const answer = await approve(parts, organization.id, id, {
        actor,
        hash: form.text('hash'),
        start: true,
        ...(count !== null && { override: { count, reason: typed.reason } }),
      })
      const text =
        answer === 'consented'
          ? 'You agreed. A second administrator has to agree as well before anything happens.'
          : `Under way: ${doIt(verbOf(asked.param('verb')), concerned)}.`
      return { go: planAddress(here, at, id), notice: { kind: answer === 'consented' ? 'note' : 'done', text } }
    } catch (error) {
      return await refused(asked, id, error, typed)
    }
  })

  action(door, { path: '/bulk/:verb/submit', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, at, here } = asked
    const id = planIn(form)
    try {
      await submit(parts, organization.id, id, { actor, hash: form.text('hash') })
    } catch (error) {
      return await refused(asked, id, error)
    }
    const text = 'It waits for somebody to approve it. Administrators get a mail with the link.'
    return { go: planAddress(here, at, id), notice: { kind: 'done', text } }
  })

  action(door, { path: '/bulk/:verb/discard', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    await discard(parts, organization.id, planIn(form), { actor })
    return { go: at(), notice: { kind: 'done', text: 'The draft was discarded. Nothing has happened.' } }
  })
}

/** Somebody was faster, or what was typed is not right: the summary is shown as it is now, or what became of the plan. */
async function refused(
  asked: AskedToDo<'verb'>,
  id: number,
  error: unknown,
  typed?: { count: string; reason: string },
) {
  const { parts, organization, form, at, here, param } = asked
  if (!isRosterdError(error) || error.status >= 500 || error.status === 404) throw error
  const plan = await readPlan(parts.sql, organization.id, id)
  if (plan === null) throw error
  if (!isDraftByHand(plan))
    return { go: planAddress(here, at, id), notice: { kind: 'note' as const, text: error.message } }
  const way = { verb: verbOf(param('verb')), choice: readChoice(new URLSearchParams(form.text('back'))), at }
  const mistake = `${error.message} ${error.next}`
  return await summaryStep(asked, way, plan, { mistake, status: error.status, ...(typed && { typed }) })
}

const SETBACKS = ['failed_permanent', 'failed_retryable', 'waiting_seat', 'waiting_borrow', 'blocked']

async function summaryStep(
  asked: Pick<Asked, 'parts' | 'organization'>,
  way: Way,
  plan: PlanRow,
  wrong: { mistake?: string; status?: number; typed?: { count: string; reason: string } } = {},
): Promise<Screen> {
  const { sql } = asked.parts
  const { id } = asked.organization
  const setbacks = []
  for (const predicted of SETBACKS)
    setbacks.push(
      ...(await readItems(sql, id, plan.id, { after: 0, limit: SETBACKS_SHOWN - setbacks.length, predicted })),
    )
  const rows =
    plan.snapshotId === null ? [] : await failedRows(sql, id, plan.snapshotId, { after: 0, limit: SETBACKS_SHOWN })
  const concerned = await concernedBy(asked, plan.id)
  const products = await listProducts(sql, id)
  const productNames = new Map(products.map(({ key, name }) => [key, name]))
  const { typed, ...shown } = wrong
  return stepScreen(way, 'summary', {
    ...shown,
    lead: `${plan.headline}.`,
    body: <SummaryOf way={way} summary={{ plan, setbacks, rows, concerned, productNames, ...(typed && { typed }) }} />,
  })
}

/** The items of a plan that its verb is about. */
const KINDS: Record<Verb, string[]> = {
  invite: ['invite', 'reactivate'],
  remove: ['remove'],
  assign: ['assign', 'extend', 'shorten'],
  revoke: ['revoke'],
}

async function concernedBy({ parts, organization }: Pick<Asked, 'parts' | 'organization'>, plan: number) {
  const row = await readPlan(parts.sql, organization.id, plan)
  const verb = VERBS.find((one) => one === row?.operation?.verb) ?? 'remove'
  return await countConcerned(parts.sql, organization.id, plan, KINDS[verb])
}

function planIn(form: Form): number {
  const id = readId('pln', form.text('plan'))
  if (id === null) throw new RosterdError('PLAN_NOT_FOUND', { id: form.text('plan') })
  return id
}
