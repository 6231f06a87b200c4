/** Letters as a list shows them: to whom, about what, and how far each got. */
import type { Handle } from './connection.ts'

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
