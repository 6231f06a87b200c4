/** The main page in a real browser: signing in by a link and out, the list of people, themes, keys, and what a viewer sees. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { type ConsoleWorld, openConsole } from './world.ts'

describe.skipIf(chromiumPath() === null)('the main page', () => {
  let world: ConsoleWorld
  let browser: Browser
  beforeAll(async () => {
    world = await openConsole()
    await world.populate(130)
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  test('is reached by a link, and left by signing out', async () => {
    const { page, context, complaints } = await openTab(browser)
    await page.goto(`${world.url}/o/acme?state=invited`)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(await faults(page)).toEqual([])
    const link = await world.linkFor('admin@acme.example')
    await page.goto(`${world.url}${link}&to=${encodeURIComponent('/o/acme?state=invited')}`)
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Enter')
    await page.waitForURL('**/o/acme?state=invited')
    expect(await page.getByRole('row').count()).toBe(27)
    await page.getByText('admin@acme.example').first().click()
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.waitForURL('**/sign-in')
    await page.goBack()
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each(['light', 'dark'] as const)('has no fault that axe knows, in %s', async (scheme) => {
    for (const width of [1440, 360]) {
      const { page, context, complaints } = await openTab(browser, { scheme, width })
      await world.signIn(page, 'admin@acme.example')
      await page.getByText('130').first().waitFor()
      expect(await faults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      await page.goto(`${world.url}/o/acme/account`)
      expect(await faults(page)).toEqual([])
      await page.goto(`${world.url}/nowhere`)
      expect(await faults(page)).toEqual([])
      expect(complaints).toEqual([])
      await context.close()
    }
  })

  test('searches while somebody types, keeps the search in the address, and pages through what is found', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'viewer@acme.example')
    const search = page.getByPlaceholder('Search by name or e-mail')
    await search.pressSequentially('ada')
    await page.waitForURL('**/o/acme?q=ada**')
    await expect.poll(() => page.getByRole('row').count()).toBe(19)
    expect(await search.evaluate((field) => field === field.ownerDocument.activeElement)).toBe(true)
    await page.locator('#filter-state').selectOption('invited')
    await page.waitForURL('**state=invited**')
    await expect.poll(() => page.getByRole('row').count()).toBe(4)
    await page.reload()
    expect(await page.getByRole('row').count()).toBe(4)
    await page.getByRole('link', { name: 'Clear' }).click()
    await page.waitForURL('**/o/acme')
    const seen: string[] = []
    for (const _ of [1, 2, 3]) {
      seen.push(...(await page.locator('tbody tr .beneath').allTextContents()))
      const next = page.getByRole('link', { name: 'Next page' })
      if ((await next.count()) === 0) break
      await next.click()
      await page.waitForURL('**after=**')
    }
    expect(new Set(seen).size).toBe(130)
    expect([...seen].sort()).toEqual(seen)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('sorts, and shows the columns that somebody chooses, also without a script', async () => {
    const { page, context } = await openTab(browser, { scripts: false })
    await world.signIn(page, 'viewer@acme.example')
    const byPerson = page.locator('thead').getByRole('link', { name: 'Person' })
    await byPerson.click()
    await byPerson.click()
    expect(await page.locator('tbody tr .beneath').first().textContent()).toBe('p0000130@acme.example')
    await page.getByText('Columns').click()
    await page.getByLabel('Role').check()
    await page.getByLabel('Invited').uncheck()
    await page.getByRole('button', { name: 'Show these' }).click()
    const titles = await page.locator('thead th').allTextContents()
    expect(titles.map((title) => title.replace(/[↑↓]/, ''))).toEqual([
      'Person',
      'State',
      'Products',
      'Wanted by',
      'Role',
    ])
    expect(await page.locator('tbody tr .beneath').first().textContent()).toBe('p0000130@acme.example')
    await context.close()
  })

  test('goes dark and light by a switch that is remembered', async () => {
    const { page, context } = await openTab(browser, { scheme: 'light' })
    await world.signIn(page, 'viewer@acme.example')
    const ground = () => page.evaluate('getComputedStyle(document.body).backgroundColor')
    const light = await ground()
    await page.getByText('viewer@acme.example').first().click()
    await page.getByRole('button', { name: 'Dark' }).click()
    await page.waitForLoadState()
    expect(await ground()).not.toBe(light)
    await page.reload()
    expect(await ground()).not.toBe(light)
    await context.close()
  })

  test('says its keys, and walks rows by them', async () => {
    const { page, context } = await openTab(browser)
    await world.signIn(page, 'admin@acme.example')
    await page.keyboard.press('?')
    await page.getByRole('dialog').waitFor()
    expect(await faults(page)).toEqual([])
    await page.keyboard.press('Escape')
    // The browser closes it in its own time, and until then keys belong to it.
    await page.getByRole('dialog').waitFor({ state: 'hidden' })
    for (const _ of [1, 2, 3]) await page.keyboard.press('j')
    await page.keyboard.press('k')
    await page.keyboard.press('x')
    expect(await page.locator('tbody tr').nth(1).locator('input').isChecked()).toBe(true)
    await page.keyboard.press('/')
    await page.keyboard.type('jxk')
    expect(await page.getByPlaceholder('Search by name or e-mail').inputValue()).toBe('jxk')
    await context.close()
  })

  test('shows a viewer nothing to tick and nothing to press', async () => {
    const { page, context } = await openTab(browser)
    await world.signIn(page, 'viewer@acme.example')
    expect(await page.locator('tbody input[type=checkbox]').count()).toBe(0)
    expect(await page.getByLabel('Actions for users').count()).toBe(0)
    expect(await page.getByText('Remove users').count()).toBe(0)
    await context.close()
  })

  test('shows what sources and people write as text, whatever it holds', async () => {
    const hostile = `<img src=x onerror="document.title='run'">"'&amp;`
    await world.sql`update members set display_name = ${hostile}, email = ${hostile} where id = 1`
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'admin@acme.example')
    expect(await page.getByText(hostile).count()).toBeGreaterThan(0)
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).toBe('Acme · Acme · rosterd')
    expect(complaints).toEqual([])
    await context.close()
  })
})
