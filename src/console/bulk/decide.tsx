/** The summary of a draft, and what is decided about it: let it happen, ask others, or let it go. */
import { isRosterdError, RosterdError } from '../../errors.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import type { OutcomeState } from '../../reconcile/model.ts'
import { VERBS, type Verb } from '../../reconcile/operation.ts'
import { isDraftByHand } from '../../reconcile/review.ts'
import { countConcerned } from '../../store/chosen-facts.ts'
import { failedRows } from '../../store/failures.ts'
import { listProducts } from '../../store/organizations.ts'
import { type PlanRow, readForeseen, readPlan } from '../../store/plans.ts'
import { discard, submit } from '../../sync/submit.ts'
import type { Door } from '../door.ts'
import type { Form } from '../form.ts'
import type { Here } from '../here.ts'
import { approveBy, consentText, mistakeOf, type Typed, typedIn } from '../plans/approving.ts'
import { type Asked, type AskedToDo, action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { readChoice, verbOf, withChoice } from './choice.ts'
import { stepScreen, type Way } from './frame.tsx'
import { SETBACKS_SHOWN, type Summary, SummaryOf } from './summary.tsx'
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
    const { parts, organization, form, at, here } = asked
    const id = planIn(form)
    const plan = await readPlan(parts.sql, organization.id, id)
    if (plan === null) throw new RosterdError('PLAN_NOT_FOUND', { id: showId('pln', id) })
    const concerned = await concernedBy(asked, plan)
    try {
      const answer = await approveBy(asked, plan, true)
      const go = planAddress(here, at, id)
      if (answer === 'consented')
        return { go, notice: { kind: 'note', text: consentText(`Plan ${showId('pln', id)}`) } }
      return { go, notice: { kind: 'done', text: `Under way: ${doIt(verbOf(asked.param('verb')), concerned)}.` } }
    } catch (error) {
      return await refused(asked, id, error)
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
async function refused(asked: AskedToDo<'verb'>, id: number, error: unknown) {
  const { parts, organization, form, at, here, param } = asked
  if (!isRosterdError(error) || error.status >= 500 || error.status === 404) throw error
  const plan = await readPlan(parts.sql, organization.id, id)
  if (plan === null) throw error
  if (!isDraftByHand(plan))
    return { go: planAddress(here, at, id), notice: { kind: 'note' as const, text: error.message } }
  const way = { verb: verbOf(param('verb')), choice: readChoice(new URLSearchParams(form.text('back'))), at }
  const mistake = mistakeOf(error)
  return mistake === null
    ? await summaryStep(asked, way, plan, { wrong: `${error.message} ${error.next}`, status: error.status })
    : await summaryStep(asked, way, plan, { mistake, typed: typedIn(form), status: 422 })
}

/** What an item is expected to come to that does not simply succeed, the worst first. */
const SETBACKS: OutcomeState[] = ['failed_permanent', 'failed_retryable', 'waiting_seat', 'waiting_borrow', 'blocked']

/** What came of the form of the summary: what was typed and is not right, or what else stands in the way. */
interface Sent {
  typed?: Typed
  mistake?: string
  wrong?: string
  status?: number
}

async function summaryStep(
  asked: Pick<Asked, 'parts' | 'organization'>,
  way: Way,
  plan: PlanRow,
  { wrong, mistake, typed, status }: Sent = {},
): Promise<Screen> {
  const { sql } = asked.parts
  const { id } = asked.organization
  const setbacks = await readForeseen(sql, id, plan.id, { predicted: SETBACKS, limit: SETBACKS_SHOWN })
  const rows =
    plan.snapshotId === null ? [] : await failedRows(sql, id, plan.snapshotId, { after: 0, limit: SETBACKS_SHOWN })
  const concerned = await concernedBy(asked, plan)
  const products = await listProducts(sql, id)
  const productNames = new Map(products.map(({ key, name }) => [key, name]))
  const summary: Summary = { plan, setbacks, rows, concerned, productNames, ...(typed && { typed }) }
  return stepScreen(way, 'summary', {
    ...(wrong !== undefined && { mistake: wrong }),
    ...(status !== undefined && { status }),
    lead: `${plan.headline}.`,
    body: <SummaryOf way={way} summary={{ ...summary, ...(mistake !== undefined && { mistake }) }} />,
  })
}

/** The items of a plan that its verb is about. */
const KINDS: Record<Verb, string[]> = {
  invite: ['invite', 'reactivate'],
  remove: ['remove'],
  assign: ['assign', 'extend', 'shorten'],
  revoke: ['revoke'],
}

async function concernedBy({ parts, organization }: Pick<Asked, 'parts' | 'organization'>, plan: PlanRow) {
  const verb = VERBS.find((one) => one === plan.operation?.verb) ?? 'remove'
  return await countConcerned(parts.sql, organization.id, plan.id, KINDS[verb])
}

function planIn(form: Form): number {
  const id = readId('pln', form.text('plan'))
  if (id === null) throw new RosterdError('PLAN_NOT_FOUND', { id: form.text('plan') })
  return id
}
