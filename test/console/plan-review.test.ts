/** Plans in a real browser: what is reviewed, left out, approved, held, refused, rejected and let go. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { overrideCount } from '../../src/reconcile/review.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { approveByDialog, email, openScene, path, people, roster, type Scene } from './plan-scene.ts'

const LIMITS =
  'limits: { remove: { floor: 2, percent: 10, refuse_percent: 60, refuse_from: 10 }, revoke: { floor: 1000 }, revoke_all: { floor: 1000 } }'

describe.skipIf(chromiumPath() === null)('the review of a plan', { timeout: 120_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(LIMITS)
    await scene.world.sync('roster.csv', roster(200))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  test('leaves out what is unticked with what depends on it, puts it back, and approves the rest', async () => {
    const plan = await scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(1, 6) } })
    const { page, context, complaints } = await scene.tab(browser, 'kim', `/plans/pln_${plan}?organization=acme`)
    expect(new URL(page.url()).pathname).toBe(path(plan))
    expect(await page.locator('.decide .primary').textContent()).toBe('Remove 6 users…')
    await page.getByLabel('Tick revoke V-Ray Dmitri Person 3').uncheck()
    expect(await page.locator('[data-choice-text]').textContent()).toBe('Not kept yet: leave out 1.')
    expect(await page.locator('.decide').isVisible()).toBe(false)
    await page.getByRole('button', { name: 'Leave out what is not ticked' }).click()
    await page
      .getByText('2 items of 1 person are left out; 1 of these goes along because it depends on another.')
      .waitFor()
    expect(await page.locator('.decide .primary').textContent()).toBe('Remove 5 users…')
    expect(await page.locator('.left-out').count()).toBe(2)
    await page.getByLabel('Tick remove Dmitri Person 3').check()
    await page.getByRole('button', { name: 'Leave out what is not ticked' }).click()
    await page.getByText('are put back').waitFor()
    await page.getByLabel('Tick revoke V-Ray Grace Person 6').uncheck()
    await page.getByRole('button', { name: 'Leave out what is not ticked' }).click()
    await page.getByText('are left out').first().waitFor()
    await approveByDialog(page)
    await scene.applied(plan)
    await page.getByText('was applied: 6 succeeded, 2 left out').waitFor()
    expect((await scene.world.outcomes(plan)).filter((line) => line.includes('skipped_excluded')).length).toBe(2)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('lets a part of what a source wants happen: who is left out stands in the next plan', async () => {
    await scene.world.drop('roster-2.csv', roster(203))
    const { plans } = await scene.world.propose()
    const plan = plans[0] ?? 0
    expect(await scene.world.actions(plan)).toHaveLength(4)
    const { page, context, complaints } = await scene.tab(browser, 'kim', path(plan))
    expect(await page.locator('.decide .primary').textContent()).toBe('Approve all 4 items…')
    await page.getByLabel('Tick invite Bo Person 201').uncheck()
    await page.getByRole('button', { name: 'Leave out what is not ticked' }).click()
    await page.getByText('2 items of 1 person are left out').waitFor()
    expect(await page.locator('.decide .primary').textContent()).toBe('Approve 2 of 4 items…')
    expect(await faults(page)).toEqual([])
    await approveByDialog(page)
    await scene.applied(plan)
    await page.getByText('was applied: 2 succeeded, 2 left out').waitFor()
    const next = await scene.world.propose('due')
    expect(await scene.world.actions(next.plans[0])).toEqual([`invite ${email(201)}`, `assign ${email(201)} vray`])
    expect(complaints).toEqual([])
    await context.close()
  })

  test('shows what is searched and chosen, in the order of people, and more by pages', async () => {
    const plan = await scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(10, 130) } })
    const { page, context, complaints } = await scene.tab(browser, 'vic', path(plan))
    const names = () => page.locator('.first-of-person .beneath').allTextContents()
    expect(await page.getByText('50 people on this page').count()).toBe(1)
    const seen = await names()
    for (;;) {
      const next = page.getByRole('link', { name: 'Next page' })
      if ((await next.count()) === 0) break
      await next.click()
      await page.waitForURL('**after=**')
      seen.push(...(await names()))
    }
    expect([seen.length, new Set(seen).size]).toEqual([121, 121])
    await page.goto(scene.url + path(plan))
    await page.locator('.plan-tiles a.revoke').click()
    await page.waitForURL('**kind=revoke**')
    expect(await page.getByText('40 people on this page').count()).toBe(1)
    await page.getByPlaceholder('Search by name or e-mail').pressSequentially('person 12')
    await expect.poll(() => page.locator('#items tbody tr').count()).toBe(5)
    expect(await page.locator('.decide').count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('asks for the number that guards hold, and for the reason, of an administrator', async () => {
    const plan = await scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(131, 160) } })
    const operator = await scene.tab(browser, 'olga', path(plan, '/approve'))
    expect(await operator.page.getByText('Only an administrator with the role admin can let it happen').count()).toBe(1)
    expect(await operator.page.locator('#approval .primary').count()).toBe(0)
    await operator.context.close()
    const { page, context } = await scene.tab(browser, 'kim', `/plans/pln_${plan}?organization=acme`)
    expect(page.url()).toContain('guard=held')
    expect(await page.getByText('held', { exact: true }).count()).toBe(1)
    await page.locator('.decide .primary').click()
    await page.getByLabel('Type 30 to let them happen').fill('31')
    await page.getByLabel('Why is it right?').fill('The studio in Graz closes.')
    await page.locator('dialog[open] button.primary').click()
    await page.getByText('It is 30. Look at it again').waitFor()
    expect(await page.getByLabel('Why is it right?').inputValue()).toBe('The studio in Graz closes.')
    expect(await faults(page)).toEqual([])
    expect(await scene.stateOf(plan)).toBe('draft')
    await page.getByLabel('Type 30 to let them happen').fill('30')
    await page.keyboard.press('Enter')
    await scene.applied(plan)
    expect((await scene.world.plan(plan)).override).toMatchObject({ count: 30, reason: 'The studio in Graz closes.' })
    await context.close()
  })

  test('needs two administrators where guards refuse', async () => {
    const plan = await scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(7, 130) } })
    for (const who of ['kim', 'kim', 'dana'] as const) {
      const { page, context } = await scene.tab(browser, who, path(plan, '/approve'))
      await page.locator('#count').fill(String(overrideCount((await scene.world.plan(plan)).findings)))
      await page.locator('#reason').fill('All of them leave.')
      await page.locator('#approval .primary').click()
      // It may have ended by the time that one looks.
      if (who === 'dana')
        await page
          .getByText(/is approved and starts now|was applied/)
          .first()
          .waitFor()
      else await page.getByText('second administrator with another e-mail address').first().waitFor()
      await context.close()
    }
    await scene.applied(plan)
  })

  test('shows a viewer nothing to press, and refuses what they forge', async () => {
    const plan = await scene.assigned(172)
    const { page, context } = await scene.tab(browser, 'vic', path(plan))
    expect(await page.locator('main button:not(.without-script), main .button').count()).toBe(1) // the columns
    const token = await page.locator('input[name=token]').first().getAttribute('value')
    for (const verb of ['approve', 'reject', 'choose', 'submit', 'discard', 'start', 'cancel', 'again']) {
      const { hash } = await scene.world.plan(plan)
      const sent = await page.request.post(scene.url + path(plan, `/${verb}`), {
        form: { token: token ?? '', hash },
        headers: { origin: scene.url },
      })
      expect([verb, sent.status()]).toEqual([verb, 403])
    }
    expect(await scene.stateOf(plan)).toBe('draft')
    await context.close()
  })

  test('is submitted for others, rejected on a telephone, and a draft is let go', async () => {
    const [plan, other] = [await scene.assigned(174), await scene.assigned(176)]
    const { page, context } = await scene.tab(browser, 'olga', path(plan))
    await page.getByRole('button', { name: 'Submit for approval' }).click()
    await page.getByText('waits for somebody to approve it').waitFor()
    await page.goto(scene.url + path(other))
    await page.getByRole('button', { name: 'Discard' }).click()
    await page.getByText('It was let go, and nothing of it was done.').waitFor()
    await context.close()
    const phone = await openTab(browser, { width: 360, height: 700 })
    await phone.page.goto(`${scene.url}/plans/pln_${plan}?organization=acme`)
    expect(new URL(phone.page.url()).pathname).toBe('/sign-in')
    const to = new URL(phone.page.url()).searchParams.get('to') ?? ''
    await phone.page.goto(`${await scene.linkFor('kim')}&to=${encodeURIComponent(to)}`)
    await phone.page.getByRole('button', { name: 'Sign in' }).click()
    await phone.page.waitForURL(`**${path(plan)}`)
    await phone.page.getByRole('link', { name: 'Reject…' }).click()
    expect(await faults(phone.page)).toEqual([])
    await phone.page.getByLabel('Why?').fill('They have it already.')
    await phone.page.getByRole('button', { name: 'Reject the plan' }).click()
    await phone.page.getByText('Reason: They have it already.').waitFor()
    expect(await scene.stateOf(plan)).toBe('rejected')
    await phone.context.close()
  })

  test('is walked by keys alone, from the list to the end', async () => {
    const plan = await scene.assigned(178)
    const { page, context } = await scene.tab(browser, 'kim', '/o/acme/plans')
    await page.keyboard.press('j')
    await page.keyboard.press('Enter')
    await page.waitForURL(`**${path(plan)}`)
    await page.locator('.decide .primary').focus()
    await page.keyboard.press('Enter')
    await page.locator('dialog[open]').waitFor()
    await page.keyboard.press('Escape')
    expect(await page.locator('.decide .primary').evaluate((link) => link === link.ownerDocument.activeElement)).toBe(
      true,
    )
    await page.keyboard.press('Enter')
    for (let at = 0; at < 5; at += 1) {
      if (await page.locator('dialog[open] button.primary').evaluate((one) => one === one.ownerDocument.activeElement))
        break
      await page.keyboard.press('Tab')
    }
    await page.keyboard.press('Enter')
    await scene.applied(plan)
    await page.getByText('was applied: 2 succeeded.').waitFor()
    await context.close()
  })
})
