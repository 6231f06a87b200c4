/** Deciding about plans: approve, reject, apply. */
import { typed } from '../typed.ts'
import { type Plan, type PlanWhole, plan, planWhole, progress } from './answers.ts'
import { CliError, usage, WAITS } from './exit.ts'
import { expectedText } from './expected.ts'
import { follow, hasEnded, report } from './follow.ts'
import {
  besideLines,
  guardLines,
  isDraft,
  missingAdministrators,
  nextLines,
  overrideLine,
  planHeader,
  seatTable,
} from './render/plan.ts'
import { questionOf } from './render/question.ts'
import { number } from './render/words.ts'
import { confirmed, fullId, type Session } from './session.ts'

export interface ApproveOptions {
  override?: string
  reason?: string
  /** The beginning of the hash of the plan as it was seen. */
  hash?: string
  /** False with `--no-apply`. */
  apply: boolean
  /** Lines of the file of which it was said already that they come to nothing. */
  told?: readonly number[]
}

/** `approve ID`: shows what was computed, asks, approves exactly that, and stays until it is applied. */
export async function approvePlan(session: Session, given: string, options: ApproveOptions): Promise<number> {
  const override = readOverride(options)
  const seen = readHash(options)
  const whole = await session.client.get(`/plans/${encodeURIComponent(fullId('pln', given))}`, planWhole)
  // Not what was seen: the daemon refuses it, and says what was changed since and by whom.
  if (!whole.hash.startsWith(seen))
    await session.client.post(`/plans/${whole.id}/approve`, { hash: seen, start: false }, plan)
  if (!session.json) session.terminal.out(await summaryText(session, whole, options.told))
  return await decideShown(session, whole, { apply: options.apply, ...(override !== undefined && { override }) })
}

/** What a decision about the plan rests on. */
export async function summaryText(session: Session, whole: PlanWhole, told: readonly number[] = []): Promise<string> {
  const page = await session.page()
  const parts = [
    planHeader(whole, page),
    guardLines(whole.findings, page.paint),
    seatTable(whole.seats, page),
    whole.lane === 'by_hand' ? await expectedText(session, whole, told) : besideLines(whole, page),
  ]
  return `${parts.filter((part) => part !== '').join('\n')}\n`
}

interface Decision {
  override?: { count: number; reason: string }
  apply: boolean
}

/** Asks about a plan that was shown, approves it, and stays until it is applied. */
async function decideShown(session: Session, whole: PlanWhole, { override, apply }: Decision): Promise<number> {
  const { client } = session
  const decides = whole.state === 'awaiting_approval' || isDraft(whole)
  if (decides) stopWhereHeld(whole, override !== undefined)
  const flags = override === undefined ? '' : ` --override ${override.count} --reason ${quoted(override.reason)}`
  const line = typed(`approve ${whole.id}${flags}${apply ? '' : ' --no-apply'}`)
  if (decides && !(await confirmed(session, questionOf(whole, await usersOf(session, whole), apply), line))) {
    const rest = isDraft(whole) ? `is kept as a draft. To go on with it: ${line}` : 'still waits.'
    session.terminal.out(`Nothing was done; plan ${whole.id} ${rest}\n`)
    return WAITS
  }
  const approved = await client.post(
    `/plans/${whole.id}/approve`,
    { hash: whole.hash, start: apply, ...(override === undefined ? {} : { override }) },
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
  if (!apply) return session.show(approved, `Plan ${whole.id} is approved.\n${nextLines(approved)}`)
  return await follow(session, whole.id)
}

/** How many people are left of a plan that somebody asked for. */
async function usersOf({ client }: Session, { id, operation, leftOut }: PlanWhole): Promise<number> {
  if (operation === null) return 0
  const { given, merged, errors } = operation.rows
  const without = leftOut === 0 ? 0 : ((await client.get(`/plans/${id}/progress`, progress)).people?.['leftOut'] ?? 0)
  return given - merged - errors - without
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

/** Empty where nothing is said of it. */
function readHash({ hash = '' }: ApproveOptions): string {
  if (hash === '' || /^[0-9a-f]{8,64}$/.test(hash)) return hash
  throw usage(
    `--hash needs the hash of a plan, or its first 12 characters, not ${hash}.`,
    `${typed('show PLAN')} prints it.`,
  )
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
    if (whole.state === 'awaiting_approval' || isDraft(whole)) stopWhereHeld(whole, false)
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
