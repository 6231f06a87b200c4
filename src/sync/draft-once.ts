/** Draft once: whoever asks for the same twice, by a double click or in two tabs, gets the draft that is there. */
import { createHash } from 'node:crypto'
import { isDraftByHand } from '../reconcile/review.ts'
import type { Transaction } from '../store/connection.ts'
import { readPlan } from '../store/plans.ts'
import { keepAnswer, takeRequest } from '../store/repeatable.ts'
import { type Drafting, draft } from './draft.ts'
import type { Parts } from './parts.ts'

/** Thrown through a draft that was there already, so that nothing of the second one stays. */
export class AlreadyDrafted extends Error {
  readonly plan: number

  constructor(plan: number) {
    super('the same was drafted before')
    this.plan = plan
  }
}

/** How many drafts of the same, one after the other, may have come to an end on one day. */
const MOST_BEFORE = 50

/**
 * As `draft`; but where the same administrator asked for the very same within a day, and nobody has decided about that draft yet, it is
 * returned again as long as nothing has changed. Drafts of an organization are made one after the other, so of two at once one finds the other.
 *
 * @param also what else makes it another request: lines that are left out
 * @returns the id of the plan
 * @throws what `draft` throws
 */
export async function draftOnce(parts: Parts, organization: number, asked: Drafting, also: unknown): Promise<number> {
  const { operation, quiet, again = false, actor } = asked
  const digest = createHash('sha256')
    .update(JSON.stringify([actor.name, operation, quiet, again, also]))
    .digest()
  try {
    const { plan } = await draft(parts, organization, {
      ...asked,
      async along(transaction, made) {
        const at = parts.now()
        let key = `console ${digest.toString('hex')}`
        for (let tries = 0; tries < MOST_BEFORE; tries++) {
          const known = await takeRequest(transaction, organization, { tokenId: 0, key }, { digest, at, abandoned: 0 })
          if (known === null) {
            await keepAnswer(transaction, organization, { tokenId: 0, key }, String(made))
            return
          }
          const before = Number(known.answer)
          if (before === made) return
          if (await isStillIt(transaction, organization, before, made)) throw new AlreadyDrafted(before)
          // That one has come to an end, or is not how things are now: what is asked for stands behind it.
          key = `console ${digest.toString('hex')} ${before}`
        }
      },
    })
    return plan
  } catch (error) {
    if (error instanceof AlreadyDrafted) return error.plan
    throw error
  }
}

/** Whether nobody has decided about the earlier draft, and what it foresees is what would be foreseen now. */
async function isStillIt(
  transaction: Transaction,
  organization: number,
  before: number,
  made: number,
): Promise<boolean> {
  const [old, fresh] = [
    await readPlan(transaction, organization, before),
    await readPlan(transaction, organization, made),
  ]
  if (old === null || fresh === null || !isDraftByHand(old)) return false
  return old.revision === fresh.revision && JSON.stringify(old.seats) === JSON.stringify(fresh.seats)
}
