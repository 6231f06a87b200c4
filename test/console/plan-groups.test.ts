/** The list of a plan in groups, and a plan beside the one before it, in a real browser and as bare pages. */
import { mkdir } from 'node:fs/promises'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'
import { openScene, roster, type Scene, type Who } from './plan-scene.ts'

/** Where to leave pictures of the pages; nowhere without it. */
const SHOTS = process.env['SHOTS']

describe.skipIf(chromiumPath() === null)('a plan in groups, and beside the one before', { timeout: 120_000 }, () => {
  let scene: Scene
  let browser: Browser
  /** Made of 60 people of whom 8 are gone and 5 new; and the one that took its place, of 6 gone and 7 new. */
  let before = 0
  let now = 0
  beforeAll(async () => {
    scene = await openScene(WIDE_LIMITS)
    await scene.world.sync('roster.csv', roster(60))
    await scene.world.drop('roster-2.csv', roster(57, 9))
    before = (await scene.world.propose()).plans[0] ?? 0
    await scene.world.drop('roster-3.csv', roster(61, 7))
    now = (await scene.world.propose()).plans[0] ?? 0
    browser = await openBrowser()
    if (SHOTS !== undefined) await mkdir(SHOTS, { recursive: true })
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
  const rowsOf = (page: Page) =>
    page
      .locator('#groups-table tbody tr')
      .evaluateAll((rows) =>
        rows.map((row) => [...row.querySelectorAll('td')].slice(0, 3).map((cell) => cell.textContent?.trim())),
      )

  test('is put into groups that add up, and each opens its items', async () => {
    const { page, context, complaints } = await tab('olga', path(now))
    await shot(page, 'review')
    const all = Number(await page.locator('.plan-tiles a.all b').evaluate((one) => one.firstChild?.textContent))
    for (const [by, titles] of [
      ['Product', ['Without a product', 'V-Ray']],
      ['Rule or source', ['hr', 'Rule artists of hr']],
      ['Reason', ['Appears in hr', 'No longer in hr']],
    ] as const) {
      await page.getByRole('navigation', { name: 'Group by' }).getByRole('link', { name: by, exact: true }).click()
      await page.locator('#groups-table').waitFor()
      await page.locator('.group-by a[aria-current]', { hasText: by }).waitFor()
      const rows = await rowsOf(page)
      expect(rows.reduce((sum, [, items]) => sum + Number(items), 0)).toBe(all)
      for (const title of titles) expect(rows.map(([name]) => name)).toContain(title)
      expect(await faults(page)).toEqual([])
      await shot(page, `groups-${by.split(' ')[0]?.toLowerCase()}`)
      const [title, items] = rows[0] ?? []
      await page.getByRole('link', { name: title ?? '', exact: true }).click()
      await page.getByText('Only:').waitFor()
      expect(await page.locator('#items tbody tr').count()).toBe(Number(items))
      await page.getByRole('link', { name: 'Back to the groups' }).click()
      await page.locator('#groups-table').waitFor()
    }
    expect(complaints).toEqual([])
    await context.close()
  })

  test('has groups of what is searched and chosen, also by keys and without a script', async () => {
    const { page, context } = await tab('vic', path(now, '?by=reason&kind=remove'))
    expect((await rowsOf(page)).map(([title]) => title)).toEqual(['No longer in hr'])
    await page.getByPlaceholder('Search by name or e-mail').pressSequentially('p0003')
    await expect.poll(async () => (await rowsOf(page))[0]?.[1]).toBe('1')
    await page.keyboard.press('Escape')
    await page.locator('#groups-table tbody a').focus()
    await page.keyboard.press('Enter')
    await page.getByText('Only:').waitFor()
    await context.close()
    const bare = await tab('vic', path(now, '?by=product'), { scripts: false })
    await bare.page.getByRole('link', { name: 'V-Ray', exact: true }).click()
    await bare.page.getByText('Only:').waitFor()
    expect(await bare.page.locator('.decide').count()).toBe(0)
    await bare.context.close()
  })

  test('says what came, what went and what stayed since the plan whose place it took, and leads there and back', async () => {
    const { page, context, complaints } = await tab('olga', path(now))
    expect(await page.locator('.plan-tiles a.remove b').textContent()).toMatch(/^6 −2/)
    await page.getByText(`plan pln_${before}, whose place it took`).waitFor()
    await page.getByRole('link', { name: 'Compare with the previous plan' }).click()
    await page.getByRole('heading', { name: `What changed since plan pln_${before}` }).waitFor()
    const numbers = () =>
      page.locator('.tabs a').evaluateAll((tabs) => tabs.map((one) => one.textContent?.replace(/\s+/g, ' ').trim()))
    const [came, went, stayed] = (await numbers()).map((text) => Number(text?.split(' ')[1]))
    const items = async (plan: number) => (await scene.world.plan(plan)).items
    expect([(came ?? 0) + (stayed ?? 0), (went ?? 0) + (stayed ?? 0)]).toEqual([await items(now), await items(before)])
    expect(await page.locator('#items tbody tr').count()).toBe(came)
    expect(await faults(page)).toEqual([])
    await shot(page, 'compare')
    await page.getByRole('link', { name: /^Removals: .* went/ }).click()
    await page.waitForURL('**show=went**')
    const gone = await page.locator('#items tbody .person .beneath').allTextContents()
    expect(gone).toEqual(['p0007@acme.example', 'p0008@acme.example'])
    await page.getByRole('link', { name: /^Stayed/ }).click()
    await page.waitForURL('**show=stayed**')
    expect(await page.locator('#items tbody tr').count()).toBe(Math.min(50, stayed ?? 0))
    await page.getByRole('link', { name: `Plan pln_${before}` }).click()
    await page.getByText('A newer plan has taken its place, and nothing of this one was done').waitFor()
    await page.getByRole('link', { name: 'What changed since this one' }).click()
    await page.waitForURL(`**/pln_${now}/compare?with=pln_${before}`)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('has nothing to compare where there was no plan before, and no plan of another organization', async () => {
    const { page, context } = await tab('vic', path(before, '/compare'))
    await page.getByText('What changed since plan pln_1').waitFor()
    await page.goto(scene.url + path(1, '/compare?with=pln_999'))
    await page.getByText('There is no earlier plan to compare it with.').waitFor()
    expect(await page.locator('#items').count()).toBe(0)
    await context.close()
  })

  test('is counted once the page is there where it is large, and on demand without a script', async () => {
    await scene.sql`update plans set items = 30000 where id = ${now}`
    const { page, context, complaints } = await tab('vic', path(now, '?by=rule'))
    await page.locator('#groups-table').waitFor()
    await page.getByText('Expected:').waitFor()
    await page.goto(scene.url + path(now, '/compare?show=went'))
    await page.getByRole('link', { name: 'Went 2' }).waitFor()
    await page.locator('#items tbody tr').first().waitFor()
    expect(await page.locator('#items tbody tr').count()).toBe(2)
    expect(await faults(page)).toEqual([])
    expect(complaints).toEqual([])
    await context.close()
    const bare = await tab('vic', path(now, '?by=rule'), { scripts: false })
    expect(await bare.page.locator('#groups-table').count()).toBe(0)
    await bare.page.getByRole('link', { name: 'Count them now' }).click()
    await bare.page.locator('#groups-table').waitFor()
    await bare.page.getByText('Expected:').waitFor()
    await bare.page.goto(scene.url + path(now, '/compare'))
    await bare.page.getByRole('link', { name: 'Count them now' }).click()
    await bare.page.getByRole('link', { name: 'Came 3' }).waitFor()
    expect(await bare.page.locator('#items tbody tr').count()).toBe(3)
    await bare.context.close()
    await scene.sql`update plans set items = (select count(*) from plan_items where plan_id = ${now}) where id = ${now}`
  })

  test.each([
    ['light', 360],
    ['dark', 360],
    ['dark', 1440],
  ] as const)('has no fault that axe knows, in %s at %i px', async (scheme, width) => {
    const { page, context, complaints } = await openTab(browser, { scheme, width })
    await scene.signIn(page, 'kim', '/o/acme/plans')
    for (const rest of ['', '?by=rule', '?by=reason', '/compare', '/compare?show=stayed', '?same=reason:1']) {
      await page.goto(scene.url + path(now, rest))
      expect([rest, await faults(page)]).toEqual([rest, []])
      const over = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
      expect([rest, over]).toEqual([rest, 0])
      await shot(page, `${scheme}-${width}${rest.replaceAll(/\W/g, '-')}`)
    }
    expect(complaints).toEqual([])
    await context.close()
  })
})
