/** How many people each rule gives something: exactly where they are few, about where they are many, and late then. */
import type { Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { roughly } from '../../src/console/settings/rule-reach.tsx'
import { ruleReaches } from '../../src/store/rule-reach.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { openScene, roster, type Scene } from './plan-scene.ts'

const RULES = ['everyone', 'artists', 'artists-too', 'nobody']

test.each([
  [0, 0],
  [7, 7],
  [999, 999],
  [1_234, 1_230],
  [101_625, 102_000],
])('%i is roughly %i', (amount, told) => expect(roughly(amount)).toBe(told))

describe('what rules give', () => {
  let scene: Scene
  beforeAll(async () => {
    scene = await openScene()
    await scene.world.configure({
      products: 'vray: { name: V-Ray, seats: 400 }\nhoudini: { name: Houdini, seats: 300 }',
      rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }, { product: houdini }] }
artists-too: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
nobody: { source: hr, when: { group: { name: Misspelt } }, then: [{ product: houdini }] }`,
    })
    await scene.world.sync('roster-1.csv', roster(30))
  }, 120_000)
  afterAll(() => scene.close())

  test('a person is counted once, and nothing is the sole reason that another one gives as well', async () => {
    const { rules, about } = await ruleReaches(scene.sql, scene.organization, RULES)
    expect(about).toBeNull()
    expect([...rules.values()].toSorted((a, b) => (a.rule < b.rule ? -1 : 1))).toEqual([
      { rule: 'artists', people: 10, sole: 10 },
      { rule: 'artists-too', people: 10, sole: 0 },
      { rule: 'everyone', people: 30, sole: 30 },
    ])
  })

  describe.skipIf(chromiumPath() === null)('on the page of rules', () => {
    /** A tab of a browser of its own. */
    async function inTab(options: Parameters<typeof openTab>[1], work: (page: Page) => Promise<void>): Promise<void> {
      const browser = await openBrowser()
      const { page, complaints } = await openTab(browser, options)
      await scene.signIn(page, 'kim', '/o/acme/rules')
      await work(page)
      expect(complaints).toEqual([])
      await browser.close()
    }

    test('each says how many, and which gives nothing to anybody', async () => {
      await inTab({}, async (page) => {
        const told = async (rule: string) =>
          (await page.locator(`tr:has(a:text-is("${rule}")) td[data-title="Gives it to"]`).textContent()) ?? ''
        expect(await told('everyone')).toBe('30 peoplesole reason for 30')
        expect(await told('artists-too')).toBe('10 peopleothers give the same')
        expect(await told('nobody')).toBe('gives nothing to anybody')
        await page.getByRole('link', { name: 'nobody' }).click()
        await page.getByText('gives nothing to anybody').waitFor()
      })
    })

    test('of many people the numbers come after the page, about right; few are counted exactly', async () => {
      const { sql, organization } = scene
      await sql`insert into people (organization_id, id, from_change)
        select ${organization}, n, 1 from generate_series(1001, 26000) n`
      await sql`insert into claims (organization_id, person_id, source_id, from_change, status, role, rule)
        select ${organization}, n, 1, 1, 'active', 'member', 'everyone' from generate_series(1001, 26000) n`
      await sql`insert into grants (organization_id, person_id, product_id, source_id, rule, from_change, priority, seat_priority)
        select ${organization}, n, 1, 1, 'artists', 1, 500, 500 from generate_series(1001, 26000, 3) n`
      const { rules, about } = await ruleReaches(sql, organization, RULES)
      expect(about).toBeGreaterThan(100)
      const artists = rules.get('artists')?.people ?? 0
      expect(Math.abs(artists - 8_344) / 8_344).toBeLessThan(0.1)
      expect(rules.get('artists-too')).toEqual({ rule: 'artists-too', people: 10, sole: 0 })
      expect(rules.has('nobody')).toBe(false)
      await inTab({}, async (page) => {
        await page.getByText(/^about 25,0\d\d people$|^about 25,\d00 people$/).waitFor()
        await page.getByText('gives nothing to anybody').waitFor()
        expect(await page.getByRole('link', { name: /^Count to how many/ }).count()).toBe(0)
      })
      await inTab({ scripts: false }, async (page) => {
        await page.getByRole('link', { name: /^Count to how many/ }).click()
        await page.getByText('gives nothing to anybody').waitFor()
      })
    })
  })
})
