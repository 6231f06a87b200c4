/** Plans on paper, and decisions about them on a telephone: 360 pixels wide, with a finger. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { overrideCount } from '../../src/reconcile/review.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { email, openScene, roster, type Scene, type Who } from './plan-scene.ts'

/** Where to leave pictures of the pages; nowhere without it. */
const SHOTS = process.env['SHOTS']
const LIMITS =
  'limits: { remove: { floor: 2, percent: 10, refuse_percent: 90, refuse_from: 100 }, revoke: { floor: 1000 }, revoke_all: { floor: 1000 } }'
const people = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, at) => email(from + at))

describe.skipIf(chromiumPath() === null)('a plan on paper and on a telephone', { timeout: 120_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(LIMITS)
    await scene.world.sync('roster.csv', roster(80))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  const path = (plan: number, rest = '') => `/o/acme/plans/pln_${plan}${rest}`
  const stateOf = async (plan: number) => (await scene.world.plan(plan)).state
  const shot = async (page: Page, name: string) => {
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
  }
  async function tab(who: Who, to: string, options: Parameters<typeof openTab>[1] = {}) {
    const opened = await openTab(browser, options)
    await scene.signIn(opened.page, who, to)
    return opened
  }
  const phone = (who: Who, to: string, scripts = true) => tab(who, to, { width: 360, height: 640, scripts })
  /** Whether a finger at its middle hits it, without scrolling. */
  const reachable = (page: Page, selector: string) =>
    page.locator(selector).evaluate((one) => {
      const { left, top, width, height } = one.getBoundingClientRect()
      const hit = one.ownerDocument.elementFromPoint(left + width / 2, top + height / 2)
      return height >= 28 && width >= 28 && (one === hit || one.contains(hit))
    })
  const removal = (from: number, to: number) =>
    scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(from, to) } })

  test.each(['light', 'dark'] as const)(
    'is printed without what only a screen needs, from a %s one',
    async (scheme) => {
      const { page, context } = await tab('kim', path(await removal(1, 60)), { scheme })
      await page.emulateMedia({ media: 'print', colorScheme: scheme })
      for (const gone of ['.top', '.bar', '.crumbs', '.filters', 'main button', '.group-by', '#items .tick'])
        expect([gone, await page.locator(gone).filter({ visible: true }).count()]).toEqual([gone, 0])
      for (const shown of ['h1', '.plan-sentence', '.facts', '.guards', '.plan-tiles', '#items tbody tr'])
        expect([shown, await page.locator(shown).filter({ visible: true }).count()]).not.toEqual([shown, 0])
      expect(await page.getByText('Removals:').first().isVisible()).toBe(true)
      const paper = await page
        .locator('.card')
        .first()
        .evaluate((one) => {
          const view = one.ownerDocument.defaultView
          return [view?.getComputedStyle(one).backgroundColor, view?.getComputedStyle(one).color]
        })
      expect(paper).toEqual(['rgb(255, 255, 255)', 'rgb(27, 33, 44)'])
      expect(
        await page
          .locator('.pager')
          .evaluate((one) => one.ownerDocument.defaultView?.getComputedStyle(one, '::after').content),
      ).toContain('There are more')
      await page.setViewportSize({ width: 718, height: 1000 })
      await shot(page, `paper-${scheme}`)
      const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect(over).toBe(0)
      expect((await page.pdf({ format: 'A4' })).length).toBeGreaterThan(10_000)
      await context.close()
    },
  )

  test('is approved with a finger: the button is in reach, the dialog fits, and it happens', async () => {
    const plan = await scene.ask({ verb: 'assign', products: ['vray'], selection: { users: people(61, 62) } })
    const { page, context, complaints } = await phone('kim', path(plan))
    expect(await reachable(page, '.decide .primary')).toBe(true)
    await page.locator('.decide .primary').click()
    const dialog = page.locator('dialog[open]')
    await dialog.waitFor()
    expect(await faults(page)).toEqual([])
    const box = await dialog.boundingBox()
    expect([(box?.x ?? -1) >= 0, (box?.width ?? 999) <= 360, (box?.height ?? 999) <= 640]).toEqual([true, true, true])
    expect(await reachable(page, 'dialog[open] button.primary')).toBe(true)
    await shot(page, 'phone-approve')
    await dialog.locator('button.primary').click()
    await page.getByText('was applied: 2 succeeded.').waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each([true, false])(
    'is let through where guards hold it, with the number typed (script: %s)',
    async (scripts) => {
      const plan = scripts ? await removal(1, 12) : await removal(21, 32)
      const { page, context } = await phone('kim', path(plan, '/approve'), scripts)
      await page.getByText('Nothing of it was done: 0 of 16 items have been applied.').waitFor()
      const held = overrideCount((await scene.world.plan(plan)).findings) ?? 0
      const field = page.getByLabel(`Type ${held} to let them happen`)
      expect(await field.getAttribute('inputmode')).toBe('numeric')
      // Smaller letters make a telephone zoom in, and the rest of the page is out of sight.
      expect(
        Number.parseFloat(
          await field.evaluate((one) => one.ownerDocument.defaultView?.getComputedStyle(one).fontSize ?? ''),
        ),
      ).toBeGreaterThanOrEqual(16)
      await field.fill('1')
      await page.getByLabel('Why is it right?').fill('The studio closes.')
      await page.locator('#approval .primary').click()
      await page.getByText(`It is ${held}. Look at it again`).waitFor()
      expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
      await field.fill(String(held))
      await page.locator('#approval .primary').click()
      await expect.poll(() => stateOf(plan), { timeout: 20_000 }).toBe('applied')
      await context.close()
    },
  )

  test.each([true, false])('is rejected with a reason (script: %s)', async (scripts) => {
    await scene.world.drop(`roster-${scripts}.csv`, roster(80, scripts ? 2 : 3))
    const [plan = 0] = (await scene.world.propose()).plans
    const { page, context } = await phone('olga', path(plan), scripts)
    expect(await reachable(page, '.decide a[href$="/reject"]')).toBe(true)
    await page.getByRole('link', { name: 'Reject…' }).click()
    expect(await reachable(page, 'button.danger')).toBe(true)
    await page.getByLabel('Why?').fill('Not yet.')
    await shot(page, 'phone-reject')
    await page.getByRole('button', { name: 'Reject the plan' }).click()
    await page.getByText('Reason: Not yet.').waitFor()
    expect(await stateOf(plan)).toBe('rejected')
    await context.close()
  })
})
