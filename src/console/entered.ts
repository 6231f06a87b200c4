/** Somebody has come in, or leaves. A browser has one session at a time: what it had before must not be left lying about. */
import type { Context } from 'hono'
import { leave } from '../sync/sign-in.ts'
import { type ConsoleEnv, type Door, giveCookie, safePath } from './door.ts'

/** Hands over the cookie of the new session, and leads on to `to`, or to the first page where that is none of ours. */
export async function enter(door: Door, c: Context<ConsoleEnv>, secret: string, to: string | null): Promise<Response> {
  await forgetSession(door, c)
  giveCookie(c, door.context, secret)
  return c.redirect(safePath(to) ?? '/', 303)
}

export async function forgetSession({ context }: Door, c: Context<ConsoleEnv>): Promise<void> {
  const session = c.var.signedIn?.session
  if (session === undefined) return
  await leave(context.parts, session.administratorKey, session.id, { requestId: c.var.requestId })
}
