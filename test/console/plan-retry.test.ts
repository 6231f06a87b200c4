/** What failed of a plan: grouped by reason with the fix for all of a kind, and tried again for those who are ticked. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'
import { email, openScene, roster, type Scene, type Who } from './plan-scene.ts'

/** Where to leave pictures of the pages; nowhere without it. */
const SHOTS = process.env['SHOTS']
const people = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => email(from + at))

describe.skipIf(chromiumPath() === null)('what failed of a plan', { timeout: 120_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(WIDE_LIMITS)
    await scene.world.sync('roster.csv', roster(40))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  const path = (plan: number, rest = '') => `/o/acme/plans/pln_${plan}${rest}`
  const shot = async (page: Page, name: string) => {
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
  }
  async function tab(who: Who, to: string, options: Parameters<typeof openTab>[1] = {}) {
    const opened = await openTab(browser, options)
    await scene.signIn(opened.page, who, to)
    return opened
  }
  const finished = async (plan: number) => {
    await scene.world.approve(plan)
    await scene.world.run(plan)
    return plan
  }
  const planShown = (page: Page) => Number(/pln_(\d+)/.exec(new URL(page.url()).pathname)?.[1])
  /** Three seats of Houdini for seven people. */
  const short = () => scene.ask({ verb: 'assign', products: ['houdini'], selection: { users: people(1, 7) } })

  test('those that are ticked become a draft, which succeeds once there are seats', async () => {
    const plan = await finished(await short())
    const { page, context, complaints } = await tab('olga', path(plan))
    await page.getByText('was applied in part: 3 succeeded, 4 failed.').waitFor()
    expect(await page.locator('.reasons li').allTextContents()).toHaveLength(1)
    expect(await page.locator('.reasons li > a').textContent()).toBe('SEATS_EXHAUSTED 4')
    expect(await page.getByRole('link', { name: 'Look at the seats' }).count()).toBe(1)
    expect(await page.locator('.plan-sentence').textContent()).toContain('4 were expected to fail')
    expect(await faults(page)).toEqual([])
    await shot(page, 'failed-seats')
    await page.setViewportSize({ width: 360, height: 740 })
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await shot(page, 'failed-seats-phone')
    await page.setViewportSize({ width: 1280, height: 800 })
    await page.getByRole('button', { name: 'Retry selected' }).click()
    await page.getByText('Nobody was ticked, so nothing was tried again.').waitFor()
    await scene.sql`update products set owned = 10 where key = 'houdini'`
    for (const box of (await page.locator('#items tbody [data-tick]').all()).slice(0, 2)) await box.check()
    expect(await page.locator('[data-ticked]').textContent()).toBe('2')
    await page.getByRole('button', { name: 'Retry selected' }).click()
    await page.getByText(`A draft of what failed in plan pln_${plan}.`).waitFor()
    const drafted = planShown(page)
    expect(await scene.world.plan(drafted)).toMatchObject({ state: 'draft', items: 2, counts: { assign: 2 } })
    await page.locator('.decide .primary').click()
    await page.locator('dialog[open] button.primary').click()
    await page.getByText('was applied: 2 succeeded.').waitFor()
    await page.goto(scene.url + path(plan))
    await page.getByRole('button', { name: 'Try these 4 again' }).click()
    await page.getByText(`A draft of what failed in plan pln_${plan}.`).waitFor()
    expect((await scene.world.plan(planShown(page))).headline).toMatch(/^Assign 2; 2 are as wanted already/)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('works without a script, for removals and for invitations with their names', async () => {
    const removal = await finished(await scene.ask({ verb: 'remove', selection: { users: people(20, 25) } }))
    const { page, context } = await tab('olga', path(removal), { scripts: false })
    expect(await page.locator('.reasons li > a').textContent()).toBe('HAS_PRODUCTS 2')
    expect(await page.getByRole('button', { name: 'Revoke the products of 2 users' }).count()).toBe(1)
    await page
      .getByLabel(/^Tick remove/)
      .first()
      .check()
    await page.getByRole('button', { name: 'Retry selected' }).click()
    await page.getByText('Nothing is done before somebody approves it.').waitFor()
    expect((await scene.world.plan(planShown(page))).headline).toMatch(/^Remove 1; 1 will fail/)
    const users = [{ email: 'new@acme.example', firstName: 'Ada', lastName: 'New' }]
    const invite = await finished(await scene.ask({ verb: 'invite', products: ['vray'], selection: { users } }))
    await scene.sql`update outcomes set state = 'failed_permanent', code = 'INTERNAL', params = '{"ref": "x"}' where plan_id = ${invite}`
    await scene.sql`update plans set state = 'failed' where id = ${invite}`
    await page.goto(scene.url + path(invite))
    await page.getByRole('button', { name: 'Try these 2 again' }).click()
    await page.getByText('Nothing is done before somebody approves it.').waitFor()
    const [again] = await scene.sql<{ after: unknown }[]>`
      select after from plan_items where plan_id = ${planShown(page)} order by number limit 1`
    expect(again?.after).toMatchObject({ email: 'new@acme.example', firstName: 'Ada', lastName: 'New' })
    await context.close()
  })

  test('of what sources made is proposed again by the next comparison, which is one press away', async () => {
    await scene.sql`update outcomes set state = 'failed_permanent', code = 'INTERNAL', params = '{"ref": "x"}' where plan_id = 1 and number < 4`
    await scene.sql`update plans set state = 'partially_failed' where id = 1`
    const { page, context, complaints } = await tab('olga', path(1), { width: 360 })
    await page.getByText('is proposed again when they are compared next').waitFor()
    expect(await page.locator('#items [data-tick]').count()).toBe(0)
    expect(await page.getByRole('button', { name: /Retry|Try/ }).count()).toBe(0)
    expect(await faults(page)).toEqual([])
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    await shot(page, 'failed-sync-phone')
    await page.getByRole('button', { name: 'Compare with the sources now' }).click()
    await page.getByText(/^Compared\./).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test('is nothing for a viewer, and for a plan that has not ended', async () => {
    const [plan] = await scene.sql<{ id: number }[]>`
      select id::int from plans where state = 'partially_failed' and lane = 'by_hand' order by id limit 1`
    const { page, context } = await tab('vic', path(plan?.id ?? 0))
    expect(await page.getByRole('button', { name: /Retry|Try/ }).count()).toBe(0)
    expect(await page.locator('#items [data-tick]').count()).toBe(0)
    const token = (await page.locator('input[name=token]').first().getAttribute('value')) ?? ''
    const send = async (to: string, form: Record<string, string>) =>
      (await page.request.post(scene.url + to, { form: { token, ...form }, headers: { origin: scene.url } })).status()
    expect(await send(path(plan?.id ?? 0, '/retry'), { item: '1' })).toBe(403)
    await context.close()
    const open = await short()
    const other = await tab('olga', path(open))
    const mine = (await other.page.locator('input[name=token]').first().getAttribute('value')) ?? ''
    const answer = await other.page.request.post(scene.url + path(open, '/retry'), {
      form: { token: mine, item: '1' },
      headers: { origin: scene.url },
    })
    expect([answer.status(), await answer.text()]).toEqual([
      409,
      expect.stringContaining('What you asked was not done.'),
    ])
    await other.context.close()
  })
})
