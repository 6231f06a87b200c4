/** The API over two organizations that have lived through the same story, with every kind of thing in each, and tokens of every role. */
import { z } from 'zod'
import { openApiDocument } from '../../src/api/document.ts'
import { makeToken } from '../../src/auth.ts'
import { Sealer } from '../../src/sync/seal.ts'
import { live, openTenant, type Tenant } from '../store/conformance/tenants.ts'
import { type Answer, NOW, openWorld, type World } from './world.ts'

export const ROLES = ['viewer', 'operator', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** One route of the OpenAPI document. */
export interface Route {
  method: string
  /** With names in braces. */
  path: string
  role: Role
  names: string[]
  query: string[]
  hasBody: boolean
  /** What an answer of 200 must look like; null where only files come. */
  answer: z.ZodType | null
}

export interface LivedIn {
  world: World
  routes: Route[]
  alpha: Tenant
  omega: Tenant
  /** Of each role in alpha. */
  tokens: Record<Role, string>
  /** Of an admin of omega. */
  foreign: string
  /** A path with its names filled in: the organization's key, the tenant's ids, keys that both have. */
  fill(route: Route, organization: Tenant, ids: Tenant, over?: Record<string, string>): string
}

/** A source as the configuration has it, with a drop folder and a schedule. */
const WATCHED = {
  folder: '/nowhere',
  settle: 2_000,
  rest: 30_000,
  patience: 300_000,
  poll: 1_000,
  completion: 'auto',
  ordered: true,
  silentAfter: 'learned',
  keep: 86_400_000,
  checkPermissions: true,
  glob: ['*.csv'],
  schedule: { cron: '30 2 * * *', zone: 'Europe/Berlin' },
}

const operation = z.looseObject({
  description: z.string(),
  parameters: z.array(z.looseObject({ name: z.string(), in: z.string() })).default([]),
  requestBody: z.unknown().optional(),
  responses: z.looseObject({
    200: z.looseObject({ content: z.record(z.string(), z.looseObject({ schema: z.unknown() })) }),
  }),
})
const readable = z.looseObject({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.looseObject({ schemas: z.record(z.string(), z.unknown()) }),
})
const roleIn = z.string().transform((text) => z.enum(ROLES).parse(/role (\w+)/.exec(text)?.[1]))

/** A schema of the document as one that can be asked. */
function asked(schema: unknown, schemas: Record<string, unknown>): z.ZodType {
  const local = JSON.stringify({ ...z.record(z.string(), z.unknown()).parse(schema), $defs: schemas })
  return z.fromJSONSchema(JSON.parse(local.replaceAll('#/components/schemas/', '#/$defs/')))
}

export function routesOf(document: unknown): Route[] {
  const { paths, components } = readable.parse(document)
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, one]) => {
      const json = one.responses[200].content['application/json']
      return {
        method: method.toUpperCase(),
        path,
        role: roleIn.parse(one.description),
        names: [...path.matchAll(/\{(\w+)\}/g)].map((found) => found[1] ?? ''),
        query: one.parameters.filter((parameter) => parameter.in === 'query').map((parameter) => parameter.name),
        hasBody: one.requestBody !== undefined,
        answer: json === undefined ? null : asked(json.schema, components.schemas),
      }
    }),
  )
}

export async function openLivedIn(): Promise<LivedIn> {
  const world = await openWorld()
  const more = ['eve', 'fay']
  const [a, o] = [await openTenant(world.sql, 'alpha', []), await openTenant(world.sql, 'omega', more)]
  const [alpha, omega] = [await live(a, 'alpha', []), await live(o, 'omega', more)]
  for (const tenant of [alpha, omega]) await pin(world, tenant)
  await new Sealer(world.parts, world.auditKey).round()
  world.ids['alpha'] = alpha.ground.id
  world.ids['omega'] = omega.ground.id
  const tokens = { viewer: makeToken(), operator: makeToken(), admin: makeToken() }
  for (const role of ROLES) {
    await world.sql`
      insert into administrators (organization_id, email_key, email, role)
      values (${alpha.ground.id}, ${`${role}@alpha.test`}, ${`${role}@alpha.test`}, ${role})`
    await world.issue('alpha', `${role}@alpha.test`, tokens[role])
  }
  await world.sql`update sources set settings = settings || ${JSON.stringify(WATCHED)}::text::jsonb where kind = 'csv'`
  // As of a file without limits.
  await world.sql`update organizations set settings = settings || '{"limits": null}'`
  const foreign = makeToken()
  await world.issue('omega', 'kim@omega.test', foreign)
  return { world, routes: routesOf(openApiDocument(world.app, '0')), alpha, omega, tokens, foreign, fill }
}

/** Somebody was removed by hand once, which has lapsed, and does not get one product back. */
async function pin({ sql }: World, { ground, member, applied, mark }: Tenant): Promise<void> {
  await sql`
    insert into pins (organization_id, person_id, product_id, kind, until, created_by, plan_id, since)
    select m.organization_id, m.person_id, x.product, x.kind, ${NOW}, ${`kim@${mark}.test`}, ${applied}::bigint, x.since
    from members m, (values (0, 'exclude', ${NOW}::timestamptz), (${ground.product('cad')}::int, 'force_revoke', 'epoch')) x(product, kind, since)
    where m.organization_id = ${ground.id} and m.id = ${member}`
}

/** Routes that set something, which they may not do where the configuration file has it. */
const SET = /^(PUT|DELETE) .*\/(products|rules)\/\{\w+\}$/

function fill(route: Route, organization: Tenant, ids: Tenant, over: Record<string, string> = {}): string {
  const values: Record<string, string> = {
    organization: organization.ground.key,
    plan: `pln_${ids.applied}`,
    item: '1',
    member: `mem_${ids.member}`,
    assignment: `asg_${ids.lent.assignment}`,
    snapshot: `snp_${route.path.includes('/uploads/') ? ids.upload : ids.snapshot}`,
    decision: `dec_${ids.decision}`,
    token: `tok_${ids.token}`,
    source: 'hr',
    product: SET.test(`${route.method} ${route.path}`) ? 'tool' : 'cad',
    rule: SET.test(`${route.method} ${route.path}`) ? 'tools' : 'everyone',
    name: 'roster',
    ...over,
  }
  const borrow = route.method === 'DELETE' && route.path.endsWith('/borrow') ? `?device=WS%20${ids.mark}` : ''
  const query = route.path.endsWith('/uploads') ? '?verb=invite' : borrow
  return route.path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(values[name] ?? '')) + query
}

/** What is wrong with an answer, whatever was asked; null when nothing is. */
export function faultOf(answer: Answer, route: Route | null, codes: ReadonlyMap<string, number>): string | null {
  if (answer.status >= 500) return `a ${answer.status}: ${answer.text}`
  if (!answer.headers.get('x-request-id')) return 'no request id'
  if (answer.status === 200) {
    if (route?.answer == null || !/^application\/json/.test(answer.type)) return null
    const read = route.answer.safeParse(answer.json)
    return read.success ? null : `not as documented: ${z.prettifyError(read.error)}`
  }
  if (answer.type !== 'application/problem+json') return `a ${answer.status} of the type ${answer.type}`
  const { code, status, title, detail, next, type } = answer.json
  if (codes.get(String(code)) !== answer.status || status !== answer.status)
    return `a ${answer.status} with the code ${code}`
  const texts = [title, detail, next, type]
  if (texts.some((text) => typeof text !== 'string' || text === '')) return `an empty text: ${answer.text}`
  if (/\{\w+\}/.test(String(next))) return `a gap in its text: ${answer.text}`
  return null
}
