/** Letters as a list shows them: to whom, about what, and how far each got. */
import type { Handle, Transaction } from './connection.ts'

export const LETTER_STATES = ['due', 'sending', 'sent', 'failed', 'unknown'] as const

export interface LetterListRow {
  id: number
  audience: 'member' | 'administrator'
  event: string
  /** 0 where it is about none. */
  planId: number
  address: string
  state: (typeof LETTER_STATES)[number]
  attempt: number
  /** When it was due; of one that is tried again, when. */
  dueAt: Date
  error: string | null
}

/** Newest first; without a state the ids alone give the order. */
export async function listLetters(
  handle: Handle,
  organization: number,
  { state, before, limit }: { state: LetterListRow['state'] | null; before: number | null; limit: number },
): Promise<LetterListRow[]> {
  return await handle<LetterListRow[]>`
    select id, audience, event, plan_id as "planId", address, state, attempt, due_at as "dueAt", error from letters
    where organization_id = ${organization}
      ${state === null ? handle`` : handle`and state = ${state}`}
      ${before === null ? handle`` : handle`and id < ${before}`}
    order by id desc limit ${limit}`
}

/** A sign-in link works once and for some days: a letter that carries one is made anew instead. */
export const WITH_LINK = 'administrator_invited'

/**
 * Puts a letter that failed, or of which it is not known whether it left, on its way again; null where there is none of that kind.
 * What it tells is read when it leaves, as of any other.
 */
export async function letterDueAgain(
  transaction: Transaction,
  organization: number,
  letter: number,
  at: Date,
): Promise<{ address: string; planId: number; state: string; event: string } | null> {
  const [row] = await transaction<{ address: string; planId: number; state: string; event: string }[]>`
    with before as materialized (
      select id, state from letters where organization_id = ${organization} and id = ${letter} for update)
    update letters l set state = 'due', due_at = ${at}, attempt = 0, error = null, message_id = null
    from before b
    where l.organization_id = ${organization} and l.id = b.id and b.state in ('failed', 'unknown') and l.event <> ${WITH_LINK}
    returning l.address, l.plan_id as "planId", b.state, l.event`
  return row ?? null
}
