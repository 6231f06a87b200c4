/**
 * An organization with some of everything behind a console: plans in all states, files that were read, held and broken, seats that are
 * short, a loan, an identity provider, letters; and the addresses of all screens that show it.
 */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Page } from 'playwright-core'
import { createApp } from '../../src/app.ts'
import { hashToken, makeSecret } from '../../src/auth.ts'
import { FILE_STEPS, PUSHED_STEPS } from '../../src/console/sources/setup-steps.ts'
import { showId } from '../../src/reconcile/identifiers.ts'
import { PIN_DEFAULT, type Verb } from '../../src/reconcile/operation.ts'
import { writeAudit } from '../../src/store/audit.ts'
import { insertSourceToken } from '../../src/store/source-tokens.ts'
import { registerBorrow } from '../../src/sync/borrow.ts'
import { accept } from '../../src/sync/by-hand.ts'
import { reject } from '../../src/sync/decide.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { makeLink } from '../../src/sync/sign-in.ts'
import { submit } from '../../src/sync/submit.ts'
import { IdentityProvider } from '../support/identity-provider.ts'
import { metricsOf } from '../support/metrics.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'

const DAY_MS = 86_400_000
const VERBS: Verb[] = ['invite', 'remove', 'assign', 'revoke']
const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at)
const email = (n: number): string => `p${n}@acme.example`
const cell = (text: string): string => `"${text.replaceAll('"', '""')}"`

/** @param mark stands in everything that a source, a file or a person can name */
export async function openEverything(mark: string) {
  const named = (text: string) => `${text}${mark}`
  const world = await openWorld(settingOf(named))
  const { sql, organization } = world
  await sql`update organizations set name = ${named('Acme')} where id = ${organization}`
  const roster = (people: number): string =>
    `external_id,email,first_name,last_name,department,groups,products\n${Array.from({ length: people }, (_, at) => {
      const group = at % 3 === 0 ? cell(named('Artists')) : ''
      return `${at},${email(at)},${cell(named('Ada'))},${cell(named(`Person ${at}`))},${cell(named('Design'))},${group},${at === 4 ? 'Houdini' : ''}\n`
    }).join('')}`
  // A name of a file cannot hold a slash.
  const fileOf = (name: string) => `${named(name).replaceAll('/', '')}.csv`

  await world.sync(fileOf('roster-1'), roster(30))
  world.pass(DAY_MS)
  await acceptAll(world)
  const plans = await plansOf(world, named)
  await pushed(world, named)
  const broken = roster(29)
    .replace(`\n7,${email(7)},`, `\n7,${cell(named('no address'))},`)
    .replace(`\n8,${email(8)},`, `\n8,${email(9)},`)
  const errors = await world.drop(fileOf('roster-2'), broken)
  const { plans: waiting } = await world.propose()
  world.pass(DAY_MS)
  const held = await world.drop(fileOf('roster-3'), roster(5))
  await extras(world, named)
  const asked = await askFirst(world, named)

  const door = await serveConsole(world)
  const found = await sql<{ member: number }[]>`
    select id as member from members where organization_id = ${organization} and email_key in (${email(3)}, ${email(4)}) order by id`
  const ids = await sql<{ id: number }[]>`select id from snapshots where organization_id = ${organization} order by id`
  if (errors.snapshot === held.snapshot) throw new Error('two files, one snapshot')
  const values: Record<string, string[]> = {
    member: found.map(({ member }) => showId('mem', member)),
    plan: [...plans.done, ...waiting].map((id) => showId('pln', id)),
    product: ['vray', 'houdini'],
    rule: ['everyone', 'artists'],
    source: ['hr', 'idp'],
    step: ['connect', 'look', 'match', 'simulate', 'go-live', 'folder', 'file', 'plan'],
    file: ids.map(({ id }) => showId('snp', id)),
    verb: VERBS,
  }
  /** Addresses below the organization of every page that is registered, some with more than one thing to show. */
  const screens = door.patterns.flatMap((pattern) => {
    const alone = asked[pattern]
    if (alone !== undefined) return alone
    if (pattern === '/plans/:plan/discard')
      return VERBS.map((verb) => `/plans/${showId('pln', plans.drafts[verb])}/discard`)
    if (pattern === '/sources/:source/files/:file/dismiss')
      return ids.slice(-2).map(({ id }) => `/sources/hr/files/${showId('snp', id)}/dismiss`)
    if (pattern === '/bulk/:verb/summary/:plan')
      return VERBS.map((verb) => `/bulk/${verb}/summary/${showId('pln', plans.drafts[verb])}`)
    if (pattern === '/sources/:source/files/:file')
      return ids.slice(-2).map(({ id }) => `/sources/hr/files/${showId('snp', id)}`)
    if (pattern === '/sources/:source/setup/:step')
      return [
        ...FILE_STEPS.map((step) => `/sources/hr/setup/${step}`),
        ...PUSHED_STEPS.map((step) => `/sources/idp/setup/${step}`),
      ]
    // A source that is pushed to has other steps than one that reads files.
    if (pattern === '/sources/:source/setup/:step')
      return addressesOf(pattern, values).filter((path) => path.includes('/hr/') === /(?:folder|file|plan)$/.test(path))
    return addressesOf(pattern, values)
  })
  const close = async () => {
    await door.close()
    await world.close()
  }
  return { world, ...door, screens, close }
}

