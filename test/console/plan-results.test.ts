/** Plans in a real browser while they run and after: progress to the end, stopping the rest, failures and what to do about them. */
import { readFile } from 'node:fs/promises'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'
import { openScene, path, people, roster, type Scene } from './plan-scene.ts'

const HOSTILE = `<img src=x onerror="document.title='run'">"'&amp;`

describe.skipIf(chromiumPath() === null)('the results of a plan', { timeout: 120_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(WIDE_LIMITS)
    await scene.world.sync('roster.csv', roster(120))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  test('is followed while it runs, to its end, by whoever stays and whoever comes back', async () => {
    const plan = await scene.ask({ verb: 'assign', products: ['vray'], selection: { users: people(1, 40) } })
    scene.gate.open = false
    const { page, context, complaints } = await scene.tab(browser, 'kim', path(plan))
    await page.locator('.decide .primary').click()
    await page.locator('dialog[open] button.primary').click()
    await page.getByText('0 of 40 items').waitFor()
    expect(await faults(page)).toEqual([])
    expect(await page.getByText('you may close this page').count()).toBe(2)
    scene.release()
    await page.getByText('was applied: 27 succeeded, 13 had nothing to do.').waitFor()
    expect(await page.getByRole('link', { name: 'Done 40' }).count()).toBe(1)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('is followed and stopped without a script, too', async () => {
    const plan = await scene.ask({ verb: 'assign', products: ['houdini'], selection: { users: people(41, 42) } })
    scene.gate.open = false
    const { page, context } = await scene.tab(browser, 'olga', path(plan), { scripts: false })
    await page.locator('.decide .primary').click()
    await page.waitForURL('**/approve')
    await page.getByRole('button', { name: 'Assign to 2 users' }).click()
    await page.getByText('0 of 2 items').waitFor()
    expect(await page.content()).toContain('http-equiv="refresh"')
    await page.getByRole('link', { name: 'Cancel the rest…' }).click()
    await page.getByText('Nothing of its 2 items is done, and nothing will be.').waitFor()
    await page.getByRole('button', { name: 'Cancel the rest' }).click()
    await page.getByText('What was done already stays done.').waitFor()
    await page.getByText('was cancelled: 2 cancelled.').waitFor()
    await page.getByRole('button', { name: 'Ask for it again' }).click()
    await page.getByText('asks for the same once more').waitFor()
    expect(await scene.stateOf(plan)).toBe('cancelled')
    scene.gate.waiting.splice(0)
    scene.gate.open = true
    await context.close()
  })

  test('is approved first and started later', async () => {
    const plan = await scene.ask({ verb: 'assign', products: ['vray'], selection: { users: people(43, 44) } })
    const { page, context } = await scene.tab(browser, 'olga', path(plan, '/approve'))
    await page.getByLabel('Only approve it').check()
    await page.locator('#approval .primary').click()
    await page.getByText('It waits for somebody to start it.').first().waitFor()
    expect(await scene.stateOf(plan)).toBe('approved')
    await page.getByRole('button', { name: 'Start it' }).click()
    await page.getByText('was applied: 2 succeeded.').waitFor()
    await context.close()
  })

  test('groups failures by reason, gives them as a file, and leads to revoking what stands in the way', async () => {
    const plan = await scene.ask({ verb: 'remove', selection: { users: people(90, 99) } })
    await scene.world.approve(plan)
    await scene.world.run(plan)
    const { page, context, complaints } = await scene.tab(browser, 'olga', path(plan))
    await page.getByText('was applied in part: 6 succeeded, 4 failed.').waitFor()
    expect(await page.getByRole('link', { name: 'Failed 4' }).getAttribute('aria-current')).toBe('page')
    expect(await page.locator('.reasons code').allTextContents()).toEqual(['HAS_PRODUCTS'])
    expect(await page.locator('main').textContent()).not.toContain('--')
    const download = page.waitForEvent('download')
    await page.getByRole('link', { name: 'Download failures .csv' }).click()
    const file = await readFile(await (await download).path(), 'utf8')
    expect(file.split('\n').filter((row) => row.includes('HAS_PRODUCTS')).length).toBe(4)
    const audit = await scene.sql`select from audit where act = 'failures.read' and plan_id = ${plan}`
    expect(audit.length).toBe(1)
    await page.getByRole('link', { name: 'Done 6' }).click()
    await page.waitForURL('**show=done**')
    expect(await page.locator('#items tbody tr').count()).toBe(6)
    await page.goto(scene.url + path(plan))
    await page.getByRole('button', { name: 'Revoke the products of 4 users' }).click()
    await page.waitForURL('**/bulk/revoke**')
    await page.getByText('p0090@acme.example').first().waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each(['light', 'dark'] as const)(
    'and every other page of plans has no fault that axe knows, in %s',
    async (scheme) => {
      const draft = await scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(1, 12) } })
      const failed =
        (await scene.sql<{ id: number }[]>`select id::int from plans where state = 'partially_failed' limit 1`)[0]
          ?.id ?? 0
      const pages = [
        '/o/acme/plans',
        path(draft),
        path(draft, '/approve'),
        path(failed),
        path(failed, '?show=all'),
        path(1),
      ]
      for (const width of [scheme === 'light' ? 1440 : 360]) {
        const { page, context, complaints } = await openTab(browser, { scheme, width })
        await scene.signIn(page, 'kim', '/o/acme/plans')
        for (const one of pages) {
          await page.goto(scene.url + one)
          expect([one, await faults(page)]).toEqual([one, []])
          const over = await page.evaluate(
            'document.documentElement.scrollWidth - document.documentElement.clientWidth',
          )
          expect([one, width, over]).toEqual([one, width, 0])
        }
        await page.goto(scene.url + path(draft))
        await page.locator('.decide .primary').click()
        expect(await faults(page)).toEqual([])
        expect(complaints).toEqual([])
        await context.close()
      }
    },
  )

  test('finds plans by words, numbers and filters, and compares on demand', async () => {
    const { page, context, complaints } = await scene.tab(browser, 'olga', '/o/acme/plans')
    await page.getByPlaceholder('Search by number').pressSequentially('pln_1')
    await expect.poll(() => page.locator('#plans tbody tr').count()).toBe(1)
    await page.goto(`${scene.url}/o/acme/plans?state=cancelled&lane=by_hand`)
    expect(await page.locator('#plans tbody tr').count()).toBe(1)
    await page.goto(`${scene.url}/o/acme/plans?q=nothing+like+this`)
    await page.getByText('No plan is found by this search.').waitFor()
    await page.goto(`${scene.url}/o/acme/plans?source=hr`)
    expect(await page.locator('#plans tbody tr').count()).toBe(1)
    await page.getByRole('button', { name: 'Compare with the sources now' }).click()
    await page.getByText(/^Compared\./).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test('shows what sources and people write as text, whatever it holds', async () => {
    const csv = (name: string) => `"${name.replaceAll('"', '""')}"`
    await scene.world.drop(`b${encodeURIComponent('<b>')}.csv`, roster(120).replace(',Person 50,', `,${csv(HOSTILE)},`))
    const { plans } = await scene.world.propose()
    const plan = plans[0] ?? 0
    await scene.sql`update plans set created_by = ${HOSTILE}, headline = ${HOSTILE} where id = ${plan}`
    await scene.sql`update plan_items set subject_name = ${HOSTILE}, evidence = ${JSON.stringify({ file: HOSTILE, line: 3, snapshotId: null })}::text::jsonb where plan_id = ${plan}`
    const { page, context, complaints } = await scene.tab(browser, 'kim', path(plan))
    for (const rest of ['', '/approve', '/reject']) {
      await page.goto(scene.url + path(plan, rest))
      expect(await page.locator('main img').count()).toBe(0)
    }
    await page.getByText(HOSTILE).first().waitFor()
    await page
      .getByRole('button', { name: 'Back' })
      .or(page.getByRole('link', { name: 'Back' }))
      .first()
      .click()
    await page.locator('.decide .primary').click()
    await page.locator('dialog[open] button.primary').click()
    await page
      .getByText(/was applied/)
      .first()
      .waitFor()
    await page.goto(`${scene.url}/o/acme/plans`)
    expect(await page.locator('main img').count()).toBe(0)
    expect(await page.title()).not.toContain('run')
    expect(complaints).toEqual([])
    await context.close()
  })
})
