/** Invite, remove, assign and revoke by hand: whom, as what it is understood, what it would do, and then whether it shall. */
import type { z } from 'zod'
import type { Verb } from '../reconcile/operation.ts'
import { drafted, planWhole } from './answers.ts'
import { applyPlan, approvePlan, summaryText } from './decide.ts'
import { CliError, DONE, INCOMPLETE, WAITS } from './exit.ts'
import { nextLines } from './render/plan.ts'
import { MOST_NOTES } from './render/upload.ts'
import { askedOf, type HandOptions, readingOf, selectionOf } from './selection.ts'
import type { Session } from './session.ts'
import { uploadFile } from './upload.ts'

type Drafted = z.output<typeof drafted>

/** Drafts what was asked for, shows it, and goes on as `approve` does; with --dry-run it ends there. */
export async function byHand(session: Session, verb: Verb, options: HandOptions): Promise<number> {
  const selected = selectionOf(verb, options)
  const asked = askedOf(verb, options)
  const file = 'csv' in selected ? await uploadFile(session, verb, selected.csv, readingOf(options)) : null
  const selection = file === null ? selected : { upload: file.id }
  const told = file?.errors.slice(0, MOST_NOTES).map(({ line }) => line) ?? []
  let draft: Drafted
  try {
    draft = await session.client.post('/operations', { ...asked, ...selection }, drafted)
  } catch (error) {
    return await doneBefore(session, error)
  }
  if (draft.repeated && !session.json)
    session.terminal.out(`This was asked for before: it is plan ${draft.id}. To ask for it anew: --again\n\n`)
  if (options.dryRun) return await dryRun(session, draft, told)
  if (draft.state === 'draft' || draft.state === 'awaiting_approval')
    return await approvePlan(session, draft.id, { apply: true, told }).catch((error) =>
      overtaken(session, draft, error),
    )
  if (draft.state !== 'approved' || draft.startedAt !== null) return await applyPlan(session, draft.id)
  // Whoever approved it without starting it had a reason.
  session.show(draft, `Plan ${draft.id} is approved.\n${nextLines(draft)}`)
  return WAITS
}

/** Whoever asked for the same at the same time let it happen first: then it is theirs, and how it ends is the answer. */
async function overtaken(session: Session, { id }: Drafted, error: unknown): Promise<number> {
  if (!(error instanceof CliError) || error.code !== 'PLAN_STATE') throw error
  const { startedAt, approvedBy } = await session.client.get(`/plans/${id}`, planWhole)
  if (startedAt === null) throw error
  if (!session.json) session.terminal.out(`Meanwhile ${approvedBy} has approved it.\n`)
  return await applyPlan(session, id)
}

/** The same file was applied wholly: how that ended is the answer. */
async function doneBefore(session: Session, error: unknown): Promise<number> {
  if (!(error instanceof CliError) || error.code !== 'DUPLICATE_OPERATION' || error.about === undefined) throw error
  if (!session.json) session.terminal.out(`${error.message} ${error.next}\n`)
  return await applyPlan(session, error.about)
}

async function dryRun(session: Session, { id }: Drafted, told: readonly number[]): Promise<number> {
  const whole = await session.client.get(`/plans/${id}`, planWhole)
  const text = session.json ? '' : await summaryText(session, whole, told)
  session.show(whole, `${text}Nothing was done.\n${nextLines(whole)}`)
  return whole.rowErrors > 0 ? INCOMPLETE : DONE
}
