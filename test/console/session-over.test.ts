/** A session that ends while somebody fills in a form: nothing is done, a sentence says so, and what was written is still there. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { email, openScene, path, people, roster, type Scene } from './plan-scene.ts'

const LIMITS = 'limits: { remove: { floor: 2, percent: 10, refuse_percent: null } }'

interface Filled {
  form: string
  /** Where it stands, below the organization. */
  at(scene: Scene): Promise<string>
  /** What is written into it, by the label of its field. */
  fields: Record<string, string>
  /** What has to be written anew: browsers neither keep nor offer a number that confirms. */
  again?: Record<string, string>
  button: string
  /** What is said once it is done. */
  done: string
}

const FORMS: Filled[] = [
  {
    form: 'the approval of a held plan',
    at: async (scene) => {
      const plan = await scene.ask({ verb: 'remove', revokeFirst: true, selection: { users: people(20, 31) } })
      return path(plan, '/approve').slice('/o/acme'.length)
    },
    fields: { 'Why is it right?': 'The studio closes.' },
    again: { 'Type 12 to let them happen': '12' },
    button: 'Remove 12 users',
    done: 'is approved and starts now',
  },
  {
    form: 'a rejection',
    at: async ({ ask, world, sql }) => {
      const plan = await ask({ verb: 'assign', products: ['vray'], selection: { users: [email(1)] } })
      await sql`update plans set state = 'awaiting_approval' where id = ${plan} and organization_id = ${world.organization}`
      return path(plan, '/reject').slice('/o/acme'.length)
    },
    fields: { 'Why?': 'They have it already.' },
    button: 'Reject the plan',
    done: 'Reason: They have it already.',
  },
  {
    form: 'a rule',
    at: async () => '/rules/new',
    fields: { Key: 'artists-too', 'The rule': 'source: hr\nwhen: { everyone: true }\nthen: [{ product: houdini }]' },
    button: 'Add the rule',
    done: 'What follows from it becomes a plan',
  },
  {
    form: 'a product',
    at: async () => '/products/new',
    fields: { Key: 'corona', Name: 'Corona', 'Seats owned': '25' },
    button: 'Add the product',
    done: 'Corona is there.',
  },
  {
    form: 'pasted addresses',
    at: async () => '/bulk/remove',
    fields: { 'E-mail addresses': email(2) },
    button: 'Continue: Paste addresses',
    done: 'What was understood',
  },
  {
    form: 'the invitation of an administrator',
    at: async () => '/administrators',
    fields: { 'E-mail': 'lee@acme.example' },
    button: 'Send invitation',
    done: 'lee@acme.example is an administrator now',
  },
]

describe.skipIf(chromiumPath() === null)('a session that ends', { timeout: 60_000 }, () => {
  let scene: Scene
  let browser: Browser
  beforeAll(async () => {
    scene = await openScene(LIMITS)
    await scene.world.sync('roster.csv', roster(40))
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  test.each(FORMS)('leaves in $form what was written', async ({ at, fields, again = {}, button, done }) => {
    const to = `/o/acme${await at(scene)}`
    const { page, context, complaints } = await scene.tab(browser, 'kim', to)
    await page.waitForURL(`**${to}`)
    page.setDefaultTimeout(20_000)
    const field = (label: string) => page.getByLabel(label, { exact: true })
    for (const [label, text] of Object.entries({ ...fields, ...again })) await field(label).fill(text)
    await scene.sql`delete from sessions`
    const before = await scene.sql`select from audit`
    const send = () => page.getByRole('button', { name: button, exact: true }).click()
    await send()
    await page.getByRole('heading', { name: 'You are signed out' }).waitFor()
    await page.getByText('Nothing was done.').waitFor()
    await page.getByText('what you wrote is still in it').waitFor()
    expect(await scene.sql`select from audit`).toHaveLength(before.length)
    // The link opens another tab, where they come in again; then they go back in this one.
    const popup = context.waitForEvent('page')
    await page.getByRole('link', { name: 'Sign in' }).click()
    await scene.signIn(await popup, 'kim', '/o/acme')
    await page.goBack()
    await page.waitForURL(`**${to}`)
    for (const [label, text] of Object.entries(fields))
      expect([label, await field(label).inputValue()]).toEqual([label, text])
    for (const [label, text] of Object.entries(again)) await field(label).fill(text)
    await send()
    await page.getByText(done).first().waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })

  test('or is another after signing in again lets a form be sent after going back', async () => {
    const { page, context } = await scene.tab(browser, 'kim', '/o/acme/products/new')
    await page.getByLabel('Key', { exact: true }).fill('phoenix')
    await page.getByLabel('Name', { exact: true }).fill('Phoenix')
    await page.getByLabel('Seats owned').fill('3')
    const other = await context.newPage()
    await scene.signIn(other, 'kim', '/o/acme')
    await page.getByRole('button', { name: 'Add the product' }).click()
    await page.getByText('This form does not belong to your session, so nothing was done.').waitFor()
    await page.getByText('Go back and send the form once more').waitFor()
    await page.goBack()
    expect(await page.getByLabel('Name', { exact: true }).inputValue()).toBe('Phoenix')
    await page.getByRole('button', { name: 'Add the product' }).click()
    await page.getByText('Phoenix is there.').waitFor()
    // Back after it is done, and the same once more: nothing is done twice.
    await page.goBack()
    await page.waitForURL('**/products/new')
    await page.getByRole('button', { name: 'Add the product' }).click()
    await page.waitForURL('**/products/phoenix')
    expect(await scene.sql`select from audit where object = 'products/phoenix'`).toHaveLength(1)
    await context.close()
  })
})
