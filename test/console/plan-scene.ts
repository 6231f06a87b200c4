/** An organization with people and plans behind a console: files are dropped, plans are proposed, and what is approved is done. */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import type { Browser, Page } from 'playwright-core'
import { expect } from 'vitest'
import { createApp } from '../../src/app.ts'
import { hashToken, makeSecret } from '../../src/auth.ts'
import { PIN_DEFAULT } from '../../src/reconcile/operation.ts'
import { type Asked, draft } from '../../src/sync/draft.ts'
import { execute } from '../../src/sync/execute.ts'
import type { Actor } from '../../src/sync/parts.ts'
import { makeLink } from '../../src/sync/sign-in.ts'
import { openTab } from '../support/browser.ts'
import { metricsOf } from '../support/metrics.ts'
import { KIM, openWorld } from '../support/pipeline.ts'

const NAMES = ['Ada', 'Bo', 'Chloé', 'Dmitri', 'Éva', 'Farah', 'Grace', 'Hugo', 'Ines', 'Jun']

export const email = (n: number): string => `p${String(n).padStart(4, '0')}@acme.example`

export const people = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, at) => email(from + at))

/** Address of a page of a plan. */
export const path = (plan: number, rest = ''): string => `/o/acme/plans/pln_${plan}${rest}`

/** Presses what opens the dialog, and in it what approves. */
export async function approveByDialog(page: Page): Promise<void> {
  await page.locator('.decide .primary').click()
  await page.locator('dialog[open] button.primary').click()
}

/** A roster: every third person is an artist, and so has V-Ray. */
export const roster = (people: number, from = 1): string =>
  `external_id,email,first_name,last_name,groups\n${Array.from({ length: people }, (_, at) => {
    const n = at + from
    return `${n},${email(n)},${NAMES[n % NAMES.length]},Person ${n},${n % 3 === 0 ? 'Artists' : ''}\n`
  }).join('')}`

const ADMINISTRATORS = { dana: 'admin', olga: 'operator', vic: 'viewer' } as const
export type Who = 'kim' | keyof typeof ADMINISTRATORS

const PRODUCTS = 'vray: { name: V-Ray, seats: 400 }\nhoudini: { name: Houdini, seats: 3 }'

/** @param more lines of the configuration of the organization */
export async function openScene(more = '') {
  const world = await openWorld({ products: PRODUCTS, more })
  const { sql, organization } = world
  for (const [name, role] of Object.entries(ADMINISTRATORS))
    await sql`insert into administrators (organization_id, email, email_key, role)
      values (${organization}, ${`${name}@acme.example`}, ${`${name}@acme.example`}, ${role})`
  const running: Promise<unknown>[] = []
  const gate = { open: true, waiting: [] as number[] }
  const run = (plan: number) =>
    void running.push(execute(world.parts, organization, plan, new AbortController().signal))
  world.parts.jobs.execute = async (_, plan) => (gate.open ? run(plan) : void gate.waiting.push(plan))
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

  /** A link that lets somebody in once. */
  async function linkFor(who: Who): Promise<string> {
    const secret = makeSecret()
    const of = { only: 0, administratorKey: `${who}@acme.example`, createdBy: 'test' }
    await makeLink(world.parts, hashToken(secret), of)
    return `${url}/sign-in?link=${secret}`
  }

  async function signIn(page: Page, who: Who, to: string): Promise<void> {
    await page.goto(`${await linkFor(who)}&to=${encodeURIComponent(to)}`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL((at) => at.pathname !== '/sign-in')
  }

  /** A tab of its own in which somebody is signed in. */
  async function tab(browser: Browser, who: Who, to: string, options: Parameters<typeof openTab>[1] = {}) {
    const opened = await openTab(browser, options)
    await signIn(opened.page, who, to)
    return opened
  }

  /** A draft by hand. */
  async function ask(
    operation: Partial<Asked> & Pick<Asked, 'verb' | 'selection'>,
    actor: Actor = KIM,
  ): Promise<number> {
    const asked: Asked = {
      products: [],
      allProducts: false,
      expiresAt: null,
      role: 'member',
      revokeFirst: false,
      wait: false,
      pin: PIN_DEFAULT,
      ...operation,
    }
    const { plan } = await draft(world.parts, organization, { actor, operation: asked, quiet: false, again: true })
    return plan
  }

  /** A draft that assigns V-Ray to two people, or to all of a range. */
  const assigned = (from: number, to = from + 1): Promise<number> =>
    ask({ verb: 'assign', products: ['vray'], selection: { users: people(from, to) } })
  const stateOf = async (plan: number): Promise<string> => (await world.plan(plan)).state
  const applied = (plan: number): Promise<void> =>
    expect.poll(() => stateOf(plan), { timeout: 20_000 }).toMatch(/^(applied|partially_failed)$/)

  /** Lets go what was kept from being applied. */
  function release(): void {
    gate.open = true
    for (const plan of gate.waiting.splice(0)) run(plan)
  }

  const close = async () => {
    await Promise.allSettled(running)
    await new Promise<void>((resolve) => {
      server.close(() => resolve())
      if ('closeAllConnections' in server) server.closeAllConnections()
    })
    await world.close()
  }
  return { world, sql, organization, gate, url, linkFor, signIn, tab, ask, assigned, stateOf, applied, release, close }
}

export type Scene = Awaited<ReturnType<typeof openScene>>

/** Work on a page of somebody, in a tab of its own; what it complained about is looked at in the end. */
export const pagesOf =
  (place: () => { browser: Browser; signIn: Scene['signIn'] }) =>
  async (
    path: string,
    work: (page: Page) => Promise<void>,
    { who = 'kim', ...options }: { who?: Who } & Parameters<typeof openTab>[1] = {},
  ): Promise<void> => {
    const { browser, signIn } = place()
    const { page, context, complaints } = await openTab(browser, options)
    await signIn(page, who, `/o/acme${path}`)
    await work(page)
    expect(complaints).toEqual([])
    await context.close()
  }
