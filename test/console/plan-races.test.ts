/** Plans on which others work at the same time: two tabs, Back, two clicks, a plan that changed or was replaced meanwhile. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { again } from '../../src/sync/again.ts'
import { edit } from '../../src/sync/edit.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { KIM } from '../support/pipeline.ts'
import { WIDE_LIMITS } from '../support/wide-limits.ts'
import { approveByDialog, email, openScene, path, roster, type Scene } from './plan-scene.ts'

const DANA = { ...KIM, name: 'dana@acme.example' }

describe.skipIf(chromiumPath() === null)('a plan on which others work', { timeout: 120_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(WIDE_LIMITS)
    await scene.world.sync('roster.csv', roster(200))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  test('tells whoever comes second, and repeats nothing', async () => {
    const plan = await scene.assigned(161)
    const [kim, dana] = [await scene.tab(browser, 'kim', path(plan)), await scene.tab(browser, 'dana', path(plan))]
    await approveByDialog(kim.page)
    await scene.applied(plan)
    await approveByDialog(dana.page)
    await dana.page.getByRole('heading', { name: 'Somebody was faster' }).waitFor()
    expect(await dana.page.getByText(/kim@acme.example approved it on .+ Nothing was done twice./).count()).toBe(1)
    expect(await faults(dana.page)).toEqual([])
    // Back to what was looked at before, and the same once more.
    await kim.page.goBack()
    await kim.page.goto(scene.url + path(plan))
    await kim.page.getByText('was applied: 1 succeeded, 1 had nothing to do.').waitFor()
    for (const { context } of [kim, dana]) await context.close()
  })

  test('does once what is clicked twice, and what is sent again after Back', async () => {
    const plan = await scene.assigned(163)
    const { page, context } = await scene.tab(browser, 'kim', path(plan, '/approve'), { scripts: false })
    const { hash } = await scene.world.plan(plan)
    await page.locator('#approval .primary').click()
    await page.getByText('is approved and starts now').waitFor()
    await scene.applied(plan)
    const token = await page.locator('input[name=token]').first().getAttribute('value')
    const sent = await page.request.post(scene.url + path(plan, '/approve'), {
      form: { token: token ?? '', hash },
      headers: { origin: scene.url },
    })
    expect(await sent.text()).toContain(`You had approved plan pln_${plan} already; nothing was done twice.`)
    await context.close()
    const other = await scene.assigned(165)
    const twice = await scene.tab(browser, 'kim', path(other))
    await twice.page.locator('.decide .primary').click()
    await twice.page.locator('dialog[open] button.primary').dblclick()
    await scene.applied(other)
    const approvals = await scene.sql`select from audit where plan_id = ${other} and act = 'plan.approved'`
    expect(approvals.length).toBe(1)
    await twice.context.close()
  })

  test('does not approve another plan than the one that was looked at, and says what changed', async () => {
    const plan = await scene.assigned(167, 169)
    const { page, context } = await scene.tab(browser, 'kim', path(plan))
    const { hash } = await scene.world.plan(plan)
    await edit(scene.world.parts, scene.organization, plan, {
      actor: DANA,
      act: 'leave_out',
      hash,
      emails: [email(168)],
    })
    await approveByDialog(page)
    await page
      .getByText(/dana@acme.example left out 1 person at \d\d:\d\d\. Nothing of what you asked was done\./)
      .waitFor()
    expect(await scene.stateOf(plan)).toBe('draft')
    await page.getByRole('link', { name: 'Look at it as it is now' }).click()
    await page.getByText('1 item left out').first().waitFor()
    await context.close()
  })

  test('of a plan that was replaced meanwhile leads to the newer one', async () => {
    const plan = await scene.assigned(170)
    const { page, context } = await scene.tab(browser, 'kim', path(plan))
    const newer = await again(scene.world.parts, scene.organization, plan, { actor: DANA })
    await approveByDialog(page)
    await page
      .getByText('The plan was replaced by a newer one while you looked at it. Nothing of it was done.')
      .waitFor()
    await page.getByRole('link', { name: `Look at the newer plan, pln_${newer.plan}` }).click()
    await page.waitForURL(`**/plans/pln_${newer.plan}`)
    expect(await scene.stateOf(plan)).toBe('superseded')
    await context.close()
  })
})
