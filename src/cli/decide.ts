/** Deciding about plans: approve, reject, apply. */
import { typed } from '../typed.ts'
import { type Plan, plan, planWhole, progress } from './answers.ts'
import { CliError, usage, WAITS } from './exit.ts'
import { follow, hasEnded, report } from './follow.ts'
import {
  besideLines,
  guardLines,
  missingAdministrators,
  nextLines,
  overrideLine,
  planHeader,
  seatTable,
} from './render/plan.ts'
import { number } from './render/words.ts'
import { confirmed, fullId, type Session } from './session.ts'

export interface ApproveOptions {
  override?: string
  reason?: string
  /** False with `--no-apply`. */
  apply: boolean
}

/** `approve ID`: shows what was computed, asks, approves exactly that, and stays until it is applied. */
export async function approvePlan(session: Session, given: string, options: ApproveOptions): Promise<number> {
  const override = readOverride(options)
  const { client } = session
  const whole = await client.get(`/plans/${encodeURIComponent(fullId('pln', given))}`, planWhole)
  const page = await session.page()
  const summary = [
    planHeader(whole, page),
    guardLines(whole.findings, page.paint),
    seatTable(whole.seats, page),
    besideLines(whole, page),
  ]
  if (!session.json) session.terminal.out(`${summary.filter((part) => part !== '').join('\n')}\n`)
  if (whole.state === 'awaiting_approval') stopWhereHeld(whole, override !== undefined)
  const flags = override === undefined ? '' : ` --override ${override.count} --reason ${quoted(override.reason)}`
  const line = typed(`approve ${whole.id}${flags}${options.apply ? '' : ' --no-apply'}`)
  const question = `${options.apply ? 'Approve and apply' : 'Approve'} ${number(whole.itemCount)} ${whole.itemCount === 1 ? 'item' : 'items'}?`
  if (whole.state === 'awaiting_approval' && !(await confirmed(session, question, line))) {
    session.terminal.out(`Nothing was done; plan ${whole.id} still waits.\n`)
    return WAITS
  }
  const approved = await client.post(
    `/plans/${whole.id}/approve`,
    { hash: whole.hash, start: options.apply, ...(override === undefined ? {} : { override }) },
    plan,
  )
  if (approved.state === 'awaiting_approval') {
    const lines = [
      `Plan ${approved.id} is refused by its guards, so it needs two administrators: ${missingAdministrators(approved)}.`,
      `0 of ${number(approved.itemCount)} items were applied.`,
      `The same for them: ${overrideLine(approved)}`,
    ]
    session.show(approved, `${lines.join('\n')}\n`)
    return WAITS
  }
  if (!options.apply) return session.show(approved, `Plan ${whole.id} is approved.\n${nextLines(approved)}`)
  return await follow(session, whole.id)
}

function readOverride({ override, reason }: ApproveOptions): { count: number; reason: string } | undefined {
  if (override === undefined && reason === undefined) return undefined
  if (override === undefined)
    throw usage('--reason belongs to --override.', 'Give both: --override COUNT --reason TEXT')
  if (!/^\d{1,9}$/.test(override))
    throw usage(`--override needs a number, not ${override}.`, 'Type the number that the guard shows.')
  if (reason === undefined || reason.trim() === '') {
    throw usage(
      'An override needs a reason, which is kept with the plan.',
      `Add --reason "why these ${override} are right".`,
    )
  }
  return { count: Number(override), reason }
}

/** `--yes` never lifts a hold on an amount: the number and a reason have to be typed. */
function stopWhereHeld(whole: Plan, overridden: boolean): void {
  const none = `0 of ${number(whole.itemCount)} items were applied.`
  if (whole.verdict === 'refuse' && !overridden) {
    throw new CliError(
      'PLAN_REFUSED',
      `Plan ${whole.id} is refused. ${none}`,
      `If it is right, type: ${overrideLine(whole)} (${missingAdministrators(whole)})`,
      WAITS,
    )
  }
  if (whole.verdict === 'hold' && !overridden) {
    throw new CliError(
      'PLAN_HELD',
      `Plan ${whole.id} is held. ${none}`,
      `If it is right, type: ${overrideLine(whole)}`,
      WAITS,
    )
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`

export async function rejectPlan(session: Session, given: string, options: { reason?: string }): Promise<number> {
  const id = encodeURIComponent(fullId('pln', given))
  const { hash } = await session.client.get(`/plans/${id}`, plan)
  const rejected = await session.client.post(
    `/plans/${id}/reject`,
    { hash, ...(options.reason ? { reason: options.reason } : {}) },
    plan,
  )
  return session.show(rejected, `Plan ${rejected.id} is rejected. Nothing of it was applied.\n`)
}

/** `apply ID`: starts an approved plan, stays with a running one, tells how an ended one ended. */
export async function applyPlan(session: Session, given: string): Promise<number> {
  const { client } = session
  const whole = await client.get(`/plans/${encodeURIComponent(fullId('pln', given))}`, planWhole)
  if (whole.state === 'awaiting_approval' || whole.state === 'draft') {
    if (whole.state === 'awaiting_approval') stopWhereHeld(whole, false)
    throw new CliError(
      'PLAN_WAITS',
      `Plan ${whole.id} waits for an approval.`,
      `To approve it, type: ${typed(`approve ${whole.id}`)}`,
      WAITS,
    )
  }
  if (hasEnded(whole)) return await report(session, whole.id, await client.get(`/plans/${whole.id}/progress`, progress))
  await client.post(`/plans/${whole.id}/apply`, {}, plan)
  return await follow(session, whole.id)
}
