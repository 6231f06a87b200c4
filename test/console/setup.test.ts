/** From a source that stands in the configuration to one that works, step after step, as a person walks it in a browser. */
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkText, readEnvironment } from '../../src/config/index.ts'
import { KIND_NAMES, SOURCE_KINDS, yamlOfSource } from '../../src/console/sources/sources-yaml.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser } from '../support/browser.ts'
import { email, openScene, pagesOf, roster, type Scene } from './plan-scene.ts'

describe('what to write into the configuration file', () => {
  test.each(SOURCE_KINDS)('%s is what the daemon reads', (kind) => {
    const more = `    administrators: [{ email: kim@acme.example, role: admin }]
    products:
      vray: { name: V-Ray, seats: 4 }
`
    const text = yamlOfSource(kind, 'acme', 'vray').replace('  acme:\n', `  acme:\n    name: Acme\n${more}`)
    const { config, problems } = checkText('rosterd.yaml', text, readEnvironment({}))
    expect(problems).toEqual([])
    expect(config?.organizations[0]?.sources).toHaveLength(1)
  })
})

describe.skipIf(chromiumPath() === null)('setting a source up', () => {
  let scene: Scene
  let browser: Browser
  let token = ''
  beforeAll(async () => {
    scene = await openScene()
    await scene.world.configure({
      products: 'vray: { name: V-Ray, seats: 400 }\nhoudini: { name: Houdini, seats: 3 }',
      sources: `hr: { kind: csv, approval: manual }
idp: { kind: scim, approval: within_limits, name: Okta of Acme, dialect: okta }`,
      rules: `everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
artists: { source: hr, when: { group: { name: Artists } }, then: [{ product: vray }] }
pushed: { source: idp, when: { everyone: true }, then: [{ member: member }] }
pushed-vray: { source: idp, when: { group: { name: V-Ray users } }, then: [{ product: vray }] }
pushed-houdini: { source: idp, when: { group: { name: Houdini users } }, then: [{ product: houdini }] }`,
    })
    // Those of the configuration are those of the configuration again.
    for (const [name, role] of [
      ['olga', 'operator'],
      ['vic', 'viewer'],
    ])
      await scene.sql`insert into administrators (organization_id, email, email_key, role)
        values (${scene.organization}, ${`${name}@acme.example`}, ${`${name}@acme.example`}, ${role ?? ''}) on conflict do nothing`
    browser = await openBrowser()
  }, 120_000)
  afterAll(async () => {
    await browser.close()
    await scene.close()
  })

  const on = pagesOf(() => ({ browser, signIn: scene.signIn }))

  /** As the identity provider comes in. */
  async function push(path: string, body: unknown): Promise<string> {
    const answer = await fetch(`${scene.url}/scim/v2${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/scim+json' },
      body: JSON.stringify(body),
    })
    expect(answer.status, await answer.clone().text()).toBe(201)
    const { id } = (await answer.json()) as { id: string }
    return id
  }
  const user = (name: string, address: string, active = true) =>
    push('/Users', {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User'],
      userName: address,
      externalId: `ext-${name}`,
      name: { givenName: name, familyName: 'Adams' },
      emails: [{ value: address, primary: true }],
      active,
    })

  test('a source that is not there yet is written down, in words that the daemon reads', async () => {
    await on('/sources', async (page) => {
      await page.getByRole('link', { name: 'Connect a source' }).click()
      for (const kind of SOURCE_KINDS) {
        await page.getByRole('link', { name: KIND_NAMES[kind] }).click()
        await page.waitForURL(`**kind=${kind}`)
        expect(await page.locator('pre').textContent()).toBe(yamlOfSource(kind, 'acme', 'houdini'))
      }
      await page.getByRole('link', { name: 'See the sources' }).click()
      await page.waitForURL('**/sources')
    })
  })

  test('connect: the token is made on the way, and the page counts by itself who has come', async () => {
    await on('/sources/idp', async (page) => {
      await page.getByRole('link', { name: 'Set it up step by step' }).click()
      await page.waitForURL('**/sources/idp/setup/connect')
      expect(await page.getByText('SCIM connector base URL').count()).toBe(1)
      await page.getByRole('link', { name: 'Microsoft Entra ID' }).click()
      await page.getByText('Tenant URL').waitFor()
      expect(await page.getByText('/scim/v2?aadOptscim062020').count()).toBe(1)
      expect(await page.getByText('is not https').count()).toBe(1)
      await page.getByRole('button', { name: 'Make a token' }).click()
      token = await page.getByLabel('Token').inputValue()
      await page.getByRole('link', { name: 'I have pasted it' }).click()
      await page.waitForURL('**/setup/connect')
      await page.getByText('Nobody has come yet').waitFor()
      const eve = await user('Eve', 'eve@acme.example')
      const known = await user('Ada', email(3))
      await user('Gone', 'gone@acme.example', false)
      await push('/Groups', {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        displayName: 'V-Ray users',
        members: [{ value: eve }, { value: known }],
      })
      await page.getByRole('heading', { name: '3 people and 1 group have come' }).waitFor({ timeout: 20_000 })
      expect(await page.getByText('1 person is deactivated there.').count()).toBe(1)
      await page.getByRole('link', { name: 'Next: Look' }).click()
      await page.waitForURL('**/setup/look')
    })
  }, 60_000)

  test('look: who came, which groups, and which group a rule waits for in vain', async () => {
    await on('/sources/idp/setup/look', async (page) => {
      expect(await page.locator('.figures dd').allTextContents()).toEqual(['3', '1', '1', '2', '1'])
      expect(await page.locator('.notice li').allTextContents()).toEqual([
        'group Houdini users, named by pushed-houdini',
      ])
      expect(await page.getByRole('row', { name: /V-Ray users/ }).textContent()).toMatch(/2.*pushed-vray/)
      expect(await page.getByRole('row', { name: /Eve Adams/ }).textContent()).toMatch(/eve@acme.example.*ext-Eve/)
    })
  })

  test('match and simulate: numbers that add up, the plan in short, and nothing is done', async () => {
    await scene.world.sync('roster-1.csv', roster(6))
    await on('/sources/idp/setup', async (page) => {
      await page.waitForURL('**/setup/look')
      await page.goto(`${scene.url}/o/acme/sources/idp/setup/simulate`)
      await page.getByRole('button', { name: /^Compare/ }).click()
      await page
        .getByText(/^Compared with what all sources say now\. .*pln_\d+ is only shown, and never applied\./)
        .waitFor()
      await page.getByRole('heading', { name: /Invite 1/ }).waitFor()
      expect(await page.getByText('only shown', { exact: true }).count()).toBe(1)
      await page
        .getByRole('navigation', { name: /^Steps/ })
        .getByRole('link', { name: 'Match' })
        .click()
      await page.waitForURL('**/setup/match')
      const cells = await page.locator('#standings-table tbody td[data-title="People"]').allTextContents()
      expect(cells.map(Number).reduce((sum, one) => sum + one, 0)).toBe(3)
      expect(await page.locator('.lead').textContent()).toBe('3 people: 0 known here, 1 new, 1 to be decided.')
      await page.getByRole('link', { name: 'In the plan' }).first().click()
      await page.waitForURL('**/plans/pln_**')
    })
    const [row] = await scene.sql`select count(*)::int as n from members where email_key = 'eve@acme.example'`
    expect(row?.['n']).toBe(0)
  }, 60_000)

  test('go live: without a script, by an admin alone', async () => {
    await on(
      '/sources/idp/setup/go-live',
      async (page) => expect(await page.getByRole('button', { name: /go live/ }).count()).toBe(0),
      { who: 'olga' },
    )
    const walk = async (page: Page) => {
      await page.getByRole('link', { name: 'Let Okta of Acme go live…' }).press('Enter')
      await page.getByRole('heading', { name: /Invite 1/ }).waitFor()
      expect(await page.locator('.will li').allTextContents()).toEqual([
        'From then on it is real what Okta of Acme pushes: for the 3 people who came so far, and for whoever comes or goes there.',
        'What it would do is proposed anew at once. What would be too much is still held by the guards.',
        'It cannot be taken back here. To have its plans only shown again, the configuration file gives it the approval observe.',
      ])
      await page.getByRole('button', { name: 'Let Okta of Acme go live' }).press('Enter')
      await page.getByText('Okta of Acme is live.').waitFor()
      await page.goto(`${scene.url}/o/acme/sources/idp/setup`)
      await page.waitForURL('**/setup/go-live')
      await page.getByText('It is done.').waitFor()
    }
    await on('/sources/idp', walk, { scripts: false })
    const [row] = await scene.sql`select live_at is not null as live from sources where key = 'idp'`
    expect(row?.['live']).toBe(true)
  })

  test('a source of files: the folder and the template, the file and its verdict, the first plan', async () => {
    await on('/sources/hr/setup/folder', async (page) => {
      expect(await page.locator('pre').first().textContent()).toMatch(/hr$/)
      const download = page.waitForEvent('download')
      await page.getByRole('link', { name: 'Download the template' }).click()
      expect((await download).suggestedFilename()).toBe('hr.csv')
      await page.getByRole('link', { name: 'Next: First file' }).click()
      await page.getByRole('heading', { name: 'It is right, and it is used' }).waitFor()
      await page.getByRole('link', { name: 'Next: First plan' }).click()
      await page.waitForURL('**/setup/plan')
      await page.getByRole('link', { name: 'Look at every item' }).click()
      await page.waitForURL('**/plans/pln_**')
    })
    await on('/sources/hr/setup/connect', async (page) => expect(await page.title()).toMatch(/not|nothing/i))
  })

  test.each([
    ['light', 1280],
    ['dark', 360],
  ] as const)(
    'no step has a fault that axe knows, in %s at %i px',
    async (scheme, width) => {
      const look = async (page: Page) => {
        for (const path of [
          '/sources/new',
          '/sources/new?kind=csv',
          ...['connect', 'look', 'match', 'simulate', 'go-live'].map((step) => `/sources/idp/setup/${step}`),
          ...['folder', 'file', 'plan'].map((step) => `/sources/hr/setup/${step}`),
        ]) {
          await page.goto(`${scene.url}/o/acme${path}`)
          expect(await faults(page), path).toEqual([])
          const over = 'document.documentElement.scrollWidth - document.documentElement.clientWidth'
          expect(await page.evaluate(over), path).toBe(0)
        }
      }
      await on('/sources', look, { scheme, width })
    },
    60_000,
  )
})
