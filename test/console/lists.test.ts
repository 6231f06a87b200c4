/** Lists that people take with them, what failed by reason and day, and mails that are sent once more. */
import { parse } from 'csv-parse/sync'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { failureDays } from '../../src/store/failure-days.ts'
import { resend } from '../../src/sync/resend.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { KIM } from '../support/pipeline.ts'
import { pagesOf } from './plan-scene.ts'
import { HOSTILE, openRooms, type Rooms } from './rooms-scene.ts'

describe.skipIf(chromiumPath() === null)('lists', () => {
  let rooms: Rooms
  let browser: Browser
  beforeAll(async () => {
    rooms = await openRooms(30)
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await rooms.close()
  })

  const on = pagesOf(() => ({ browser, signIn: rooms.signIn }))
  /** The file behind the link of a page. */
  async function taken(page: Page): Promise<string[][]> {
    const link = page.getByRole('link', { name: 'Download CSV' }).first()
    const answer = await page.request.get(new URL((await link.getAttribute('href')) ?? '', rooms.url).href)
    expect(answer.headers()['content-type']).toBe('text/csv; charset=utf-8')
    expect(answer.headers()['cache-control']).toBe('no-store')
    return parse((await answer.body()).toString('utf8'), { bom: true })
  }

  test.each([
    ['/products', ['key', 'name', 'owned', 'used'], 2],
    ['/products/houdini', ['position', 'email', 'name', 'since'], 4],
    ['/activity/mails', ['to', 'audience', 'about', 'plan'], 40],
  ] as const)('%s is taken as a file', async (path, header, least) => {
    await on(path, async (page) => {
      const [first, ...rows] = await taken(page)
      expect(first?.slice(0, header.length)).toEqual(header)
      expect(rows.length).toBeGreaterThanOrEqual(least)
    })
  })

  test('the audit is taken as it is narrowed, by an admin alone, and that is in the audit', async () => {
    await on('/activity?act=plan', async (page) => {
      const [header, ...rows] = await taken(page)
      const what = header?.indexOf('what') ?? -1
      expect(new Set(rows.map((row) => row[what]?.split('.')[0]))).toEqual(new Set(['plan']))
      expect((await taken(page)).length).toBe(rows.length + 1)
    })
    const [row] = await rooms.sql`
      select actor from audit where act = 'export.read' and object = 'audit' order by id desc limit 1`
    expect(row?.['actor']).toBe('kim@acme.example')
    await on(
      '/overview',
      async (page) => {
        const answer = await page.request.get(`${rooms.url}/o/acme/activity/audit.csv`)
        expect(answer.status()).toBe(403)
      },
      { who: 'olga' },
    )
  })

  test('what a spreadsheet would run is taken as text', async () => {
    await rooms.sql`update products set name = '=HYPERLINK("x")' where key = 'houdini'`
    await on('/products', async (page) => {
      const rows = await taken(page)
      expect(rows.find(([key]) => key === 'houdini')?.[1]).toBe('\'=HYPERLINK("x")')
    })
    await rooms.sql`update products set name = ${HOSTILE} where key = 'houdini'`
    await on('/products', async (page) => {
      expect(await page.getByText(HOSTILE).count()).toBeGreaterThan(0)
      expect((await taken(page)).find(([key]) => key === 'houdini')?.[1]).toBe(HOSTILE)
    })
  })

  test('failures stand by reason and day, items of plans and rows of files together', async () => {
    const { rows, cut } = await failureDays(rooms.sql, rooms.organization, { until: rooms.world.at, days: 30 })
    expect(cut).toBe(false)
    const sum = (code: string) => rows.filter((row) => row.code === code).reduce((all, { count }) => all + count, 0)
    const told = await rooms.sql<{ code: string; n: number }[]>`
      select code, count(*)::int as n from outcomes where state like 'failed%' group by 1`
    expect(told.length).toBeGreaterThan(0)
    for (const { code, n } of told) expect(sum(code)).toBe(n)
    expect(sum('EMAIL_INVALID')).toBe(1)
    await on(
      '/activity/mails',
      async (page) => {
        await page.getByRole('link', { name: 'Failures' }).click()
        await page.waitForURL('**/activity/failures')
        const all = rows.reduce((total, { count }) => total + count, 0)
        expect(await page.locator('.lead').textContent()).toMatch(new RegExp(`^${all} failures in the last 30 days`))
        expect(await page.locator('main').textContent()).not.toMatch(/--[a-z]/)
        expect((await taken(page)).length).toBe(new Set(rows.map(({ code }) => code)).size + 1)
        await page.getByRole('link', { name: /^pln_/ }).first().click()
        await page.waitForURL('**show=failed&code=**')
      },
      { who: 'vic' },
    )
  })

  test('a mail that did not arrive is sent once more, however often the button is pressed', async () => {
    const [letter] = await rooms.sql<{ id: number }[]>`select max(id)::int as id from letters where audience = 'member'`
    const id = letter?.id ?? 0
    await rooms.sql`update letters set state = 'unknown', error = 'MAIL_UNKNOWN', attempt = 1 where id = ${id}`
    const send = async (page: Page) => {
      await page.getByRole('button', { name: /^Send it again/ }).press('Enter')
      await page.getByText('is on its way again.').waitFor()
      expect(await page.getByRole('button', { name: /^Send it again/ }).count()).toBe(0)
    }
    await on(
      '/activity/mails?state=unknown',
      async (page) => {
        expect(await page.getByRole('button', { name: /^Send it again/ }).count()).toBe(0)
      },
      { who: 'vic' },
    )
    await on('/activity/mails?state=unknown', send, { who: 'olga', scripts: false })
    const [row] = await rooms.sql`select state, attempt from letters where id = ${id}`
    expect(row).toEqual({ state: 'due', attempt: 0 })
    const again = await resend(rooms.world.parts, rooms.organization, id, KIM).catch((error: unknown) => error)
    expect(again).toMatchObject({ code: 'LETTER_NOT_RESENT' })
    await rooms.sql`update letters set state = 'failed', event = 'administrator_invited' where id = ${id}`
    const link = await resend(rooms.world.parts, rooms.organization, id, KIM).catch((error: unknown) => error)
    expect(link).toMatchObject({ code: 'LETTER_NOT_RESENT' })
    const acts = await rooms.sql`select before from audit where act = 'letter.resent'`
    expect(acts).toEqual([{ before: { state: 'unknown', event: 'plan' } }])
  })

  test.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'have no fault that axe knows, in %s at %i px',
    async (scheme, width) => {
      await rooms.sql`update letters set state = 'failed', error = '550 no such user'
      where id = (select max(id) from letters where audience = 'administrator')`
      const look = async (page: Page) => {
        for (const path of ['/activity', '/activity/mails', '/activity/failures', '/products', '/products/vray']) {
          await page.goto(`${rooms.url}/o/acme${path}`)
          expect(await faults(page), path).toEqual([])
          const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
          expect(await page.evaluate(over), path).toBe(0)
        }
      }
      await on('/overview', look, { scheme, width })
    },
    60_000,
  )
})
