/** An invitation of one person, with what is known of them. */
import { z } from 'zod'
import { approvePlan } from './decide.ts'
import { usage } from './exit.ts'
import type { HandOptions } from './selection.ts'
import type { Session } from './session.ts'

export interface InviteOptions {
  user?: string[]
  firstName?: string
  lastName?: string
  language?: string
  quiet?: boolean
}

/** One person and nothing but their name: what `inviteByHand` takes. */
export function isForOne(options: InviteOptions & HandOptions): boolean {
  const { user, firstName, lastName, language, csv, product, expires, role, wait, dryRun, again } = options
  const { where, encoding, delimiter, dateOrder, column } = options
  const more =
    csv ??
    where ??
    product ??
    expires ??
    role ??
    wait ??
    dryRun ??
    again ??
    encoding ??
    delimiter ??
    dateOrder ??
    column
  if (user?.length === 1 && more === undefined) return true
  if ((firstName ?? lastName ?? language) !== undefined)
    throw usage(
      '--first-name, --last-name and --language are of one person.',
      'For several, or with products, put them into a file and give it with --csv.',
    )
  return false
}

/** `invite --user E-MAIL`: plans it, then goes on as `approve` does. */
export async function inviteByHand(session: Session, options: InviteOptions): Promise<number> {
  const { user: [email] = [], firstName, lastName, language, quiet } = options
  const { plan } = await session.client.post(
    '/members',
    { email, firstName, lastName, language, quiet },
    z.object({ plan: z.string() }),
  )
  return await approvePlan(session, plan, { apply: true })
}
