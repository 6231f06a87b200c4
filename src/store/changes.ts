/** Numbers of changes: every version of a row says from which change to which it held. */
import type { Handle } from './connection.ts'

export type Cause = 'snapshot' | 'mirror' | 'evaluation' | 'plan' | 'rules' | 'manual'

/** Takes the next change number and writes why, in the transaction whose rows will carry it. */
export async function nextChange(
  handle: Handle,
  organization: number,
  at: Date,
  cause: Cause,
  causeId: number | null = null,
): Promise<number> {
  const [row] = await handle<{ number: number }[]>`
    insert into changes (organization_id, number, at, cause, cause_id)
    values (${organization}, nextval('change_numbers'), ${at}, ${cause}, ${causeId})
    returning number`
  if (!row) throw new Error('a change without a number')
  return row.number
}
