/** Bulk operations when something comes in between: a session that ends, a second tab, a double click, hostile names, other roles; and what axe says. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab, type Scheme } from '../support/browser.ts'
import { type ConsoleWorld, openConsole } from './world.ts'

/** Where to leave pictures of the pages; nowhere without it. */
const SHOTS = process.env['SHOTS']
const HOUR = 3_600_000

describe.skipIf(chromiumPath() === null)('bulk operations', () => {
  let world: ConsoleWorld
  let browser: Browser
  const hostile = `<img src=x onerror="document.title='run'">"'&amp;`
  beforeAll(async () => {
    world = await openConsole()
    await world.populate(260)
    await world.sql`update products set owned = 90, used = 86 where key = 'cad'`
    await world.sql`update members set first_name = null, last_name = null, display_name = ${hostile} where id = 3`
    await world.sql`update products set name = ${`CAD ${hostile}`} where key = 'cad'`
    await world.sql`
      insert into borrows (organization_id, person_id, product_id, device, device_key, until, since)
      values (${world.ids['acme'] ?? 0}, 6, 1, ${`laptop ${hostile}`}, 'laptop', '2027-03-01T00:00:00Z', '2026-11-01T00:00:00Z')`
    browser = await openBrowser()
  })
  afterAll(async () => {
    await browser.close()
    await world.close()
  })

  const press = (page: Page, name: string | RegExp) => page.getByRole('button', { name }).first().click()
  const plans = () => world.sql<{ id: number; state: string }[]>`select id, state from plans order by id desc`
  const OPTIONS = '/o/acme/bulk/assign/options?who=1.1.1&product=cad'

  test('a session that ends loses nothing: neither the steps, nor what the last form held', async () => {
    const { page, context } = await openTab(browser)
    await world.signIn(page, 'operator@acme.example', OPTIONS)
    await page.waitForURL('**/options**')
    const before = world.clock.at
    const drafts = (await plans()).length
    await page.getByLabel('Last day').fill('2027-01-31')
    await page.getByLabel('Wait for a seat').check()
    world.clock.at = new Date(before.getTime() + 30 * HOUR)
    await press(page, 'Continue with 1 product')
    await page.waitForURL('**/sign-in?to=**')
    expect(await plans()).toHaveLength(drafts)
    // The link is opened in another tab, as from a mail; then this one is loaded again.
    const other = await context.newPage()
    await world.signIn(other, 'operator@acme.example')
    await page.reload()
    await page.waitForURL('**/bulk/assign/options**')
    expect(await page.getByLabel('Last day').inputValue()).toBe('2027-01-31')
    expect(await page.getByLabel('Wait for a seat').isChecked()).toBe(true)
    // A form of the session before is shown again, too.
    await other.goto(page.url())
    await world.signIn(page, 'operator@acme.example', OPTIONS)
    await other.getByLabel('Mail nobody').check()
    await press(other, 'Continue with 1 product')
    await other.waitForURL('**/options**quiet=1**')
    expect(await other.getByLabel('Mail nobody').isChecked()).toBe(true)
    expect(await plans()).toHaveLength(drafts)
    await press(other, 'Continue with 1 product')
    await other.waitForURL('**/summary/**')
    world.clock.at = before
    await context.close()
  })

  test('two tabs and a double click make one plan, which is approved once', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'operator@acme.example', `${OPTIONS}&reason=x`)
    const other = await context.newPage()
    await other.goto(page.url())
    const before = (await plans()).length
    await Promise.all([
      page.getByRole('button', { name: 'Continue with 1 product' }).dblclick(),
      press(other, 'Continue with 1 product'),
    ])
    for (const tab of [page, other]) await tab.waitForURL('**/summary/**')
    expect(await plans()).toHaveLength(before + 1)
    expect(new URL(other.url()).pathname).toBe(new URL(page.url()).pathname)
    await page.getByRole('button', { name: /^Assign to/ }).dblclick()
    await page.waitForURL('**/plans/pln_**')
    await press(other, /^Assign to/)
    await other.waitForURL('**/plans/pln_**')
    expect(await other.locator('#notice').textContent()).toMatch(/can(not| only) be approved|is (approved|applying)/)
    const made = (await plans())[0]
    expect(world.executed.filter((id) => id === made?.id)).toHaveLength(1)
    expect(complaints).toEqual([])
    await context.close()
  })

  test('what somebody may not do is neither shown nor done', async () => {
    const { page, context } = await openTab(browser)
    await world.signIn(page, 'viewer@acme.example')
    const answer = await page.goto(`${world.url}/o/acme/bulk/remove`)
    expect(answer?.status()).toBe(403)
    await context.close()
    const viewer = await world.session('viewer@acme.example')
    const before = await plans()
    for (const path of ['', '/paste', '/draft', '/approve', '/submit', '/discard', '/read']) {
      const fields = { member: 'mem_1', plan: `pln_${before[0]?.id ?? 1}`, who: '1', pasted: 'a@b.example' }
      const forged = await world.ask('POST', `/o/acme/bulk/remove${path}`, { ...viewer, fields })
      expect([path, forged.status]).toEqual([path, 403])
    }
    expect(await plans()).toEqual(before)
    // An operator may not invite administrators, whatever the form says.
    const operator = await world.session('operator@acme.example')
    const upload = await world.ask('POST', '/o/acme/bulk/invite/paste', {
      ...operator,
      fields: { pasted: 'z@acme.example' },
    })
    const { searchParams } = new URL(upload.headers.get('location') ?? '', world.url)
    const fields = { upload: searchParams.get('upload') ?? '', role: 'owner' }
    expect((await world.ask('POST', '/o/acme/bulk/invite/draft', { ...operator, fields })).status).toBe(403)
    // Nor does anybody reach what belongs to another organization.
    const foreign = await world.session('admin@globex.example')
    const theirs = `/o/globex/bulk/invite/users?upload=${fields.upload}`
    expect((await world.ask('GET', theirs, foreign)).status).toBe(404)
    expect((await world.ask('GET', `/o/globex/bulk/assign/summary/pln_${before[0]?.id}`, foreign)).status).toBe(404)
  })

  test('the same file is not done twice, but on purpose', async () => {
    const operator = await world.session('operator@acme.example')
    const paste = async () => {
      const fields = { pasted: 'p0000021@acme.example' }
      const sent = await world.ask('POST', '/o/acme/bulk/revoke/paste', { ...operator, fields })
      return new URL(sent.headers.get('location') ?? '', world.url).searchParams.get('upload') ?? ''
    }
    const draft = async (upload: string, more: Record<string, string> = {}) =>
      await world.ask('POST', '/o/acme/bulk/revoke/draft', { ...operator, fields: { upload, every: '1', ...more } })
    const first = await draft(await paste())
    expect(first.headers.get('location')).toContain('/bulk/revoke/summary/pln_')
    // While it waits, the same file leads to the same draft.
    const same = (answer: Response) => /pln_\d+/.exec(answer.headers.get('location') ?? '')?.[0]
    expect(same(await draft(await paste()))).toBe(same(first))
    await world.sql`update plans set state = 'applied', finished_at = now() where id = ${Number(same(first)?.slice(4))}`
    const upload = await paste()
    const refused = await draft(upload)
    expect([refused.status, (await refused.text()).includes('Do it again all the same')]).toEqual([409, true])
    const again = await draft(upload, { again: '1' })
    expect([again.status, same(again) === same(first)]).toEqual([303, false])
  })

  test('addresses that no page has written lead nowhere bad', async () => {
    const operator = await world.session('operator@acme.example')
    const get = async (path: string) => (await world.ask('GET', `/o/acme/bulk/${path}`, operator)).status
    for (const path of [
      'fly',
      'remove/summary/pln_999999',
      'remove/summary/x',
      'assign/users?upload=snp_999999',
      'fly/template.csv',
    ])
      expect([path, await get(path)]).toEqual([path, 404])
    for (const path of [
      'remove/users?who=...',
      'remove/options?who=',
      'assign/products?who=zzzzzzzzzz',
      'assign/options?who=1&product=',
      'remove/users?who=1&shown=1&on=mem_9&on=x',
    ])
      expect([path, await get(path)]).toEqual([path, 303])
    expect(await get('remove/users?browse=1&after=nonsense&q=%00')).toBe(200)
    expect(await get('assign/products?who=1&product=nothing-like-it')).toBe(200)
    expect(await get('remove/users?all=1&filter=state%3Dremoved')).toBe(200)
    const gone = await world.ask('POST', '/o/acme/bulk/assign/draft', {
      ...operator,
      fields: { who: '1', product: 'nothing-like-it' },
    })
    expect([gone.status, (await gone.text()).includes('nothing-like-it')]).toEqual([404, true])
  })

  const PAGES: [name: string, path: string][] = [
    ['start', 'bulk/remove'],
    ['browse', 'bulk/assign/users?browse=1&who=1.1.3'],
    ['users', 'bulk/remove/users?all=1&filter=product%3Dcad&without=3'],
    ['assign-products', 'bulk/assign/products?who=1.1.1.1.1.1.1'],
    ['revoke-products', 'bulk/revoke/products?who=3.3.3&product=cad'],
    ['assign-options', 'bulk/assign/options?who=1.1.1&product=cad'],
    ['remove-options', 'bulk/remove/options?who=3.3.3.1'],
    ['invite', 'bulk/invite'],
  ]

  test.each([
    ['light', 1440],
    ['dark', 1440],
    ['light', 360],
    ['dark', 360],
  ] as [Scheme, number][])('has no fault that axe knows, in %s at %d px', async (scheme, width) => {
    const { page, context, complaints } = await openTab(browser, { scheme, width })
    await world.signIn(page, 'admin@acme.example')
    const look = async (name: string) => {
      // On a small screen the colours are the same.
      if (width > 400 || scheme === 'light') expect([name, await faults(page)]).toEqual([name, []])
      const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
      expect([name, await page.evaluate(over)]).toEqual([name, 0])
      if (SHOTS !== undefined) await page.screenshot({ path: `${SHOTS}/${name}-${scheme}-${width}.png` })
    }
    for (const [name, path] of PAGES) {
      await page.goto(`${world.url}/o/acme/${path}`)
      await look(name)
    }
    expect(await page.title()).not.toBe('run')
    // A file whose names and faults are hostile, and the summary of those for whom there is no seat.
    await page.goto(`${world.url}/o/acme/bulk/invite`)
    const cell = hostile.replaceAll('"', '""')
    const rows = ['email,first_name,products', `"a1@x.example","${cell}",AutoDraw`, `"${cell}","x","${cell}"`]
    const more = Array.from({ length: 9 }, (_, index) => `b${index}@x.example,Bo,AutoDraw`)
    const buffer = Buffer.from([...rows, ...more].join('\n'))
    await page
      .locator('#file')
      .setInputFiles({ name: `${hostile.replaceAll('/', '')}.csv`, mimeType: 'text/csv', buffer })
    await press(page, 'Upload')
    await page.getByText('Rows that cannot be used').waitFor()
    await page.getByText('Change how it is read').click()
    await look('file')
    await press(page, /^Continue with/)
    await press(page, 'Continue')
    await press(page, /^Continue with/)
    await page.waitForURL('**/summary/**')
    await page.getByText('will fail', { exact: true }).first().waitFor()
    await look('summary')
    await press(page, 'Discard')
    await page.goto(`${world.url}/o/acme/bulk/remove/options?all=1&filter=product%3Dcad`)
    await page.getByLabel(/Revoke their products first/).check()
    await press(page, /^Continue with/)
    await page.waitForURL('**/summary/**')
    await look('held')
    await press(page, 'Discard')
    expect(await page.title()).not.toBe('run')
    expect(complaints).toEqual([])
    await context.close()
  })

  test('goes by the keyboard alone', async () => {
    const { page, context, complaints } = await openTab(browser)
    await world.signIn(page, 'operator@acme.example', '/o/acme/bulk/revoke/users?browse=1')
    await page.waitForURL('**browse=1**')
    for (const key of ['j', 'j', 'j', 'x']) await page.keyboard.press(key)
    await page.getByRole('button', { name: 'Continue with 1 user' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/products**')
    await page.getByLabel(/^CAD/).focus()
    await page.keyboard.press('Space')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/options**')
    await page.getByLabel('Reason').focus()
    await page.keyboard.type('Not needed')
    await page.keyboard.press('Enter')
    await page.waitForURL('**/summary/**')
    await page.getByRole('button', { name: 'Revoke 1 product from 1 user' }).waitFor()
    expect(complaints).toEqual([])
    await context.close()
  })
})