const settingOf = (named: (text: string) => string) => ({
  products: `vray: { name: ${JSON.stringify(named('V-Ray'))}, seats: 40 }\nhoudini: { name: Houdini, seats: 1 }`,
  sources: `hr: { kind: csv, approval: manual, name: ${JSON.stringify(named('HR'))} }
idp: { kind: scim, approval: manual, name: ${JSON.stringify(named('Provider'))} }`,
  rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: ${JSON.stringify(named('Artists'))} } }, then: [{ product: vray }] }
pushed: { source: idp, when: { everyone: true }, then: [{ member: member }] }
pushed_vray: { source: idp, when: { group: { name: ${JSON.stringify(named('Team'))} } }, then: [{ product: vray }] }`,
})

function addressesOf(pattern: string, values: Record<string, string[]>): string[] {
  const name = /:(\w+)/.exec(pattern)?.[1]
  if (name === undefined) return [pattern]
  const known = values[name]
  if (known === undefined) throw new Error(`a screen at ${pattern}: say here what :${name} can be`)
  return known.flatMap((value) => addressesOf(pattern.replace(`:${name}`, value), values))
}

async function acceptAll({ parts, organization, sql }: World): Promise<void> {
  const invited = await sql<{ id: number }[]>`
    select id from members where organization_id = ${organization} and email_key = any(${numbers(20).map(email)}::text[])`
  for (const { id } of invited) await accept(parts, organization, id, { actor: KIM })
}

/** What people asked for by hand: done, failed, rejected, and drafts. */
async function plansOf(world: World, named: (text: string) => string) {
  const { parts, organization, sql } = world
  const ask = async (operation: Partial<Asked> & Pick<Asked, 'verb' | 'selection'>) => {
    const usual = { products: [], allProducts: false, expiresAt: null, revokeFirst: false, wait: false }
    const asked: Asked = { ...usual, role: 'member', pin: PIN_DEFAULT, ...operation }
    const { plan } = await draft(parts, organization, { actor: KIM, operation: asked, quiet: false, again: true })
    return plan
  }
  const finish = async (plan: number) => {
    await world.approve(plan)
    await world.run(plan)
    return plan
  }
  const users = (...numbers: number[]) => ({ users: numbers.map(email) })
  const revoked = await finish(await ask({ verb: 'revoke', products: ['vray'], selection: users(0) }))
  const short = await finish(
    await ask({ verb: 'assign', products: ['houdini'], wait: true, selection: users(1, 2, 3) }),
  )
  const [loan] = await sql<{ id: number }[]>`
    select a.id from assignments a join members m on m.organization_id = a.organization_id and m.person_id = a.person_id
    where a.organization_id = ${organization} and m.email_key = ${email(3)} order by a.product_id limit 1`
  const until = new Date(world.at.getTime() + 5 * DAY_MS)
  await registerBorrow(parts, organization, loan?.id ?? 0, {
    actor: KIM,
    device: named('WS-204'),
    until,
    offline: false,
  })
  const failed = await finish(await ask({ verb: 'remove', selection: users(3, 6, 9) }))
  const rejected = await ask({ verb: 'remove', selection: users(10) })
  await submit(parts, organization, rejected, { actor: KIM })
  await reject(parts, organization, rejected, { actor: KIM, reason: named('Not now') })
  const drafts: Record<Verb, number> = {
    invite: await ask({ verb: 'invite', selection: { users: ['new@acme.example'] } }),
    remove: await ask({ verb: 'remove', selection: users(12, 11) }),
    assign: await ask({ verb: 'assign', products: ['vray'], selection: users(13, 14) }),
    revoke: await ask({ verb: 'revoke', products: ['vray'], selection: users(15) }),
  }
  return { done: [revoked, short, failed, rejected], drafts }
}

/** People whom the identity provider pushes. */
async function pushed(world: World, named: (text: string) => string): Promise<void> {
  const provider = await IdentityProvider.open(world)
  const name = { givenName: named('Eve'), familyName: named('Adams') }
  const eve = await provider.user('eve', { name, displayName: named('Eve Adams') })
  await provider.group(named('Team'), [eve])
  await provider.read()
}

/** What takes long, or other doors, to come about. */
async function extras({ sql, organization, at }: World, named: (text: string) => string): Promise<void> {
  await sql`
    insert into administrators (organization_id, email, email_key, role, managed)
    values (${organization}, ${named('lee@acme.example')}, 'lee@acme.example', 'viewer', 'console')`
  await sql`
    update letters set state = 'failed', error = ${named('550 no such user')}
    where organization_id = ${organization} and id = (select max(id) from letters where organization_id = ${organization})`
  const deed = { act: 'product.changed', before: { name: named('Old') }, after: { name: named('New') } }
  await writeAudit(sql, {
    organizationId: organization,
    at,
    actor: named('lee'),
    object: named('products/vray'),
    ...deed,
  })
}

/** What there is one of, and the pages that ask before it is gone: addresses by their pattern. */
async function askFirst({ sql, parts, organization }: World, named: (text: string) => string) {
  const at = parts.now()
  const [{ id: source } = { id: 0 }] = await sql<{ id: number }[]>`
    select id from sources where organization_id = ${organization} and key = 'idp'`
  const made = { sourceId: source, createdBy: named('kim'), createdAt: at, expiresAt: null }
  const token = await insertSourceToken(sql, organization, { hash: hashToken('idp'), hint: 'rst_1234', ...made })
  const why = { code: 'GONE_BUT_KEPT', why: named('They have left.'), sourceId: source, anchor: 'x' }
  const [gone] = await sql<{ id: number }[]>`
    insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
    select organization_id, 'gone', person_id, '[]', ${JSON.stringify(why)}::text::jsonb, 'open', ${at} from members
    where organization_id = ${organization} and email_key = ${email(4)} returning id`
  const [pin] = await sql<{ member: number; kind: string; product: string }[]>`
    select m.id as member, k.kind, p.key as product from pins k
    join members m on m.organization_id = k.organization_id and m.person_id = k.person_id
    join products p on p.organization_id = k.organization_id and p.id = k.product_id where k.organization_id = ${organization}`
  const pages: Record<string, string[]> = {
    '/sources/:source/tokens/:token/revoke': [`/sources/idp/tokens/${showId('tok', token)}/revoke`],
    '/decisions/:decision/end': [`/decisions/${showId('dec', gone?.id ?? 0)}/end`],
    '/people/:member/lift': [
      `/people/${showId('mem', pin?.member ?? 0)}/lift?kind=${pin?.kind}&product=${pin?.product}`,
    ],
  }
  return pages
}

async function serveConsole(world: World) {
  const bootstrap = hashToken('bootstrap')
  let url = ''
  const app = createApp({
    parts: world.parts,
    bootstrap,
    version: '0.0.0',
    notReady: async () => null,
    metrics: metricsOf(world.parts, [bootstrap]),
    baseUrl: () => url,
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const base = '/o/:organization'
  const patterns = app.routes.flatMap(({ method, path }) =>
    method === 'GET' && path.startsWith(base) ? [path.slice(base.length).replaceAll(/\{[^}]*\}/g, '')] : [],
  )
  /** Signs the tab in as an admin. */
  const signIn = async (page: Page): Promise<void> => {
    const secret = makeSecret()
    const of = { only: 0, administratorKey: 'kim@acme.example', createdBy: 'test' }
    await makeLink(world.parts, hashToken(secret), of)
    await page.goto(`${url}/sign-in?link=${secret}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((at) => at.pathname !== '/sign-in')
  }
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
  return { url, patterns: [...new Set(patterns)], signIn, close }
}
