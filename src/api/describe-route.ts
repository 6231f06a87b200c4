/** Routes as the OpenAPI document has them. */
import { type OpenAPIHono, z } from '@hono/zod-openapi'
import type { AdministratorRole } from '../reconcile/roles.ts'

type Registry = OpenAPIHono['openAPIRegistry']

const problem = z
  .looseObject({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string().openapi({ description: 'Of the closed catalogue; what else stands here are its values.' }),
    detail: z.string().openapi({ description: 'What is wrong, for a person.' }),
    next: z.string().openapi({ description: 'What to do about it.' }),
  })
  .openapi('Problem')

/** What stands in the braces of paths. */
const PARAMETERS: Readonly<Record<string, z.ZodType>> = {
  organization: z.string().openapi({ description: 'Its key.', example: 'acme' }),
  source: z.string().openapi({ description: 'Its key.', example: 'hr' }),
  product: z.string().openapi({ description: 'Its key.', example: 'vray' }),
  rule: z.string().openapi({ description: 'Its key.', example: 'artists' }),
  plan: z.string().openapi({ description: 'Its id.', example: 'pln_7' }),
  item: z.string().openapi({ description: 'Its number in the plan.', example: '12' }),
  member: z.string().openapi({ description: 'Its id.', example: 'mem_7' }),
  snapshot: z.string().openapi({ description: 'Its id.', example: 'snp_7' }),
  decision: z.string().openapi({ description: 'Its id.', example: 'dec_7' }),
  token: z.string().openapi({ description: 'Its id.', example: 'tok_7' }),
  assignment: z.string().openapi({ description: 'Its id.', example: 'asg_7' }),
  name: z.string().openapi({ description: 'Of a template, or of an export.', example: 'roster' }),
}

const repeatable = z.object({
  'idempotency-key': z.string().max(200).optional().openapi({
    description: 'Any text of your own, up to 200 characters: within 24 h a repetition gets the first answer.',
  }),
})

export interface Described {
  method: 'get' | 'post' | 'put' | 'patch' | 'delete'
  path: string
  noun: string
  summary: string
  role: AdministratorRole
  query?: z.ZodType
  body?: z.ZodType
  /** Media types of a body that is bytes. */
  bytes?: readonly string[]
  answer: z.ZodType
  files?: readonly string[]
}

export function describe(registry: Registry, prefix: string, route: Described): void {
  const path = prefix + route.path
  const names = [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? '')
  const files = Object.fromEntries((route.files ?? []).map((type) => [type, { schema: z.string() }]))
  const json = route.answer instanceof z.ZodNever ? {} : { 'application/json': { schema: route.answer } }
  const bytes = (route.bytes ?? []).map((type) => [type, { schema: z.string().openapi({ format: 'binary' }) }] as const)
  registry.registerPath({
    method: route.method,
    path,
    tags: [route.noun],
    summary: route.summary,
    description: `Needs the role ${route.role}.`,
    security: [{ bearer: [] }],
    request: {
      ...(names.length === 0
        ? {}
        : { params: z.object(Object.fromEntries(names.map((name) => [name, PARAMETERS[name] ?? z.string()]))) }),
      ...(route.query instanceof z.ZodObject ? { query: route.query } : {}),
      ...(route.method === 'post' ? { headers: repeatable } : {}),
      ...(route.body ? { body: { content: { 'application/json': { schema: route.body } } } } : {}),
      ...(bytes.length > 0 ? { body: { content: Object.fromEntries(bytes), required: true } } : {}),
    },
    responses: {
      200: { description: 'Done.', content: { ...json, ...files } },
      default: { description: 'What went wrong.', content: { 'application/problem+json': { schema: problem } } },
    },
  })
}
