/** Whom somebody ticks: kept over pages and searches, all that match at once, and read back by what comes next. */
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { assetRoutes } from '../../src/console/assets.ts'
import { type ConsoleEnv, type Door, fromOurPages, guarded, recognising } from '../../src/console/door.ts'
import { answerWithPage } from '../../src/console/error-page.tsx'
import { peopleRoutes } from '../../src/console/people/people.tsx'
import { selectionOf } from '../../src/console/people/selection.ts'
import { action, page as screen } from '../../src/console/route.ts'
import { signInRoutes } from '../../src/console/sign-in/sign-in.tsx'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { type ConsoleWorld, openConsole } from './world.ts'

describe.skipIf(chromiumPath() === null)('a selection', () => {
  let world: ConsoleWorld
  let browser: Browser
  let url = ''
  let close = async () => {}
  const sent: unknown[] = []

  beforeAll(async () => {
    world = await openConsole()
    await world.populate(130)
    browser = await openBrowser()
    const app = new Hono<ConsoleEnv>()
    const context = { parts: world.parts, version: '0.0.0' }
    const door: Door = { app, context, offered: new Set() }
    app.use(async (c, next) => {
      c.set('requestId', 'test')
      c.set('log', world.parts.log)
      await next()
    })
    app.onError((error, c) => answerWithPage(door, error, c))
    app.use(guarded)
    assetRoutes(door)
    app.use(recognising(context), fromOurPages(context))
    signInRoutes(door)
    // What comes next says what it was told.
    screen(door, { path: '/bulk/:verb', role: 'operator' }, async () => ({ title: 'Next', place: 'people', body: '' }))
    action(door, { path: '/bulk/:verb', role: 'operator' }, async ({ form, param }) => {
      sent.push({ verb: param('verb'), ...selectionOf(form) })
      return { title: 'Next', place: 'people', body: '' }
    })
    peopleRoutes(door)
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
    await new Promise<void>((resolve) => server.once('listening', () => resolve()))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    close = () => new Promise<void>((resolve) => server.close(() => resolve()))
  })
  afterAll(async () => {
    await browser.close()
    await close()
    await world.close()
  })

  async function enter(page: Page): Promise<void> {
    await page.goto(`${url}${await world.linkFor('operator@acme.example')}&to=/o/acme`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.waitForURL('**/o/acme')
  }
  const tick = (page: Page, number: number) => page.locator(`input[value="mem_${number}"]`).check()
  const count = (page: Page) => page.locator('[data-count]').textContent()

  test('survives the next page, a search and a reload, and arrives whole', async () => {
    const { page, context, complaints } = await openTab(browser)
    await enter(page)
    await tick(page, 1)
    await tick(page, 2)
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.waitForURL('**after=**')
    await tick(page, 60)
    expect(await count(page)).toBe('3')
    await page.locator('#search').pressSequentially('p0000001')
    await page.waitForURL('**/o/acme?q=p0000001')
    await expect.poll(() => page.locator('tbody tr').count()).toBe(1)
    expect(await page.locator('input[value="mem_1"]').isChecked()).toBe(true)
    await page.locator('input[value="mem_1"]').uncheck()
    await page.reload()
    expect(await count(page)).toBe('2')
    expect(await faults(page)).toEqual([])
    await page.locator('.bar summary', { hasText: 'Products' }).click()
    await page.getByRole('button', { name: 'Assign' }).click()
    await page.getByRole('heading', { name: 'Next' }).waitFor()
    expect(sent.at(-1)).toEqual({ verb: 'assign', members: [2, 60] })
    await page.goBack()
    expect(await count(page)).toBe('2')
    await page.getByRole('button', { name: 'Clear' }).click()
    expect(await count(page)).toBe('0')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('of everybody whom the list finds stays on its next page, and not in another search', async () => {
    const { page, context } = await openTab(browser)
    await enter(page)
    await page.getByRole('checkbox', { name: /^All .* that match$/ }).check()
    const all = await count(page)
    await page.getByRole('link', { name: 'Next page' }).click()
    await page.waitForURL('**after=**')
    expect(await page.getByRole('checkbox', { name: /^All .* that match$/ }).isChecked()).toBe(true)
    await expect.poll(() => count(page)).toBe(all)
    await page.reload()
    await expect.poll(() => count(page)).toBe(all)
    await page.locator('#search').pressSequentially('p0000001')
    await page.waitForURL('**/o/acme?q=p0000001')
    await expect.poll(() => count(page)).toBe('0')
    await context.close()
  })

  test('is everybody whom the list finds, counted', async () => {
    const { page, context } = await openTab(browser, { width: 360 })
    await enter(page)
    await page.goto(`${url}/o/acme?state=invited&product=cad`)
    await page.getByLabel('All 8 that match').check()
    expect(await count(page)).toBe('8')
    expect(await faults(page)).toEqual([])
    await page.locator('.bar summary', { hasText: 'Users' }).click()
    await page.getByRole('button', { name: 'Remove users' }).click()
    await page.getByRole('heading', { name: 'Next' }).waitFor()
    expect(sent.at(-1)).toEqual({ verb: 'remove', where: 'state eq "invited" and products.value eq "cad"' })
    await context.close()
  })

  test('without a script is what is ticked on the page', async () => {
    const { page, context } = await openTab(browser, { scripts: false })
    await enter(page)
    await tick(page, 5)
    await page.locator('.bar summary', { hasText: 'Products' }).click()
    await page.getByRole('button', { name: 'Revoke' }).click()
    expect(sent.at(-1)).toEqual({ verb: 'revoke', members: [5] })
    await context.close()
  })

  test('is sent once, however often somebody clicks', async () => {
    const { page, context } = await openTab(browser)
    await enter(page)
    await tick(page, 7)
    await page.locator('.bar summary', { hasText: 'Products' }).click()
    const before = sent.length
    await page.getByRole('button', { name: 'Revoke' }).dblclick()
    await page.getByRole('heading', { name: 'Next' }).waitFor()
    expect(sent.length).toBe(before + 1)
    await context.close()
  })

  test('of nobody is told, and leads back', async () => {
    const { page, context } = await openTab(browser)
    await enter(page)
    await page.locator('.bar summary', { hasText: 'Users' }).click()
    await page.getByRole('button', { name: 'Remove users' }).click()
    await page.getByText('no row is ticked').waitFor()
    await page.getByRole('link', { name: 'Back to where you were' }).click()
    await page.waitForURL('**/o/acme')
    expect(await count(page)).toBe('0')
    await context.close()
  })
})
