/** What a rule would do is said while it is written, with and without script, and before it is retired. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { openScene, roster, type Scene } from './plan-scene.ts'

const NEW = '/o/acme/rules/new'
const RULE = 'source: hr\nwhen:\n  group: { name: Artists }\nthen:\n  - product: houdini\n'

describe.skipIf(chromiumPath() === null)('the preview of a rule', () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene()
    await scene.world.configure({
      products: 'vray: { name: V-Ray, seats: 400 }\nhoudini: { name: Houdini, seats: 300 }',
      rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }`,
    })
    await scene.world.sync('roster-1.csv', roster(30))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser?.close()
    await scene.close()
  })

  test('follows what is written, names some, and says what is wrong with it', async () => {
    const { page, context } = await openTab(browser)
    await scene.signIn(page, 'kim', NEW)
    const preview = page.getByRole('region', { name: 'What it would do' })
    await page.getByLabel('The rule').fill(RULE)
    await preview.getByText('10 people would get Houdini').waitFor()
    expect(await preview.textContent()).toContain('Of the 30 people whom sources show:')
    expect(await preview.textContent()).toContain('and 5 others')
    expect(await faults(page)).toEqual([])
    await page.getByLabel('The rule').fill(RULE.replace('houdini', 'nuke'))
    await preview.getByText('nuke').waitFor()
    await page.getByLabel('The rule').fill(RULE.replace('Artists', 'Nobodies'))
    await preview.getByText('Nothing would change for the 30 people whom sources show.').waitFor()
    // Nothing was saved.
    expect(await scene.sql`select from rules where key = 'houdini-artists'`).toHaveLength(0)
    await context.close()
  })

  test('without script it is asked for by a button, and what was written stays; so is the end of a rule', async () => {
    const { page, context } = await openTab(browser, { scripts: false })
    await scene.signIn(page, 'kim', NEW)
    await page.getByLabel('Key', { exact: true }).fill('houdini-artists')
    await page.getByLabel('The rule').fill(RULE)
    await page.getByRole('button', { name: 'See what it would do' }).click()
    await page.getByText('10 people would get Houdini').waitFor()
    expect(await page.getByLabel('Key', { exact: true }).inputValue()).toBe('houdini-artists')
    expect((await page.getByLabel('The rule').inputValue()).trim()).toBe(RULE.trim())
    await page.getByRole('button', { name: 'Add the rule' }).click()
    await page.waitForURL((at) => at.pathname.endsWith('/rules/houdini-artists'))
    await page.getByRole('link', { name: 'Retire houdini-artists…' }).click()
    await page.getByText('If it was retired').waitFor()
    await page.getByText('10 people would lose Houdini').waitFor()
    expect(await scene.sql`select from rules where key = 'houdini-artists' and to_change is null`).toHaveLength(1)
    await context.close()
  })
})
