/** Signing in at a real OpenID provider: who comes in, who does not and is told why, and answers that belong to somebody else. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { ProviderSettings } from '../../src/console/context.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { CLIENT, type OpenProvider, openProvider } from '../support/openid.ts'
import { type ConsoleWorld, openConsole } from './world.ts'

let world: ConsoleWorld
let telling: OpenProvider
let terse: OpenProvider
let settings: ProviderSettings
beforeAll(async () => {
  world = await openConsole(() => settings)
  const callback = `${world.url}/sign-in/oidc/callback`
  telling = await openProvider(callback, true)
  terse = await openProvider(callback, false)
})
beforeEach(() => {
  settings = settingsFor(telling)
  telling.state.answering = true
})
afterAll(async () => {
  await Promise.all([telling.close(), terse.close()])
  await world.close()
})

const settingsFor = ({ issuer }: OpenProvider): ProviderSettings => ({
  issuer,
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  name: 'Test & Co',
  scopes: 'openid profile email',
  emailClaim: 'email',
  rolesClaim: 'groups',
  roles: { staff: 'viewer', it: { acme: 'operator' }, root: 'admin' },
})

const person = (email: string, ...groups: string[]) => ({ claims: { email, email_verified: true, groups } })

/** Goes the whole way as a browser does, without one; gives the callback and the last answer. */
async function walk(to = ''): Promise<{ callback: string; cookie: string; answer: Response }> {
  const begun = await world.ask('GET', `/sign-in/oidc${to && `?to=${encodeURIComponent(to)}`}`)
  const cookie = (begun.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
  const jar = new Map<string, string>()
  let at = begun.headers.get('location') ?? ''
  while (!at.startsWith(world.url)) {
    const step = await fetch(at, {
      redirect: 'manual',
      headers: { cookie: [...jar].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const line of step.headers.getSetCookie()) {
      const [name = '', value = ''] = (line.split(';')[0] ?? '').split(/=(.*)/s)
      jar.set(name, value)
    }
    const next = step.headers.get('location')
    if (next === null) throw new Error(`${step.status} ${await step.text()}`)
    at = new URL(next, at).href
  }
  const callback = at.slice(world.url.length)
  return { callback, cookie, answer: await world.ask('GET', callback, { cookie }) }
}

const sessionOf = (answer: Response) =>
  answer.headers
    .getSetCookie()
    .find((line) => line.startsWith('rosterd_session='))
    ?.split(';')[0] ?? ''
const roleIn = async (organization: string, cookie: string) => {
  const page = await world.ask('GET', `/o/${organization}/account`, { cookie })
  return page.status === 200 ? /menu-note">(\w+) of/.exec(await page.text())?.[1] : page.status
}

describe('who comes', () => {
  test('has the roles of the claim, in the organizations that it means, and goes on where they wanted to', async () => {
    telling.state.next = person('Kim@Acme.example', 'staff', 'it')
    const { answer } = await walk('/o/acme?state=invited')
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/o/acme?state=invited'])
    const cookie = sessionOf(answer)
    expect([await roleIn('acme', cookie), await roleIn('globex', cookie)]).toEqual(['operator', 'viewer'])
    const [row] = await world.sql`
      select actor, after from audit where act = 'session.opened' and organization_id = ${world.ids['acme'] ?? 0} order by id desc limit 1`
    expect(row).toEqual({ actor: 'kim@acme.example', after: { via: 'oidc' } })
  })

  test('may do what the provider says, not what the list of administrators says', async () => {
    telling.state.next = person('admin@acme.example', 'staff')
    expect(await roleIn('acme', sessionOf((await walk()).answer))).toBe('viewer')
    telling.state.next = person('viewer@acme.example', 'it')
    const cookie = sessionOf((await walk()).answer)
    expect([await roleIn('acme', cookie), await roleIn('globex', cookie)]).toEqual(['operator', 404])
  })

  test('is asked about further where the token does not tell everything', async () => {
    settings = settingsFor(terse)
    terse.state.next = person('kim@acme.example', 'root')
    expect(await roleIn('globex', sessionOf((await walk()).answer))).toBe('admin')
  })

  test.each<[string, Parameters<typeof person>, string]>([
    [
      'without a role',
      ['admin@acme.example', 'strangers'],
      'You are known at Test &amp; Co, as admin@acme.example, and have no role',
    ],
    ['without an address', ['nobody', 'root'], 'No verified e-mail address came from Test &amp; Co'],
  ])('%s does not come in and is told why', async (_, given, says) => {
    telling.state.next = person(...given)
    const { answer } = await walk()
    expect([answer.status, sessionOf(answer)]).toEqual([403, ''])
    expect(await answer.text()).toContain(says)
  })

  test('with an address that the provider has not verified does not come in', async () => {
    telling.state.next = { claims: { email: 'admin@acme.example', email_verified: false, groups: ['root'] } }
    expect((await walk()).answer.status).toBe(403)
  })

  test('is refused in the words of the provider, which are only words', async () => {
    telling.state.next = { refuses: '<img src=x onerror=alert(1)> is blocked' }
    const { answer } = await walk()
    const text = await answer.text()
    expect([answer.status, sessionOf(answer)]).toEqual([403, ''])
    expect(text).toContain('You were not signed in by Test &amp; Co: &lt;img src=x onerror=alert(1)&gt; is blocked.')
  })
})

describe('an answer', () => {
  test('to another browser, or to one that has forgotten it, lets nobody in', async () => {
    telling.state.next = person('admin@acme.example', 'root')
    const [mine, theirs] = [await walk(), await walk()]
    for (const cookie of [theirs.cookie, '', 'rosterd_oidc=x']) {
      const answer = await world.ask('GET', mine.callback, { cookie })
      expect([answer.status, sessionOf(answer)]).toEqual([410, ''])
      expect(await answer.text()).toContain('This sign-in was begun in another browser')
    }
  })

  test('lets in once', async () => {
    telling.state.next = person('admin@acme.example', 'root')
    const { callback, cookie, answer } = await walk()
    expect(sessionOf(answer)).not.toBe('')
    const again = await world.ask('GET', callback, { cookie })
    expect([again.status, sessionOf(again)]).toEqual([410, ''])
  })

  test('that names another issuer lets nobody in', async () => {
    telling.state.next = { refuses: 'not now' }
    const { callback, cookie } = await walk()
    const [path, query] = callback.split('?')
    const forged = new URLSearchParams(query)
    forged.set('iss', 'https://evil.example')
    const answer = await world.ask('GET', `${path}?${forged}`, { cookie })
    expect([answer.status, sessionOf(answer)]).toEqual([503, ''])
  })

  test('leads to the page without its query where a cookie cannot hold that', async () => {
    telling.state.next = person('admin@acme.example', 'root')
    const { answer, cookie } = await walk(`/o/acme/bulk/remove/users?who=${'1.'.repeat(2_000)}1`)
    expect(cookie.length).toBeLessThan(4_096)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/o/acme/bulk/remove/users'])
  })

  test('leads to no page that is not ours', async () => {
    telling.state.next = person('admin@acme.example', 'root')
    expect((await walk('//evil.example')).answer.headers.get('location')).toBe('/')
  })
})

test('a provider that is away is told as such, with the other way in, and asked again the next time', async () => {
  settings = { ...settingsFor(telling), clientId: 'another' }
  telling.state.answering = false
  const answer = await world.ask('GET', '/sign-in/oidc')
  expect(answer.status).toBe(503)
  expect(await answer.text()).toContain('rosterd login-link')
  telling.state.answering = true
  expect((await world.ask('GET', '/sign-in/oidc')).status).toBe(303)
})

test('without a provider there is no such way in', async () => {
  const none = await openConsole()
  expect((await none.ask('GET', '/sign-in/oidc')).status).toBe(404)
  expect((await none.ask('GET', '/sign-in/oidc/callback?state=x')).status).toBe(404)
  expect(await (await none.ask('GET', '/sign-in')).text()).not.toContain('/sign-in/oidc')
  await none.close()
})

describe.skipIf(chromiumPath() === null)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test.each([true, false])('by keyboard, with scripts: %s', async (scripts) => {
    const { page, context, complaints } = await openTab(browser, { scripts })
    telling.state.next = person('kim@acme.example', 'it')
    await page.goto(`${world.url}/o/acme?state=invited`)
    await page.getByRole('link', { name: 'Sign in with Test & Co' }).focus()
    await page.keyboard.press('Enter')
    await page.waitForURL('**/o/acme?state=invited')
    await page.goto(`${world.url}/o/acme/account`)
    expect(await page.getByRole('cell', { name: 'OpenID provider' }).count()).toBeGreaterThan(0)
    await page.getByText('kim@acme.example').first().click()
    await page.getByRole('button', { name: 'Sign out', exact: true }).click()
    await page.waitForURL('**/sign-in')
    await page.goto(`${world.url}/o/acme`)
    expect(new URL(page.url()).pathname).toBe('/sign-in')
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each(['light', 'dark'] as const)(
    'the page to sign in and its refusals have no fault that axe knows, in %s',
    async (scheme) => {
      const { page, context } = await openTab(browser, { scheme, width: 360 })
      telling.state.next = person('admin@acme.example')
      await page.goto(`${world.url}/sign-in`)
      await page.getByText('Sign in with a one-time link').click()
      expect(await faults(page)).toEqual([])
      await page.getByRole('link', { name: 'Sign in with Test & Co' }).click()
      await page.getByText('have no role in rosterd there').waitFor()
      expect(await faults(page)).toEqual([])
      await context.close()
    },
  )
})
