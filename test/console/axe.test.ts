/** Every screen that is registered, in both themes: nothing that axe knows, nothing that sticks out at the side of a small one. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { openEverything } from './everything.ts'

/** Files and parts of pages are looked at by others. */
const isWhole = (text: string): boolean => text.startsWith('<!doctype html>')

describe.skipIf(chromiumPath() === null)('every screen', () => {
  let browser: Browser
  let console: Awaited<ReturnType<typeof openEverything>>
  beforeAll(async () => {
    console = await openEverything('')
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await console.close()
  })

  test.each([
    ['light', 1440],
    ['dark', 360],
  ] as const)(
    'has no fault that axe knows, in %s at %i px',
    async (scheme, width) => {
      const { page, context } = await openTab(browser, { scheme, width })
      await console.signIn(page)
      const found: string[] = []
      let looked = 0
      for (const screen of console.screens) {
        const answer = await page.request.get(`${console.url}/o/acme${screen}`, { maxRedirects: 0 })
        if (!isWhole(await answer.text())) continue
        await page.goto(`${console.url}/o/acme${screen}`)
        looked += 1
        if (answer.status() !== 200) found.push(`${screen}: ${answer.status()} ${await page.title()}`)
        found.push(...(await faults(page)).map((fault) => `${screen}: ${fault}`))
        const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        if (over !== 0) found.push(`${screen}: ${over} px wider than the window`)
      }
      expect(found).toEqual([])
      expect(looked).toBeGreaterThan(20)
      await context.close()
    },
    400_000,
  )
})
