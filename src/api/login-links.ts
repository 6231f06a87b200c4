/** Links that let an administrator into the console once. */
import { z } from '@hono/zod-openapi'
import { type Caller, hashToken, makeSecret } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { holds } from '../reconcile/roles.ts'
import { administratorAnywhere } from '../store/login-links.ts'
import { makeLink } from '../sync/sign-in.ts'
import { jsonOf } from './body.ts'
import { describe } from './describe-route.ts'
import { instant, words } from './fields.ts'
import { mistakes } from './mistakes.ts'
import type { Door } from './openapi.ts'

const PATH = '/login-links'
const body = z.strictObject({
  administrator: words(1_000).optional().openapi({
    description: 'E-mail address of an administrator; without it the link is for whoever asks.',
  }),
})
const link = z
  .object({
    url: z.string().openapi({ description: 'Opens the console once, in whichever browser comes first.' }),
    administrator: z.string().nullable().openapi({ description: 'Null: the bootstrap administrator.' }),
    expiresAt: instant,
  })
  .openapi('LoginLink')

/** An organization is not named: a session of somebody who is an administrator of several opens all of them. */
export function loginLinkRoutes(door: Door): void {
  const { app, context } = door
  describe(app.openAPIRegistry, '/api/v1', {
    method: 'post',
    path: PATH,
    noun: 'tokens',
    summary: 'Make a link that lets an administrator into the console once, within ten minutes; it is shown this once',
    role: 'admin',
    body,
    answer: link,
  })
  app.post(`/api/v1${PATH}`, async (c) => {
    const { caller } = c.var
    if (!holds(caller.role, 'admin')) throw new RosterdError('FORBIDDEN', { role: 'admin' })
    const given = body.safeParse(await jsonOf(c))
    if (!given.success)
      throw new RosterdError('INPUT_INVALID', { detail: mistakes(given.error.issues, 'body', given.data) })
    const whom = await whomFor(door, caller, given.data.administrator)
    const secret = makeSecret()
    const expiresAt = await makeLink(context.parts, hashToken(secret), {
      // A token opens one organization, and so does what is made with it.
      only: caller.organization ?? 0,
      administratorKey: whom?.key ?? null,
      createdBy: caller.name,
    })
    const base = context.baseUrl?.() ?? new URL(c.req.url).origin
    return c.json(
      link.parse({
        url: `${base}/sign-in?link=${secret}`,
        administrator: whom?.email ?? null,
        expiresAt: expiresAt.toISOString(),
      }),
    )
  })
}

/** Null: the bootstrap administrator, which only the bootstrap token may let in. */
async function whomFor(
  door: Door,
  caller: Caller,
  administrator: string | undefined,
): Promise<{ email: string; key: string } | null> {
  if (administrator === undefined && caller.organization === null) return null
  const wanted = administrator ?? caller.name
  const read = readEmail(wanted)
  const email = read.ok ? await administratorAnywhere(door.context.parts.sql, read.key, caller.organization) : null
  if (read.ok && email !== null) return { email, key: read.key }
  const detail = `${wanted} is no administrator here; the configuration lists them.`
  throw new RosterdError('INPUT_INVALID', { detail })
}
