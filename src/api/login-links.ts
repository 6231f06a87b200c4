/** Links that let an administrator into the console once. */
import { z } from '@hono/zod-openapi'
import { type Caller, hashToken, makeSecret } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { handsOf } from '../reconcile/consent.ts'
import { readEmail } from '../reconcile/normalise.ts'
import { holds } from '../reconcile/roles.ts'
import { tokenMakers } from '../store/access.ts'
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

/**
 * Null: the bootstrap administrator, which only the bootstrap token may let in. Whoever has a link is its administrator to the console,
 * also where two have to say the same. So a token of an organization makes links for its own administrator alone, and none where
 * somebody else has made it and may hold it: those are mailed their link from the console.
 */
async function whomFor(
  door: Door,
  { name, organization, tokenId }: Caller,
  administrator: string | undefined,
): Promise<{ email: string; key: string } | null> {
  if (administrator === undefined && organization === null) return null
  const { sql } = door.context.parts
  const wanted = administrator ?? name
  const read = readEmail(wanted)
  const email = read.ok ? await administratorAnywhere(sql, read.key, organization) : null
  if (!read.ok || email === null) throw refusal(`${wanted} is no administrator here; the configuration lists them.`)
  const { key } = read
  if (organization === null || tokenId === null) return { email, key }
  const hands = handsOf({ by: name, makers: await tokenMakers(sql, organization, tokenId) })
  if (hands.every((one) => one === key)) return { email, key }
  throw refusal(
    `this token makes no link for ${email}, since somebody else may hold it; in the console, under Administrators, an admin has one mailed to them.`,
  )
}

const refusal = (detail: string): RosterdError => new RosterdError('INPUT_INVALID', { detail })
