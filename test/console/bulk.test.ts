/** Bulk operations in a real browser, as the help page has them: each of the four verbs, from each place, to the draft and its approval. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { type ConsoleWorld, openConsole } from './world.ts'

/** Where to leave pictures of the pages; nowhere without it. */
const SHOTS = process.env['SHOTS']

describe.skipIf(chromiumPath() === null)('bulk operations', () => {
  let world: ConsoleWorld
  let browser: Browser
  beforeAll(async () => {
    world = await openConsole()
    await world.populate(130)
    // As apply would have counted them.
    await world.sql`update products set owned = 60, used = 43 where key = 'cad'`
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  const shot = async (page: Page, name: string) => {
    if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}.png`, fullPage: true })
  }
  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click()
  const lastPlan = async () => {
    const [plan] = await world.sql<{ id: number; state: string; headline: string; leftOut: number }[]>`
      select id, state, headline, left_out as "leftOut" from plans order by id desc limit 1`
    if (plan === undefined) throw new Error('there is no plan')
    return plan
  }
  const upload = (page: Page, text: string | Buffer, name = 'people.csv') =>
    page.locator('#file').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(text) })

  test('assigns a product to a selection of the main page', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'operator@acme.example')
    for (const row of [0, 1, 3, 4]) await page.locator('tbody [data-tick]').nth(row).check()
    await page.locator('.bar summary', { hasText: 'Products' }).click()
    await press(page, 'Assign')
    await page.waitForURL('**/bulk/assign/users?who=**')
    expect(await page.locator('tbody [data-tick]:checked').count()).toBe(4)
    await page.locator('tbody [data-tick]').nth(1).uncheck()
    await press(page, 'Continue with 3 users')
    await page.waitForURL('**/bulk/assign/products**')
    await press(page, 'Continue')
    await page.getByText('Tick at least one product.').waitFor()
    await page.getByLabel(/CAD Pro/).check()
    await shot(page, 'products')
    await press(page, 'Continue')
    await page.getByLabel('Until the end of a day').check()
    await press(page, 'Continue with 1 product')
    await page.getByText('Choose the last day.').waitFor()
    await page.getByLabel('No expiration date').check()
    await page.getByLabel('Last day').fill('2027-06-30')
    expect(await page.getByLabel('Until the end of a day').isChecked()).toBe(true)
    await shot(page, 'options')
    await press(page, 'Continue with 1 product')
    await page.waitForURL('**/bulk/assign/summary/pln_**')
    expect(await page.getByText('30 Jun 2027').count()).toBe(1)
    await shot(page, 'summary')
    // Back to the first step, and forward again: everything is still chosen.
    await page.getByRole('link', { name: 'Expiration date' }).click()
    expect(await page.getByLabel('Last day').inputValue()).toBe('2027-06-30')
    await page.getByRole('link', { name: 'Users' }).click()
    expect(await page.locator('tbody [data-tick]:checked').count()).toBe(3)
    for (const next of ['Continue with 3 users', 'Continue', 'Continue with 1 product']) await press(page, next)
    await page.waitForURL('**/bulk/assign/summary/pln_**')
    const { id } = await lastPlan()
    expect(new URL(page.url()).pathname).toBe(`/o/acme/bulk/assign/summary/pln_${id}`)
    expect(await world.sql`select from plans`).toHaveLength(1)
    await press(page, 'Assign to 3 users')
    await page.waitForURL(`**/plans/pln_${id}`)
    expect(await lastPlan()).toMatchObject({ state: 'approved', headline: 'Assign 3; 3 people get one mail each' })
    // Back leads to what became of it, and nothing is done twice.
    await page.goBack()
    await page.waitForURL(`**/plans/pln_${id}`)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('removes users picked by hand, without a script: ticks stay through searches and pages', async () => {
    const { page, context } = await openTab(browser, { scripts: false })
    await world.signIn(page, 'admin@acme.example')
    await page.goto(`${world.url}/o/acme/bulk/remove`)
    await press(page, 'Continue: Manual removal')
    await press(page, /^Remove/)
    await page.getByText('Tick at least one user.').waitFor()
    await page.locator('tbody [data-tick]').nth(0).check()
    await press(page, 'Next page')
    await page.locator('tbody [data-tick]').nth(0).check()
    await page.getByRole('searchbox').fill('p0000103')
    await press(page, 'Search')
    expect(await page.getByText('selected').textContent()).toContain('2 selected')
    await page.locator('tbody [data-tick]').first().check()
    await press(page, 'Clear')
    expect(await page.locator('tbody [data-tick]').nth(0).isChecked()).toBe(true)
    expect(await page.locator('tbody tr').count()).toBe(50)
    await press(page, 'Remove 3 users')
    await page.waitForURL('**/bulk/remove/options**')
    await page.getByText('1 of them still holds products').waitFor()
    await press(page, 'Continue with 3 users')
    await page.waitForURL('**/bulk/remove/summary/**')
    await page.getByText('will fail', { exact: true }).waitFor()
    await shot(page, 'remove-summary')
    await page.getByRole('link', { name: 'Back' }).click()
    await page.getByLabel(/Revoke their products first \(1\)/).check()
    await page.getByLabel('Reason').fill('They left')
    await press(page, 'Continue with 3 users')
    await page.waitForURL('**/bulk/remove/summary/**')
    expect(await page.getByText('will fail', { exact: true }).count()).toBe(0)
    await press(page, 'Remove 3 users')
    const { id, state } = await lastPlan()
    expect(new URL(page.url()).pathname).toBe(`/o/acme/plans/pln_${id}`)
    expect(state).toBe('approved')
    await context.close()
  })

  test('invites the users of a .csv file: template, preview, faults with their lines, another reading', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'operator@acme.example')
    await page.getByLabel('Actions for users').click()
    await page.getByRole('link', { name: 'Invite users' }).click()
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the .csv template' }).click(),
    ])
    expect(download.suggestedFilename()).toBe('invite.csv')
    await upload(page, '\u0000\u0001\u0002PK')
    await press(page, 'Upload')
    await page.locator('.mistake').waitFor()
    const rows = ['email;first_name;Nachname;expires', 'kim@new.example;Kim;Ōe;', 'lee@new.example;Lee;Ito;01/02/2027']
    await upload(page, [...rows, 'nobody;No;Body;', 'pat@new.example;Pat;Ng;'].join('\n'))
    await press(page, 'Upload')
    await page.waitForURL('**/bulk/invite/users?upload=snp_**')
    await page.getByText('Line 4').waitFor()
    expect(await page.locator('.row-faults').first().textContent()).toContain('day or month first?')
    await page.getByText('Change how it is read').click()
    await page.getByLabel('Dates').selectOption('dmy')
    await page.getByLabel('Read the column Nachname as').selectOption('ignore')
    await shot(page, 'preview')
    await press(page, 'Read it again')
    await page.getByText('The file was read again.').waitFor()
    expect(await page.locator('tbody [data-tick]').count()).toBe(3)
    expect(await page.getByText('1 Feb 2027').count()).toBe(1)
    await page.getByLabel('Tick kim@new.example').uncheck()
    await press(page, 'Continue with 2 users')
    await page.waitForURL('**/bulk/invite/products**')
    await page.getByLabel(/CAD Pro/).check()
    await press(page, 'Continue')
    await page.getByLabel('Mail nobody').check()
    await press(page, 'Continue with 2 users')
    await page.waitForURL('**/bulk/invite/summary/**')
    await shot(page, 'invite-summary')
    expect(await lastPlan()).toMatchObject({ state: 'draft', leftOut: 2 })
    await press(page, 'Send 2 invites')
    await page.waitForURL('**/plans/pln_**')
    expect(await lastPlan()).toMatchObject({ state: 'approved' })
    // The same file again while its plan is under way: that plan.
    const { id } = await lastPlan()
    await page.goBack()
    await page.waitForURL(`**/plans/pln_${id}`)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('revokes from pasted addresses, and shows what it understood', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'operator@acme.example')
    await page.getByLabel('Actions for products').click()
    await page.getByRole('link', { name: 'Revoke products' }).click()
    await page
      .getByLabel('E-mail addresses')
      .fill('Chloé Nine <p0000009@acme.example>; p0000012@acme.example\tp0000012@acme.example\nnot(at)acme.example')
    await press(page, 'Continue: Paste addresses')
    await page.getByText('2 addresses are understood, 1 is not.').waitFor()
    await shot(page, 'paste')
    await press(page, 'Go on with 2 addresses')
    await page.waitForURL('**/bulk/revoke/users?upload=snp_**')
    await press(page, 'Continue with 2 users')
    await page.getByText('2 of the 2 users hold it').waitFor()
    await page.getByLabel('All products that they hold').check()
    await press(page, 'Continue')
    await press(page, 'Continue with all products')
    await page.waitForURL('**/bulk/revoke/summary/**')
    await page.getByRole('button', { name: 'Revoke 1 product from 2 users' }).waitFor()
    await press(page, 'Discard')
    await page.getByText('The draft was discarded.').waitFor()
    expect(await lastPlan()).toMatchObject({ state: 'discarded' })
    expect(complaints).toEqual([])
    await context.close()
  })

  test('takes everybody whom the list finds but a few, and asks an administrator to type what is held', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'admin@acme.example', '/o/acme?product=cad')
    await page.getByLabel(/that match/).check()
    await page.locator('.bar summary', { hasText: 'Users' }).click()
    await press(page, 'Remove users')
    await page.waitForURL('**/bulk/remove/users?all=1**')
    await page.locator('tbody [data-tick]').nth(2).uncheck()
    await shot(page, 'all')
    const people = Number(
      /Remove (\d+) users/.exec((await page.locator('.bar button.primary').textContent()) ?? '')?.[1],
    )
    await press(page, `Remove ${people} users`)
    await page.getByLabel(/Revoke their products first/).check()
    await shot(page, 'remove-options')
    await press(page, `Continue with ${people} users`)
    await page.waitForURL('**/bulk/remove/summary/**')
    const held =
      /Type ([\d,]+) to let them happen/.exec((await page.locator('.override').textContent()) ?? '')?.[1] ?? ''
    await shot(page, 'held')
    await page.getByText('Nothing of it was done: 0 of').waitFor()
    await page.getByLabel(/^Type .* to let them happen/).fill('1')
    await page.getByLabel('Why is it right?').fill('The project is over')
    await press(page, `Remove ${people} users`)
    await page.getByText(`It is ${held}. Look at it again`).waitFor()
    expect(await page.getByLabel('Why is it right?').inputValue()).toBe('The project is over')
    await page.getByLabel(/^Type .* to let them happen/).fill(held)
    await press(page, `Remove ${people} users`)
    await page.waitForURL('**/plans/pln_**')
    const plan = await lastPlan()
    expect(plan.state).toMatch(/^(approved|awaiting_approval)$/)
    expect(complaints).toEqual([])
    await context.close()
  })
})
