/** `login-link`: a link that opens the console once. */
import { z } from 'zod'
import type { Session } from './session.ts'

const link = z.looseObject({ url: z.string(), administrator: z.string().nullable(), expiresAt: z.string() })

export async function loginLink(session: Session, { administrator }: { administrator?: string }): Promise<number> {
  const answer = await session.client.postAbove('/login-links', { administrator }, link)
  const minutes = Math.max(1, Math.round((Date.parse(answer.expiresAt) - Date.now()) / 60_000))
  session.show(answer, `${answer.url}\n`)
  if (session.json) return 0
  const whom = answer.administrator === null ? 'the bootstrap administrator' : answer.administrator
  session.terminal.err(`Opens the console as ${whom}: once, within ${minutes} minutes. Whoever has it gets in.\n`)
  return 0
}
