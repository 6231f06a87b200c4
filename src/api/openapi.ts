/**
 * One route of the admin API: what goes in and what comes out are zod schemas, and the same schemas are its page in the OpenAPI
 * document, so that the two cannot differ.
 */
import { OpenAPIHono, z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import type { Logger } from 'pino'
import { type AdministratorRole, type Caller, holds } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { findOrganization, type Organization } from '../store/organizations.ts'
import type { Actor, Parts } from '../sync/parts.ts'
import type { ApiContext } from './context.ts'

export interface DoorEnv {
  Variables: { caller: Caller; requestId: string; log: Logger }
}

/** The routes of one API, with what all of them need. */
export interface Door {
  app: OpenAPIHono<DoorEnv>
  context: ApiContext
}

export function openDoor(context: ApiContext): Door {
  return { app: new OpenAPIHono<DoorEnv>(), context }
}

/** The names in braces of a path. */
type NamesIn<P extends string> = P extends `${string}{${infer Name}}${infer Rest}` ? Name | NamesIn<Rest> : never

interface Definition<P extends string, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  method: 'get' | 'post' | 'delete'
  /** Below the organization: `/plans/{plan}`. */
  path: P
  noun: string
  summary: string
  role: AdministratorRole
  query?: Q
  body?: B
  /** What a JSON answer holds: anything else is cut off, what is missing is an internal error. `z.never()` where only files come out. */
  answer: A
  /** Media types that the route answers with where the request's Accept asks for them. */
  files?: readonly string[]
}

interface Asked<N extends string, Q, B> {
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

const PREFIX = '/api/v1/organizations/{organization}'
export const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    detail: z.string(),
    next: z.string(),
  })
  .openapi('Problem')

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
  document(door, definition)
  const path = (PREFIX + definition.path).replaceAll(/\{(\w+)\}/g, ':$1')
  door.app.on(definition.method.toUpperCase(), path, async (c) => {
    const { caller } = c.var
    if (!holds(caller.role, definition.role)) throw new RosterdError('FORBIDDEN', { role: definition.role })
    const organization = await organizationOf(door, caller, c.req.param('organization') ?? '')
    const answered = await handle({
      parts: { ...door.context.parts, log: c.var.log },
      organization,
      actor: { kind: 'person', name: caller.name, role: caller.role },
      query: parsed(definition.query, c.req.query(), 'query'),
      body: parsed(definition.body, definition.body ? await jsonOf(c) : undefined, 'body'),
      param: (name) => c.req.param(name) ?? '',
      accept: (c.req.header('accept') ?? '').toLowerCase(),
    })
    return answered instanceof Response ? answered : c.json(definition.answer.parse(answered))
  })
}

async function organizationOf(door: Door, caller: Caller, key: string): Promise<Organization> {
  const found = /^[\w.-]{1,100}$/.test(key) ? await findOrganization(door.context.parts.sql, key) : null
  // Somebody else's organization does not exist for the caller.
  if (found === null || (caller.organization !== null && caller.organization !== found.id)) {
    throw new RosterdError('ORGANIZATION_NOT_FOUND', { organization: key })
  }
  return found
}

async function jsonOf(c: Context): Promise<unknown> {
  const text = await c.req.text()
  if (text.trim() === '') return {}
  try {
    return JSON.parse(text)
  } catch {
    throw new RosterdError('INPUT_INVALID', { detail: 'the body is not JSON.' })
  }
}

/** A route without the schema has nothing to read: its type is that of `z.undefined()`. */
function parsed<S extends z.ZodType>(schema: S | undefined, value: unknown, where: string): z.output<S>
function parsed(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const detail = result.error.issues.map((issue) => `${[where, ...issue.path].join('.')}: ${issue.message}`).join('; ')
  throw new RosterdError('INPUT_INVALID', { detail: `${detail}.` })
}

function document(door: Door, definition: Definition<string, z.ZodType, z.ZodType, z.ZodType>): void {
  const path = PREFIX + definition.path
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '')
  const files = Object.fromEntries((definition.files ?? []).map((type) => [type, { schema: z.string() }]))
  const json = definition.answer instanceof z.ZodNever ? {} : { 'application/json': { schema: definition.answer } }
  door.app.openAPIRegistry.registerPath({
    method: definition.method,
    path,
    tags: [definition.noun],
    summary: definition.summary,
    description: `Needs the role ${definition.role}.`,
    security: [{ bearer: [] }],
    request: {
      params: z.object(Object.fromEntries(names.map((name) => [name, z.string()]))),
      ...(definition.query instanceof z.ZodObject ? { query: definition.query } : {}),
      ...(definition.body ? { body: { content: { 'application/json': { schema: definition.body } } } } : {}),
    },
    responses: {
      200: { description: 'Done.', content: { ...json, ...files } },
      default: { description: 'What went wrong.', content: { 'application/problem+json': { schema: problem } } },
    },
  })
}
