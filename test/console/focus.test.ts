/** Where the focus is after something on the page has changed: after parts were replaced, and after dialogs and menus closed. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'
import { lookAtFocus } from './focus.ts'
import { openScene, path, people, roster, type Scene } from './plan-scene.ts'

const PATIENT = { timeout: 10_000 }

/** What has the focus, for people, and that it is seen there. */
async function focused(page: Page): Promise<string> {
  const { name, unseen } = await lookAtFocus(page)
  return unseen === null ? name : `${name}: ${unseen}`
}

describe.skipIf(chromiumPath() === null)('the focus', { timeout: 60_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(WIDE_LIMITS)
    await scene.world.sync('roster.csv', roster(130))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  /** Works on a page, whose errors are none. */
  async function on(to: string, work: (page: Page) => Promise<void>): Promise<void> {
    const { page, context, complaints } = await scene.tab(browser, 'kim', to)
    page.setDefaultTimeout(8_000)
    await work(page)
    expect(complaints).toEqual([])
    await context.close()
  }
  const rows = (page: Page) => page.locator('tbody tr').count()

  test('stays in the search and at its end while the list below is replaced', async () => {
    await on('/o/acme', async (page) => {
      await page.keyboard.press('/')
      for (const letter of 'p0120') {
        await page.keyboard.press(letter)
        await page.waitForTimeout(350)
      }
      await expect.poll(() => rows(page), PATIENT).toBe(1)
      expect(await focused(page)).toContain('input#search')
      await page.keyboard.press('Backspace')
      await expect.poll(() => rows(page), PATIENT).toBe(10)
      expect(await page.locator('#search').inputValue()).toBe('p012')
      // On with Tab: from where somebody was.
      await page.keyboard.press('Tab')
      expect(await focused(page)).toContain('select#filter-state')
      await page.keyboard.press('ArrowDown')
      await page.waitForURL('**state=**')
      expect(await focused(page)).toContain('select#filter-state')
    })
  })

  test('stays on what was pressed while a plan runs and its numbers are replaced', async () => {
    const plan = await scene.ask({ verb: 'assign', products: ['vray'], selection: { users: people(1, 40) } })
    await scene.world.approve(plan)
    scene.gate.open = false
    await scene.sql`update plans set state = 'applying', started_at = now() where id = ${plan}`
    await on(path(plan), async (page) => {
      const cancel = page.getByRole('link', { name: 'Cancel the rest…' })
      await cancel.focus()
      await page.keyboard.press('Tab')
      await page.keyboard.press('Shift+Tab')
      const before = await page.locator('#plan-progress').elementHandle()
      await scene.sql`
        insert into outcomes (organization_id, plan_id, number, state, params, at)
        select organization_id, plan_id, number, 'succeeded', '{}', now() from plan_items
        where organization_id = ${scene.organization} and plan_id = ${plan} order by number limit 3`
      await expect.poll(() => before?.evaluate((one) => one.isConnected), PATIENT).toBe(false)
      expect(await focused(page)).toContain('Cancel the rest')
    })
    scene.gate.waiting.splice(0)
    scene.gate.open = true
  })

  test('comes back to what opened a dialog, however that is closed', async () => {
    const plan = await scene.assigned(51)
    await on(path(plan), async (page) => {
      const opener = page.locator('.decide .primary')
      for (const close of ['Escape', 'Back']) {
        await opener.focus()
        await page.keyboard.press('Enter')
        await page.locator('dialog[open]').waitFor()
        // Tab goes around inside of it: what lies behind cannot be reached.
        for (let stop = 0; stop < 8; stop += 1) {
          await page.keyboard.press('Tab')
          const { name } = await lookAtFocus(page)
          const inside = await page.locator('dialog[open] :focus').count()
          expect([name, name === '' || inside === 1]).toEqual([name, true])
        }
        if (close === 'Back') await page.getByRole('button', { name: 'Back' }).focus()
        await page.keyboard.press(close === 'Back' ? 'Enter' : 'Escape')
        expect(await page.locator('dialog[open]').count()).toBe(0)
        expect(await opener.evaluate((one) => one === one.ownerDocument.activeElement)).toBe(true)
      }
      await page.keyboard.press('?')
      await page.locator('#keys[open]').waitFor()
      await page.keyboard.press('Enter')
      expect(await page.locator('dialog[open]').count()).toBe(0)
      expect(await focused(page)).toContain('Assign')
    })
  })

  test('comes back to what opened a menu, and is not lost on a row', async () => {
    await on('/o/acme', async (page) => {
      await page.getByLabel('Actions for users').focus()
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await focused(page)).toContain('Invite users')
      await page.keyboard.press('Escape')
      expect(await focused(page)).toContain('Actions for users')
      // Down and up the list by keys, past the bar that sticks to the bottom.
      for (let row = 0; row < 30; row += 1) {
        await page.keyboard.press('j')
        expect((await lookAtFocus(page)).unseen).toBe(null)
      }
      for (let row = 0; row < 30; row += 1) {
        await page.keyboard.press('k')
        expect((await lookAtFocus(page)).unseen).toBe(null)
      }
      await page.keyboard.press('x')
      expect(await page.locator('[data-count]').textContent()).toBe('1')
      // What is pressed goes away, and the focus goes on to its neighbour.
      await page.getByRole('button', { name: 'Clear' }).focus()
      await page.keyboard.press('Enter')
      expect(await page.locator('[data-count]').textContent()).toBe('0')
      expect(await page.locator('[data-bar] :focus').count()).toBe(1)
    })
  })

  test('skips to the content', async () => {
    await on('/o/acme/plans', async (page) => {
      await page.keyboard.press('Tab')
      expect(await focused(page)).toContain('Skip to the content')
      await page.keyboard.press('Enter')
      await page.keyboard.press('Tab')
      expect(await page.locator('main :focus').count()).toBe(1)
    })
  })
})
