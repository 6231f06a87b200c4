/** A second click: every button that sends something sends it once, whatever screen it stands on, and again only after Back. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { openEverything } from './everything.ts'
import { ROUTES } from './post-routes.ts'

type Everything = Awaited<ReturnType<typeof openEverything>>

interface Pressed {
  /** Where it would have gone. */
  to: string
  name: string
  /** How often: after two clicks, after a third a moment later, and after Back. */
  sent: number[]
}

/** Presses every button of every form that sends something, and lets nothing of it leave the page. */
const pressAll = (page: Page): Promise<Pressed[]> =>
  page.evaluate(async () => {
    const here = Object(globalThis)
    const { document, Event } = here
    let sent = 0
    here.addEventListener('submit', (event: Event) => {
      if (!event.defaultPrevented) sent += 1
      event.preventDefault()
    })
    const found: Pressed[] = []
    for (const form of document.querySelectorAll('form[method=post]')) {
      form.noValidate = true
      for (const button of form.querySelectorAll('button:not([type=button]), input[type=submit]')) {
        here.dispatchEvent(new Event('pageshow'))
        sent = 0
        button.click()
        button.click()
        const times = [sent]
        await new Promise((resolve) => setTimeout(resolve, 5))
        button.click()
        times.push(sent)
        here.dispatchEvent(new Event('pageshow'))
        button.click()
        times.push(sent)
        const to = new URL(button.hasAttribute('formaction') ? button.formAction : form.action).pathname
        found.push({ to, name: (button.ariaLabel ?? button.textContent).trim(), sent: times })
      }
    }
    return found
  })

const RULE = 'source: hr\nwhen: { everyone: true }\nthen: [{ member: member }]'

const tokenOf = async (page: Page) => (await page.locator('input[name=token]').first().getAttribute('value')) ?? ''

/** Sends forms of the session of a page. */
async function poster({ url }: Pick<Everything, 'url'>, page: Page) {
  const token = await tokenOf(page)
  return (path: string, fields: Record<string, string>) =>
    page.request.post(`${url}/o/acme${path}`, { form: { token, ...fields }, headers: { origin: url } })
}

/** What only screens show that come up on the way: a question, a token, a rule of the console, a plan that is to be started. */
async function more({ world, url, signIn }: Everything, page: Page, browser: Browser): Promise<string[]> {
  const { sql, organization } = world
  const other = await openTab(browser)
  await signIn(other.page)
  await other.context.close()
  const token = await tokenOf(page)
  const post = await poster({ url }, page)
  await post('/rules/new', { key: 'more', rule: RULE })
  await post('/products/new', { key: 'more', name: 'More', owned: '3' })
  await post('/guards/edit', { limits: 'remove: { percent: 7 }' })
  const [draft, another] = await sql<{ id: number; hash: string }[]>`
    select id, hash from plans where organization_id = ${organization} and state = 'draft' and lane = 'by_hand' order by id`
  await post(`/plans/pln_${draft?.id}/approve`, { hash: draft?.hash ?? '', later: '1' })
  const [one, two] = await sql<{ id: number; person: number }[]>`
    select id, person_id as person from members where organization_id = ${organization} order by id limit 2`
  await sql`
    insert into decisions (organization_id, kind, person_id, candidates, evidence, state, at)
    values (${organization}, 'email', ${one?.person ?? 0}, ${JSON.stringify([two?.person])}::text::jsonb,
      ${JSON.stringify({ code: 'email', why: 'The same address.', sourceId: 1, anchor: 'x' })}::text::jsonb, 'open', now())`
  await sql`update sources set live_at = null where organization_id = ${organization} and key = 'idp'`
  const file = { name: 'people.csv', mimeType: 'text/csv', buffer: Buffer.from('email\np12@acme.example\n') }
  const uploaded = await page.request.post(`${url}/o/acme/bulk/remove/file`, {
    multipart: { token, file },
    headers: { origin: url },
  })
  return [
    `/plans/pln_${draft?.id}`,
    `/plans/pln_${draft?.id}/cancel`,
    `/plans/pln_${another?.id}`,
    `/people/mem_${one?.id}`,
    '/bulk/remove/options?who=1',
    uploaded.url().slice(`${url}/o/acme`.length),
    '/rules/more',
    '/rules/more/retire',
    '/products/more/retire',
    '/guards/edit',
    '/guards/reset',
    '/account',
    '/decisions',
    '/sources/idp',
    '/sources/idp/setup/go-live',
  ]
}

