/** What people change of a plan: leave out and put back; and of one that they asked for, submit, cancel, discard, once more. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { plan, progress } from './answers.ts'
import { approvePlan } from './decide.ts'
import { DONE, INCOMPLETE, usage } from './exit.ts'
import { report } from './follow.ts'
import { nextLines } from './render/plan.ts'
import { safe } from './render/text.ts'
import { fullId, type Session } from './session.ts'

export interface EditOptions {
  user?: string[]
  product?: string[]
  item?: string[]
}

const edited = plan.extend({ edited: z.looseObject({ message: z.string() }) })

const pathOf = (given: string): string => `/plans/${encodeURIComponent(fullId('pln', given))}`

/** `leave-out ID` and `put-back ID`: of what is shown now. */
export async function editPlan(
  session: Session,
  act: 'leave-out' | 'put-back',
  given: string,
  { user = [], product = [], item = [] }: EditOptions,
): Promise<number> {
  if (user.length + product.length + item.length === 0)
    throw usage(`Nothing to ${act.replace('-', ' ')}.`, `Type: ${typed(`${act} ${given} --user E-MAIL`)}`)
  const { client } = session
  const { hash } = await client.get(pathOf(given), plan)
  const named = { people: user, products: product, items: item.map(itemNumber), hash }
  const after = await client.post(`${pathOf(given)}/${act}`, named, edited)
  return session.show(after, `${safe(after.edited.message)}\nNow: ${safe(after.headline)}.\n${nextLines(after)}`)
}

function itemNumber(given: string): number {
  if (/^[1-9]\d{0,8}$/.test(given)) return Number(given)
  throw usage(`${given} is no number of an item.`, 'Items have numbers in what show --json prints.')
}

export async function submitPlan(session: Session, given: string): Promise<number> {
  const { hash } = await session.client.get(pathOf(given), plan)
  const submitted = await session.client.post(`${pathOf(given)}/submit`, { hash }, plan)
  return session.show(
    submitted,
    `Plan ${submitted.id} waits for approval; administrators are told.\n${nextLines(submitted)}`,
  )
}

export async function discardPlan(session: Session, given: string): Promise<number> {
  const discarded = await session.client.post(`${pathOf(given)}/discard`, {}, plan)
  return session.show(discarded, `Plan ${discarded.id} is discarded. Nothing of it was applied.\n`)
}

/** `cancel ID`: what is done stays done, and is told as at the end of every plan. */
export async function cancelPlan(session: Session, given: string): Promise<number> {
  const { id } = await session.client.post(`${pathOf(given)}/cancel`, {}, plan)
  const exit = await report(session, id, await session.client.get(`/plans/${id}/progress`, progress))
  return exit === INCOMPLETE ? INCOMPLETE : DONE
}

/** `again ID`: a new draft of the same, and then as `approve` does. */
export async function planAgain(session: Session, given: string): Promise<number> {
  const { id } = await session.client.post(`${pathOf(given)}/again`, {}, plan)
  return await approvePlan(session, id, { apply: true })
}
