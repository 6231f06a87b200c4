/** Two organizations behind a console on a port of its own, and the ways in: with a browser, and with bare requests. */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Page } from 'playwright-core'
import { createApp } from '../../src/app.ts'
import { hashToken, makeSecret } from '../../src/auth.ts'
import type { ProviderSettings } from '../../src/console/context.ts'
import { makeLink } from '../../src/sync/sign-in.ts'
import { NOW, openWorld } from '../api/world.ts'
import { metricsOf } from '../support/metrics.ts'

/** `admin@acme.example` and the like; null is the bootstrap administrator. */
type Whom = string | null

/** @param oidc the provider where people sign in, asked each time */
export async function openConsole(oidc: () => ProviderSettings | null = () => null) {
  const world = await openWorld()
  const clock = { at: NOW }
  const parts = { ...world.parts, now: () => clock.at }
  const bootstrap = hashToken(world.tokens.bootstrap)
  let url = ''
  const app = createApp({
    parts,
    bootstrap,
    version: '0.0.0',
    notReady: async () => null,
    metrics: metricsOf(parts, [bootstrap]),
    baseUrl: () => url,
    oidc,
  })
  const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await new Promise<void>((resolve) => server.once('listening', () => resolve()))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  /** A link that lets somebody in once, as a path with its query. */
  async function linkFor(whom: Whom, only = 0): Promise<string> {
    const secret = makeSecret()
    await makeLink(parts, hashToken(secret), { only, administratorKey: whom, createdBy: 'test' })
    return `/sign-in?link=${secret}`
  }

  /** Signs a tab in, and leaves it on the page that comes then. */
  async function signIn(page: Page, whom: Whom, to = '/'): Promise<void> {
    await page.goto(`${url}${await linkFor(whom)}&to=${encodeURIComponent(to)}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((at) => at.pathname !== '/sign-in')
  }

  /** A session without a browser: its cookie, and the token that its forms carry. */
  async function session(whom: Whom): Promise<Bare> {
    const link = (await linkFor(whom)).split('link=')[1] ?? ''
    const answer = await ask('POST', '/sign-in', { fields: { link } })
    const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const page = await ask('GET', '/o/acme', { cookie })
    return { cookie, token: /name="token" value="([\w-]+)"/.exec(await page.text())?.[1] ?? '' }
  }

  /** One request, as a browser on one of our pages sends it. Redirects are not followed. */
  function ask(
    method: 'GET' | 'POST',
    path: string,
    {
      cookie,
      token,
      fields = {},
      headers = {},
    }: Partial<Bare> & { fields?: Record<string, string>; headers?: Record<string, string> } = {},
  ): Promise<Response> {
    const body = method === 'GET' ? null : new URLSearchParams({ ...(token && { token }), ...fields })
    return fetch(url + path, {
      method,
      redirect: 'manual',
      headers: { ...(cookie && { cookie }), ...(method === 'POST' && { origin: url }), ...headers },
      ...(body && { body }),
    })
  }

  /** Gives acme so many members, `p00001@acme.example` and on; every third holds CAD Pro, every fifth is only invited. */
  async function populate(members: number): Promise<void> {
    const acme = world.ids['acme'] ?? 0
    await world.sql`insert into people (organization_id, id, from_change) select ${acme}, n, 1 from generate_series(1, ${members}) n`
    await world.sql`
      insert into members (organization_id, person_id, id, state, role, email, email_key, first_name, last_name, invited_at)
      select ${acme}, n, n, case when n % 5 = 0 then 'invited' else 'active' end, 'member',
        'p' || lpad(n::text, 7, '0') || '@acme.example', 'p' || lpad(n::text, 7, '0') || '@acme.example',
        (array['Ada', 'Bo', 'Chloé', 'Dmitri', 'Éva', 'Farah', 'Grace'])[1 + n % 7], 'Person ' || n, ${NOW}
      from generate_series(1, ${members}) n`
    await world.sql`
      insert into assignments (organization_id, person_id, product_id, since)
      select ${acme}, n, 1, ${NOW} from generate_series(3, ${members}, 3) n`
    await world.sql`select setval('person_ids', ${members}), setval('member_ids', ${members})`
  }

  const close = async () => {
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
    await world.drop()
  }
  return { ...world, parts, clock, url, linkFor, signIn, session, ask, populate, close }
}

export interface Bare {
  cookie: string
  token: string
}

export type ConsoleWorld = Awaited<ReturnType<typeof openConsole>>
