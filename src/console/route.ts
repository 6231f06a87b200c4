/** How a page and an action of the console are declared: the path below an organization, the role that it needs, and what it draws or does. */
import type { Context } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { RosterdError } from '../errors.ts'
import { type AdministratorRole, holds } from '../reconcile/roles.ts'
import { findOrganization, type Organization } from '../store/organizations.ts'
import { leaveNotice, type Notice, type OpenOrganization } from '../store/sessions.ts'
import type { Actor, Parts } from '../sync/parts.ts'
import { BOOTSTRAP, type SignedIn } from '../sync/sign-in.ts'
import { type ConsoleEnv, checkFormToken, type Door } from './door.ts'
import { draw } from './draw.tsx'
import { Form } from './form.ts'
import { addressOf, type Here, hereOf } from './here.ts'
import type { Screen } from './screen.ts'

/** What a page or an action is told. */
export interface Asked<N extends string = string> {
  /** Its log knows the request. */
  parts: Parts
  organization: Organization
  actor: Actor
  may(role: AdministratorRole): boolean
  /** The text in the place of `:name`. */
  param(name: N): string
  query: URLSearchParams
  /** Id of the element that the browser replaces; null when it wants the whole page. */
  part: string | null
  /** Address of a path below this organization: `at('/plans')` is `/o/acme/plans`. */
  at(path?: string): string
  /** Aborted when the daemon stops. */
  stopping: AbortSignal | undefined
  /** For parts that are drawn alone. */
  here: Here
  c: Context<ConsoleEnv>
}

export interface AskedToDo<N extends string = string> extends Asked<N> {
  form: Form
}

/** Where to go on after an action, and what the page there says first. */
export interface Go {
  go: string
  notice?: Notice
}

/** The names behind colons of a path. */
type NamesIn<P extends string> = P extends `${string}:${infer Name}/${infer Rest}`
  ? Bare<Name> | NamesIn<Rest>
  : P extends `${string}:${infer Name}`
    ? Bare<Name>
    : never
type Bare<N extends string> = N extends `${infer Name}{${string}` ? Name : N

interface Definition<P extends string> {
  /** Below the organization: `/plans/:plan`; empty for its main page. */
  path: P
  role: AdministratorRole
}

/** Forms carry choices and a few fields; actions that take files say how many bytes. */
const MOST_BYTES = 1_048_576

/** A page that GET shows. Whatever it throws from the catalogue is shown as a page, too. */
export function page<P extends string>(
  door: Door,
  { path, role }: Definition<P>,
  show: (asked: Asked<NamesIn<P>>) => Promise<Screen | Response>,
): void {
  door.offered.add(path)
  door.app.get(`/o/:organization${path}`, async (c) => {
    const asked = await admit(door, c, role)
    return await answer(door, asked, await show(asked))
  })
}

/**
 * Something that a form does by POST. Afterwards the browser goes on to a page, so that loading that one again repeats nothing; a form
 * with mistakes is drawn again instead.
 *
 * @param most bytes that the form may have, files included; a megabyte when absent
 */
export function action<P extends string>(
  door: Door,
  { path, role, most = MOST_BYTES }: Definition<P> & { most?: number },
  act: (asked: AskedToDo<NamesIn<P>>) => Promise<Go | Screen | Response>,
): void {
  const limited = bodyLimit({
    maxSize: most,
    onError: () => {
      throw new RosterdError('BODY_TOO_LARGE', { limit: most })
    },
  })
  door.app.post(`/o/:organization${path}`, async (c) => {
    const asked = await admit(door, c, role)
    // Only now: a body that does not say how long it is is read to its end to be measured, and nobody else may fill our memory with one.
    if (!c.req.raw.bodyUsed) await limited(c, async () => {})
    const form = await formOf(c)
    return await answer(door, asked, await act({ ...asked, form }))
  })
}

/** Reads the form, and makes sure that it comes from a page of this session. */
export async function formOf(c: Context<ConsoleEnv>): Promise<Form> {
  const data = await c.req.formData().catch(() => {
    throw new RosterdError('INPUT_INVALID', { detail: 'the form did not arrive whole.' })
  })
  const form = new Form(data)
  checkFormToken(c.var.secret ?? '', form.text('token'))
  return form
}

/** @throws RosterdError SESSION_OVER, FORBIDDEN, ORGANIZATION_NOT_FOUND */
async function admit(door: Door, c: Context<ConsoleEnv>, role: AdministratorRole): Promise<Asked> {
  const { signedIn } = c.var
  if (signedIn === null) throw new RosterdError('SESSION_OVER')
  const key = c.req.param('organization') ?? ''
  const open = signedIn.organizations.find((one) => one.key === key)
  const organization = open === undefined ? null : await findOrganization(door.context.parts.sql, key)
  // Somebody else's organization does not exist for whoever asks.
  if (open === undefined || organization === null)
    throw new RosterdError('ORGANIZATION_NOT_FOUND', { organization: key })
  if (!holds(open.role, role)) throw new RosterdError('FORBIDDEN', { role })
  return {
    parts: { ...door.context.parts, log: c.var.log },
    organization,
    actor: actorOf(signedIn, open, c.var.requestId),
    may: (needed) => holds(open.role, needed),
    param: (name) => c.req.param(name) ?? '',
    query: new URL(c.req.url).searchParams,
    part: partOf(c),
    at: (path) => addressOf(key, path),
    stopping: door.context.stopping,
    here: hereOf(door, c, organization),
    c,
  }
}

/** htmx writes `div#people` for the element that it replaces, and sends `partial` where that is not the whole page. */
function partOf(c: Context): string | null {
  if (c.req.header('hx-request-type') !== 'partial') return null
  return c.req.header('hx-target')?.split('#')[1] ?? ''
}

function actorOf({ session }: SignedIn, { role, email }: OpenOrganization, requestId: string): Actor {
  const name = session.administratorKey === null ? BOOTSTRAP : (email ?? session.administratorKey)
  return { kind: 'person', name, role, requestId }
}

async function answer(door: Door, asked: Asked, answered: Go | Screen | Response): Promise<Response> {
  if (answered instanceof Response) return answered
  if ('go' in answered) {
    const { session } = asked.c.var.signedIn ?? {}
    if (answered.notice !== undefined && session !== undefined)
      await leaveNotice(door.context.parts.sql, session, answered.notice)
    return asked.c.redirect(answered.go, 303)
  }
  return await draw(door, asked.c, asked.here, answered)
}
