/**
 * One route of the admin API: what goes in and what comes out are zod schemas, and the same schemas are its page in the OpenAPI
 * document, so that the two cannot differ.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Logger } from 'pino'
import type { Caller } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { type AdministratorRole, holds } from '../reconcile/roles.ts'
import { findOrganization, type Organization } from '../store/organizations.ts'
import type { Actor, Parts } from '../sync/parts.ts'
import { jsonOf } from './body.ts'
import type { ApiContext } from './context.ts'
import { describe } from './describe-route.ts'
import { mistakes } from './mistakes.ts'
import { answerOnce, digestOf, keyOf } from './once.ts'
import { PATIENCE_MS, within } from './patience.ts'

export interface DoorEnv {
  Variables: { caller: Caller; requestId: string; log: Logger }
}

/** The routes of one API, with what all of them need. */
export interface Door {
  app: OpenAPIHono<DoorEnv>
  context: ApiContext
  /** Routes whose bodies are bytes, as `POST /path/:name`: they count them for themselves. */
  raw: Set<string>
}

export function openDoor(context: ApiContext): Door {
  return { app: new OpenAPIHono<DoorEnv>(), context, raw: new Set() }
}

/** The names in braces of a path. */
export type NamesIn<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

export interface Definition<P extends string, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  /** Below the organization: `/plans/{plan}`; empty for the organization itself. */
  path: P
  noun: string
  summary: string
  role: AdministratorRole
  /** Without it the route has no query, and any is a mistake. */
  query?: Q
  body?: B
  /** What a JSON answer holds: anything else is cut off, what is missing is an internal error. `z.never()` where only files come out. */
  answer: A
  /** Media types that the route answers with where the request's Accept asks for them. */
  files?: readonly string[]
  /** Milliseconds that the answer may take; `PATIENCE_MS` when absent. */
  patience?: number
  /** A field of the answer that is shown once, and kept for no repetition of the request. */
  secret?: string
}

export interface Asked<N extends string, Q, B> {
  parts: Parts
  organization: Organization
  actor: Actor
  query: Q
  body: B
  /** The text in the place of `{name}`. */
  param(name: N): string
  /** The request's Accept header, lower case. */
  accept: string
}

export const PREFIX = '/api/v1/organizations/{organization}'
const NO_QUERY = z.strictObject({})

/** Adds a route below one organization. The handler answers with JSON of `answer`, or with a Response of its own. */
export function route<
  P extends string,
  A extends z.ZodType,
  Q extends z.ZodType = z.ZodUndefined,
  B extends z.ZodType = z.ZodUndefined,
>(
  door: Door,
  definition: Definition<P, Q, B, A>,
  handle: (asked: Asked<NamesIn<P>, z.output<Q>, z.output<B>>) => Promise<z.input<A> | Response>,
): void {
  describe(door.app.openAPIRegistry, PREFIX, definition)
  const answering = async (c: Context<DoorEnv>): Promise<Response> => {
    const admitted = await admit(door, definition, c)
    const asked = {
      ...admitted,
      body: parsed(definition.body, definition.body ? await jsonOf(c) : undefined, 'body'),
    }
    const json = async (value: z.input<A>) => JSON.stringify(definition.answer.parse(value))
    const key = definition.method === 'post' ? keyOf(c) : null
    if (key === null) {
      const answered = await handle(asked)
      return answered instanceof Response ? answered : shown(await json(answered))
    }
    const { text, repeated } = await answerOnce(
      { parts: asked.parts, organization: asked.organization.id, tokenId: c.var.caller.tokenId ?? 0, key },
      { digest: digestOf(definition.method, c.req.path, asked.body), secret: definition.secret },
      async () => {
        const answered = await handle(asked)
        if (answered instanceof Response) throw new TypeError('a route that answers with a file cannot be repeated')
        return await json(answered)
      },
    )
    return shown(text, repeated ? { 'idempotency-replayed': 'true' } : {})
  }
  door.app.on(definition.method.toUpperCase(), pathOf(definition.path), (c) =>
    within(definition.patience ?? PATIENCE_MS, c.var.log, answering(c)),
  )
}

/** A path below the organization, as the router has it. */
export const pathOf = (path: string): string => (PREFIX + path).replaceAll(/\{(\w+)\}/g, ':$1')

/** Everything of a request but its body, once it is known that whoever asks may. */
export async function admit<Q extends z.ZodType>(
  door: Door,
  { role, query: schema }: { role: AdministratorRole; query?: Q },
  c: Context<DoorEnv>,
): Promise<Omit<Asked<string, z.output<Q>, never>, 'body'>> {
  const { caller } = c.var
  if (!holds(caller.role, role)) throw new RosterdError('FORBIDDEN', { role })
  const organization = await organizationOf(door, caller, c.req.param('organization') ?? '')
  const query = c.req.query()
  if (schema === undefined) parsed(NO_QUERY, query, 'query')
  return {
    parts: { ...door.context.parts, log: c.var.log },
    organization,
    actor: actorOf(caller, c.var.requestId),
    query: parsed(schema, query, 'query'),
    param: (name) => c.req.param(name) ?? '',
    accept: (c.req.header('accept') ?? '').toLowerCase(),
  }
}

export const shown = (json: string, headers: Record<string, string> = {}): Response =>
  new Response(json, { headers: { 'content-type': 'application/json', ...headers } })

function actorOf(caller: Caller, requestId: string): Actor {
  const { name, role, tokenId } = caller
  return { kind: 'person', name, role, requestId, ...(tokenId !== null && { tokenId }) }
}

async function organizationOf(door: Door, caller: Caller, key: string): Promise<Organization> {
  const found = /^[\w.-]{1,100}$/.test(key) ? await findOrganization(door.context.parts.sql, key) : null
  // Somebody else's organization does not exist for the caller.
  if (found === null || (caller.organization !== null && caller.organization !== found.id)) {
    throw new RosterdError('ORGANIZATION_NOT_FOUND', { organization: key })
  }
  return found
}

/** A route without the schema has nothing to read: its type is that of `z.undefined()`. */
function parsed<S extends z.ZodType>(schema: S | undefined, value: unknown, where: string): z.output<S>
function parsed(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new RosterdError('INPUT_INVALID', { detail: mistakes(result.error.issues, where, value) })
}