describe.skipIf(chromiumPath() === null)('a second click', () => {
  let everything: Everything
  let browser: Browser
  beforeAll(async () => {
    everything = await openEverything('')
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await everything.close()
  })

  /** Without a script, the second click is sent, too. */
  test('is sent and does nothing where no script stops it', async () => {
    const { page, context } = await openTab(browser)
    await everything.signIn(page)
    const { sql, organization } = everything.world
    const post = await poster(everything, page)
    const done = () => sql<{ act: string; times: number }[]>`
      select act, count(*)::int as times from audit where organization_id = ${organization} group by act order by act`
    const [ended] = await sql<{ id: number }[]>`
      select id from plans where organization_id = ${organization} and lane = 'by_hand' and state = 'applied' order by id limit 1`
    const forms: [path: string, fields: Record<string, string>][] = [
      ['/products/new', { key: 'twin', name: 'Twin', owned: '3' }],
      ['/rules/new', { key: 'twin', rule: RULE }],
      ['/administrators/invite', { email: 'twin@acme.example', role: 'viewer' }],
      ['/guards/edit', { limits: 'remove: { percent: 7 }' }],
      ['/guards/reset', {}],
      ['/bulk/remove/draft', { who: '5' }],
      [`/plans/pln_${ended?.id}/again`, {}],
    ]
    for (const [path, fields] of forms) {
      const before = new Map((await done()).map(({ act, times }) => [act, times]))
      const answers = await Promise.all([post(path, fields), post(path, fields)])
      const times = (await done()).map((one) => one.times - (before.get(one.act) ?? 0))
      expect([path, Math.max(...times)]).toEqual([path, 1])
      // The second is told of it, too: none of them ends with a fault.
      expect([path, answers.map((answer) => answer.status() < 500)]).toEqual([path, [true, true]])
    }
    await context.close()
  })

  test('makes no second token, however late it comes, and says where the first one was', async () => {
    const { page, context } = await openTab(browser)
    await everything.signIn(page)
    const { sql, organization } = everything.world
    const made = async () =>
      (await sql`select from tokens where organization_id = ${organization} and source_id is not null`).length
    await page.goto(`${everything.url}/o/acme/sources/idp`)
    const before = await made()
    await page.getByRole('button', { name: 'Make a token' }).click()
    const secret = await page.getByLabel('Token').inputValue()
    await page.reload()
    await page.getByText('It was shown once, on the page that came then.').waitFor()
    expect(await page.content()).not.toContain(secret)
    expect(await made()).toBe(before + 1)
    await page.getByRole('link', { name: 'To the page of the source' }).click()
    await page.getByRole('button', { name: 'Make a token' }).click()
    expect(await page.getByLabel('Token').inputValue()).not.toBe(secret)
    expect(await made()).toBe(before + 2)
    const answer = await (await poster(everything, page))('/sources/idp/tokens', { lasts: '30' })
    expect([answer.status(), await made()]).toEqual([400, before + 2])
    await context.close()
  })

  test('on any button of any screen sends nothing', { timeout: 120_000 }, async () => {
    const { page, context } = await openTab(browser)
    await everything.signIn(page)
    const screens = [...everything.screens, ...(await more(everything, page, browser))]
    const pressed: Pressed[] = []
    for (const screen of screens.filter((one) => !/\/live$|came$|\.csv$/.test(one))) {
      const answer = await page.goto(`${everything.url}/o/acme${screen}`).catch(() => null)
      if (answer?.headers()['content-type']?.startsWith('text/html') === true) pressed.push(...(await pressAll(page)))
    }
    await context.close()
    expect(pressed.filter(({ sent }) => JSON.stringify(sent) !== '[1,1,2]')).toEqual([])
    const [places, all] = [new Set(pressed.map(({ to }) => to)), Object.values(ROUTES).flat()]
    const shows = (route: string) =>
      [...places].some((to) => new RegExp(`^/o/acme${route.replaceAll(/:\w+/g, '[^/]+')}$`).test(to))
    expect(all.filter((route) => !shows(route))).toEqual([])
  })
})
