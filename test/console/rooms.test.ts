/** The rooms around plans in a real browser: overview, one person, products, sources, rules, guards, activity. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { showId } from '../../src/reconcile/identifiers.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { pagesOf } from './plan-scene.ts'
import { HOSTILE, openRooms, type Rooms } from './rooms-scene.ts'

describe.skipIf(chromiumPath() === null)('the rooms', () => {
  let rooms: Rooms
  let browser: Browser
  beforeAll(async () => {
    rooms = await openRooms()
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await rooms.close()
  })

  const on = pagesOf(() => ({ browser, signIn: rooms.signIn }))

  const person = (id: number) => `/people/${showId('mem', id)}`
  const file = async (name: string) => {
    const [row] = await rooms.sql<{ id: number }[]>`select id from snapshots where file = ${name}`
    return `/sources/hr/files/${showId('snp', row?.id ?? 0)}`
  }

  test.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
  ] as const)(
    'have no fault that axe knows, in %s at %i px',
    async (scheme, width) => {
      const paths = [
        '/overview',
        person(rooms.rich),
        person(rooms.pinned),
        '/decisions',
        '/products',
        '/products/houdini',
        '/products/new',
        '/sources',
        '/sources/hr',
        '/sources/idp',
        await file('roster-4.csv'),
        await file('roster-3.csv'),
        '/rules',
        '/rules/artists',
        '/rules/new',
        '/guards',
        '/guards/edit',
        '/activity',
        '/activity/seal',
        '/activity/mails',
      ]
      const look = async (page: Page) => {
        for (const path of paths) {
          await page.goto(`${rooms.url}/o/acme${path}`)
          expect(await faults(page), path).toEqual([])
          const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
          expect(await page.evaluate(over), path).toBe(0)
          expect(await page.locator('main h1').count(), path).toBe(1)
        }
      }
      await on('/overview', look, { scheme, width })
    },
    240_000,
  )

  test('the overview says in one sentence how things stand, and leads to what waits', async () => {
    await on('/overview', async (page) => {
      const sentence = await page.locator('.sentence').textContent()
      expect(sentence).toBe(
        'In step with 0 of 2 sources. 1 plan waits for you. 1 file waits for a decision. 1 question waits for an answer. 9 people wait for a seat of Houdini.',
      )
      expect(await page.locator('.alarms li').allTextContents()).toEqual([
        'A guard refused the file roster-4.csv of hr. Nothing of it was used. Look at it',
      ])
      await page.getByRole('link', { name: 'Remove 1' }).click()
      await page.waitForURL('**/plans/pln_*')
    })
  })

  test('a question is answered once, without a script, and then stands among the answered', async () => {
    await on(
      '/decisions',
      async (page) => expect(await page.getByRole('button', { name: 'Somebody new' }).count()).toBe(0),
      {
        who: 'vic',
      },
    )
    const walk = async (page: Page) => {
      await page.getByRole('link', { name: '1 question waits' }).click()
      expect(await page.getByRole('button', { name: /^The same person as/ }).count()).toBe(1)
      await page.getByRole('button', { name: 'Somebody new' }).press('Enter')
      await page.getByText('That is decided.').waitFor()
      await page.getByText('No question is open.').waitFor()
      await page.getByRole('link', { name: 'Answered' }).click()
      await page.getByText('by olga@acme.example').waitFor()
    }
    await on('/overview', walk, { who: 'olga', scripts: false })
    const [row] = await rooms.sql`select choice from decisions where id = ${rooms.question}`
    expect(row?.['choice']).toBe('create_new')
  })

  test('a person is told of with what they hold, why, and what became of every plan', async () => {
    await on(person(rooms.rich), async (page) => {
      const row = page.getByRole('row', { name: /V-Ray/ })
      expect(await row.textContent()).toMatch(/rule artists of hr gives V-Ray until 10 Dec 2026/)
      expect(await row.textContent()).toMatch(/asked for by kim@acme.example/)
      expect(await row.textContent()).toMatch(/borrowed on WS-204/)
      expect(await page.getByRole('row', { name: /Houdini/ }).textContent()).toMatch(/waits for a seat/)
      const deeds = await page.locator('.timeline b').allTextContents()
      expect(deeds).toEqual([
        'Remove',
        'Assign Houdini',
        'Extend V-Ray',
        'Assign V-Ray until 10 Dec 2026 (Europe/Berlin)',
        'Invite',
      ])
      expect(await page.locator('.timeline .setback').allTextContents()).toEqual([
        expect.stringContaining('has V-Ray borrowed on WS-204'),
      ])
      await page.getByText('More').click()
      await page.getByRole('button', { name: 'Remove user' }).click()
      await page.waitForURL('**/bulk/**')
    })
  })

  test('a pin is lifted without a script, and a viewer can neither see nor send the button', async () => {
    const path = person(rooms.pinned)
    await on(path, async (page) => expect(await page.getByText('Lift the pin').count()).toBe(0), { who: 'vic' })
    const lift = async (page: Page) => {
      await page.getByRole('link', { name: 'Lift the pin…' }).press('Enter')
      const follows = await page.locator('.will li').allTextContents()
      expect(follows[0]).toMatch(/“No V-Ray from any source” counts no more\.$/)
      expect(follows[1]).toMatch(/^Rule artists of hr gives V-Ray/)
      expect(await rooms.sql`select from pins`).toHaveLength(1)
      await page.getByRole('button', { name: 'Lift the pin' }).press('Enter')
      await page.getByText('The pin is lifted').waitFor()
      expect(await page.getByText('Pinned against sources').count()).toBe(0)
    }
    await on(path, lift, { who: 'olga', scripts: false })
    expect(await rooms.sql`select from pins`).toHaveLength(0)
  })

  test('a product shows its seats, who waits in which order, and its holders', async () => {
    await on('/products', async (page) => {
      await page.getByRole('link', { name: 'Houdini' }).click()
      await page.waitForURL('**/products/houdini')
      expect(await page.locator('.figures dd').allTextContents()).toEqual(['3', '3', '0', '1', '0', '9'])
      const waiting = page.locator('#waiting-table tbody tr')
      const told = await page.locator('#waiting-table .beneath').allTextContents()
      expect(await waiting.count()).toBe(9)
      // What files ask for was first; of those who were asked for together the plan itself said which number they are.
      const numbers = await rooms.sql<{ email: string; position: number }[]>`
        select i.subject_email as email, (o.params->>'position')::int as position from outcomes o
        join plan_items i on i.organization_id = o.organization_id and i.plan_id = o.plan_id and i.number = o.number
        where o.state = 'waiting_seat' and o.plan_id = 4`
      expect(numbers.length).toBe(5)
      for (const { email, position } of numbers) expect(told[position - 1]).toBe(email)
      expect(await page.locator('#holders-table tbody tr').count()).toBe(3)
      await page.getByRole('link', { name: 'Search them' }).click()
      await page.waitForURL('**/o/acme?product=houdini')
    })
  })

  test('a product is added, changed and retired here, each mistake beside its field, all without a script', async () => {
    const walk = async (page: Page) => {
      await page.getByRole('link', { name: 'Add a product' }).click()
      await page.getByRole('textbox', { name: 'Key' }).fill('corona')
      await page.getByLabel('Name', { exact: true }).fill('Corona')
      await page.getByLabel('Seats owned').fill('many')
      await page.getByRole('button', { name: 'Add the product' }).click()
      await page.getByText('Write a whole number of seats').waitFor()
      expect(await page.getByRole('textbox', { name: 'Key' }).inputValue()).toBe('corona')
      await page.getByLabel('Seats owned').fill('25')
      await page.getByRole('button', { name: 'Add the product' }).click()
      await page.waitForURL('**/products/corona')
      await page.getByRole('link', { name: 'Change seats and name' }).click()
      await page.getByLabel('Other names').fill('V-Ray')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByRole('alert').waitFor()
      await page.getByLabel('Other names').fill('Chaos Corona')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('It is changed.').waitFor()
      await page.getByRole('link', { name: 'Change seats and name' }).click()
      await page.getByRole('link', { name: 'Retire Corona…' }).click()
      await page.getByText('Nobody holds Corona.').waitFor()
      await page.getByRole('button', { name: 'Retire Corona' }).click()
      await page.getByText('Corona is retired.').waitFor()
    }
    await on('/products', walk, { scripts: false })
    await on('/products/vray', async (page) => {
      expect(await page.getByText('The configuration file manages this product').count()).toBe(1)
      expect(await page.getByRole('link', { name: 'Change seats' }).count()).toBe(0)
    })
  })

  test('a refused file says why, and is turned away', async () => {
    await on('/sources', async (page) => {
      await page.getByRole('link', { name: 'hr' }).click()
      await page.getByRole('link', { name: 'Look at roster-4.csv' }).click()
      await page.waitForURL('**/files/snp_*')
      expect(await page.getByText('below 63 (50 %) a file is refused').count()).toBe(1)
      await page.getByLabel('To let it in, type 114').fill('113')
      await page.getByRole('button', { name: 'Use this file' }).click()
      await page.getByText('You confirmed 113, but it is 114.').waitFor()
      await page.getByRole('link', { name: 'Turn it away…' }).click()
      await page.getByText('The 114 people who are missing from it lose nothing.').waitFor()
      await page.getByRole('button', { name: 'Turn it away' }).click()
      await page.getByText('is turned away').waitFor()
      await page.getByRole('combobox', { name: 'State' }).selectOption('dismissed')
      await page.waitForURL('**state=dismissed**')
      await expect.poll(() => page.locator('#files-table tbody tr').count()).toBe(1)
    })
    await on(await file('roster-3.csv'), async (page) => {
      expect(await page.locator('#wrong-table tbody tr').textContent()).toMatch(/no address/)
    })
  })

  test('a token of a source is made, shown once, and revoked; then the source goes live', async () => {
    await on('/sources/idp', async (page) => {
      await page.getByRole('button', { name: 'Make a token' }).click()
      const secret = await page.getByLabel('Token').inputValue()
      expect(secret.length).toBeGreaterThan(20)
      expect(await page.getByLabel('Base URL').inputValue()).toBe(`${rooms.url}/scim/v2`)
      await page.getByRole('link', { name: 'I have pasted it' }).click()
      await page.waitForURL('**/sources/idp')
      expect(await page.content()).not.toContain(secret)
      await page.getByRole('link', { name: /^Revoke/ }).click()
      expect(await page.locator('.will li').allTextContents()).toEqual([
        expect.stringMatching(/^The token \S+ opens nothing from now on/),
        'Nobody has used it yet.',
        expect.stringMatching(/^It is the last open one\. Identity provider cannot reach rosterd after this/),
        'A revoked token cannot be opened again; a new one can be made.',
      ])
      const [open] = await rooms.sql`select revoked_at as revoked from tokens order by id desc limit 1`
      expect(open?.['revoked']).toBe(null)
      await page.getByRole('button', { name: 'Revoke the token' }).click()
      await page.getByText('The token is revoked').waitFor()
      await page.getByRole('link', { name: 'Let Identity provider go live…' }).click()
      await page.getByRole('button', { name: 'Let Identity provider go live' }).click()
      await page.getByText('is live.').waitFor()
    })
    await on('/sources/idp', async (page) => expect(await page.getByRole('button', { name: 'Make' }).count()).toBe(0), {
      who: 'olga',
    })
  })

  test('a rule is written, corrected and retired; that of the file is only shown', async () => {
    await on('/rules', async (page) => {
      await page.getByRole('link', { name: 'Add a rule' }).click()
      await page.getByRole('textbox', { name: 'Key' }).fill('houdini-artists')
      await page.getByLabel('The rule').fill('when: {')
      await page.getByRole('button', { name: 'Add the rule' }).click()
      await page.locator('.mistake').waitFor()
      await page
        .getByLabel('The rule')
        .fill('source: hr\nwhen: { group: { name: Artists } }\nthen: [{ product: houdini }]')
      await page.getByRole('button', { name: 'Add the rule' }).click()
      await page.waitForURL('**/rules/houdini-artists')
      expect(await page.locator('.about dd').first().textContent()).toBe('group Artists, of hr')
      await page.getByRole('link', { name: 'Retire houdini-artists…' }).click()
      await page.getByRole('heading', { name: 'If it was retired' }).waitFor()
      await page.getByRole('button', { name: 'Retire houdini-artists' }).click()
      await page.waitForURL('**/rules')
      await page.getByRole('link', { name: 'artists' }).click()
      expect(await page.locator('pre').textContent()).toContain('    group:\n      name: Artists')
      expect(await page.getByRole('button', { name: 'Save' }).count()).toBe(0)
    })
  })

  test('limits are set here where the file has none, and go back to the usual ones', async () => {
    await on('/guards', async (page) => {
      await page.getByRole('link', { name: 'Change the limits' }).click()
      await page.getByLabel('Limits').fill('remove: { percent: 400 }')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.locator('.mistake').waitFor()
      await page.getByLabel('Limits').fill('remove: { percent: 7 }')
      await page.getByRole('button', { name: 'Save' }).click()
      await page.getByText('The limits were set here.').waitFor()
      expect(await page.getByRole('row', { name: /Removals/ }).textContent()).toContain('7 %')
      await page.getByRole('link', { name: 'Change the limits' }).click()
      await page.getByRole('link', { name: 'Use the usual limits…' }).click()
      await page.getByText(/^remove\.percent: 7 %/).waitFor()
      await page.getByRole('button', { name: 'Use the usual limits' }).click()
      await page.getByText('Nobody has set limits').waitFor()
    })
  })

  test('the audit is narrowed by who, what and to what, and says whether it is what was sealed', async () => {
    await on('/activity', async (page) => {
      await page.getByText('nothing is sealed yet').waitFor()
      await page.getByRole('searchbox').fill('pln_4')
      await page.waitForURL('**q=pln_4**')
      await expect.poll(() => page.locator('#audit-table tbody tr').count()).toBeLessThan(10)
      const objects = await page.locator('td[data-title="To what"]').allTextContents()
      expect(new Set(objects)).toEqual(new Set(['pln_4']))
      await page.getByRole('combobox', { name: 'What was done' }).selectOption('member')
      await expect.poll(() => page.locator('#audit-table tbody tr').count()).toBe(0)
      await page.getByRole('link', { name: 'Mails' }).click()
      await page.getByRole('combobox', { name: 'State' }).selectOption('failed')
      await page.getByText('No mail is in this state.').waitFor()
    })
    await on('/activity', async (page) => expect(new URL(page.url()).pathname).toBe('/o/acme/activity/mails'), {
      who: 'vic',
    })
  })

  test('names that would run are shown as text', async () => {
    for (const path of [person(rooms.hostile), '/products/houdini', '/products/vray']) {
      await on(path, async (page) => {
        expect(await page.getByText(HOSTILE).count(), path).toBeGreaterThan(0)
        expect(await page.locator('main img').count()).toBe(0)
        expect(await page.title()).not.toBe('run')
      })
    }
  })

  test.each([
    ['vic', '/products/new', 403],
    ['olga', '/guards/edit', 403],
    ['vic', '/activity/seal', 403],
    ['kim', '/people/mem_999999', 404],
    ['kim', '/people/nobody', 404],
    ['kim', '/products/nothing', 404],
    ['kim', '/sources/nothing', 404],
    ['kim', '/sources/hr/files/snp_999999', 404],
    ['kim', '/rules/nothing', 404],
  ] as const)('%s gets no page at %s', async (who, path, status) => {
    const { page, context } = await openTab(browser)
    await rooms.signIn(page, who, '/o/acme')
    expect((await page.goto(`${rooms.url}/o/acme${path}`))?.status()).toBe(status)
    await context.close()
  })
})
