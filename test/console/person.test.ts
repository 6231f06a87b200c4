/** One person's page: what people can say against sources, why and why not, and what a comparison would do now. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { showId } from '../../src/reconcile/identifiers.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { email, pagesOf } from './plan-scene.ts'
import { openRooms, type Rooms } from './rooms-scene.ts'

describe.skipIf(chromiumPath() === null)('a person', () => {
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
  const person = (id: number, rest = '') => `/people/${showId('mem', id)}${rest}`

  test('every rule is asked about them, and what would take a product away is said', async () => {
    await on(person(rooms.rich), async (page) => {
      await page.getByRole('link', { name: 'Why, and why not' }).click()
      await page.waitForURL('**/explain')
      expect(await page.locator('.lead').textContent()).toBe('2 of 3 rules are about them, by what sources say now.')
      expect(await page.getByRole('row', { name: /^artists/ }).textContent()).toMatch(
        /yes.*group Artists, says hr.*V-Ray/,
      )
      expect(await page.getByRole('row', { name: /^pushed/ }).textContent()).toMatch(
        /no.*no source that it looks at shows them/,
      )
      expect(await page.locator('.said li').first().textContent()).toMatch(
        /^V-Ray: only all 2 of these together: .*rule artists of hr.*kim@acme.example gave it by hand/,
      )
    })
  })

  test('a product is revoked and kept away: the row leads to the wizard with both chosen', async () => {
    const [row] = await rooms.sql<{ id: number }[]>`select id from members where email_key = ${email(18)}`
    await on(
      person(row?.id ?? 0),
      async (page) => {
        await page.getByRole('link', { name: 'Revoke and keep away: V-Ray' }).click()
        await page.waitForURL('**/bulk/revoke/products**')
        expect(await page.getByRole('checkbox', { name: /V-Ray/ }).isChecked()).toBe(true)
        expect(new URL(page.url()).searchParams.get('pin')).toBe('always')
      },
      { who: 'olga' },
    )
    await on(
      person(row?.id ?? 0),
      async (page) => {
        expect(await page.getByRole('link', { name: /keep away/ }).count()).toBe(0)
        expect(await page.getByRole('button', { name: 'Check now' }).count()).toBe(0)
      },
      { who: 'vic' },
    )
  })

  test('checked now, without a script: what would be done is said, and nothing is done', async () => {
    await rooms.sql`update members set first_name = 'Changed' where email_key = ${email(21)}`
    const [row] = await rooms.sql<{ id: number }[]>`select id from members where email_key = ${email(21)}`
    const check = async (page: Page) => {
      await page.getByRole('button', { name: 'Check now' }).press('Enter')
      await page.getByText(/^Checked: 1 change of theirs stands in pln_\d+/).waitFor()
    }
    await on(person(row?.id ?? 0), check, { who: 'olga', scripts: false })
    const [after] = await rooms.sql`select first_name as name from members where email_key = ${email(21)}`
    expect(after?.['name']).toBe('Changed')
  })

  test('an admin reads how somebody is protected; who asked for somebody by hand is named', async () => {
    await on(person(rooms.rich), async (page) => {
      await page.getByText('Protect them').click()
      expect(await page.locator('details pre').textContent()).toContain(`- "${email(9)}"`)
    })
    const plan = await rooms.ask({ verb: 'invite', selection: { users: ['new@acme.example'] } })
    await rooms.world.approve(plan)
    await rooms.world.run(plan)
    const [row] = await rooms.sql<{ id: number }[]>`select id from members where email_key = 'new@acme.example'`
    await on(person(row?.id ?? 0), async (page) => {
      await page.getByText(/^kim@acme.example asked for them,/).waitFor()
      expect(await page.getByText('Protect them').count()).toBe(1)
    })
  })

  test.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'have no fault that axe knows, in %s at %i px',
    async (scheme, width) => {
      const look = async (page: Page) => {
        for (const path of [person(rooms.rich), person(rooms.rich, '/explain'), person(rooms.hostile, '/explain')]) {
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
