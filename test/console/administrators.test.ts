/** Administrators: invited by a letter with a link that works once, changed, removed; those of the configuration file stay as they are. */
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hashToken, identify, makeLinkSecret, makeToken } from '../../src/auth.ts'
import { writeLetter } from '../../src/notify/letters.ts'
import { createLetterBox } from '../../src/store/outbox.ts'
import { writeConfig } from '../../src/store/write-config.ts'
import { configOf } from '../api/world.ts'
import { faults } from '../support/axe.ts'
import { chromiumPath, openBrowser, openTab } from '../support/browser.ts'
import { type Bare, type ConsoleWorld, openConsole } from './world.ts'

let world: ConsoleWorld
beforeAll(async () => {
  world = await openConsole()
})
afterAll(() => world.close())

/** The links in the letters that are due, by address. */
async function post(): Promise<Map<string, string>> {
  const box = createLetterBox(world.sql, makeLinkSecret)
  const letters = await box.take(50, world.clock.at)
  for (const { id } of letters) await box.sent(id, 'x')
  return new Map(
    letters.map((letter) => [
      letter.to,
      /\/sign-in\?link=[\w-]{43}/.exec(writeLetter(letter, world.url).text)?.[0] ?? 'no link',
    ]),
  )
}

const list = async (cookie: string) => await (await world.ask('GET', '/o/acme/administrators', { cookie })).text()

describe('somebody who is invited', () => {
  test('gets a letter whose link lets them in once, with the role that was given, into this organization alone', async () => {
    const admin = await world.session('admin@acme.example')
    const invited = await world.ask('POST', '/o/acme/administrators/invite', {
      ...admin,
      fields: { email: 'New.Person@Acme.example', role: 'operator' },
    })
    expect(invited.status).toBe(303)
    expect(await list(admin.cookie)).toContain('New.Person@Acme.example is an administrator now')
    expect(await list(admin.cookie)).toMatch(/New\.Person@Acme\.example.*invited<\/span>.*link until/s)
    const link = (await post()).get('New.Person@Acme.example') ?? ''
    const secret = link.split('link=')[1] ?? ''
    const kept = await world.sql<{ text: string }[]>`
      select string_agg(to_jsonb(l)::text, '') || (select string_agg(to_jsonb(x)::text, '') from letters x)
        || (select string_agg(to_jsonb(a)::text, '') from audit a) as text from login_links l`
    expect(kept[0]?.text).toContain('administrator.invited')
    expect(kept[0]?.text).not.toContain(secret)
    expect((await world.ask('GET', link)).status).toBe(200)
    const answers = [1, 2].map(async () => await world.ask('POST', '/sign-in', { fields: { link: secret } }))
    const entered = (await Promise.all(answers)).sort((a, b) => a.status - b.status)
    expect(entered.map(({ status }) => status)).toEqual([303, 410])
    const cookie = (entered[0]?.headers.get('set-cookie') ?? '').split(';')[0] ?? ''
    const page = await (await world.ask('GET', '/o/acme', { cookie })).text()
    expect(page).toContain('operator of Acme')
    expect(await list(cookie)).not.toContain('Invite an administrator')
  })

  test('comes in within seven days, and by the newest link alone', async () => {
    const admin = await world.session('admin@acme.example')
    const ask = (path: string, fields: Record<string, string>) =>
      world.ask('POST', `/o/acme/administrators/${path}`, { ...admin, fields })
    await ask('invite', { email: 'late@acme.example', role: 'viewer' })
    const first = (await post()).get('late@acme.example') ?? ''
    await ask('again', { who: 'late@acme.example' })
    const second = (await post()).get('late@acme.example') ?? ''
    expect([(await world.ask('GET', first)).status, (await world.ask('GET', second)).status]).toEqual([410, 200])
    const before = world.clock.at
    world.clock.at = new Date(before.getTime() + 7 * 86_400_000)
    expect((await world.ask('GET', second)).status).toBe(410)
    world.clock.at = before
  })

  test('has no link any more when they are removed before the letter leaves, nor a session', async () => {
    const admin = await world.session('admin@acme.example')
    const ask = (path: string, fields: Record<string, string>) =>
      world.ask('POST', `/o/acme/administrators/${path}`, { ...admin, fields })
    await ask('invite', { email: 'gone@acme.example', role: 'viewer' })
    const theirs = await world.session('gone@acme.example')
    await ask('remove', { who: 'gone@acme.example' })
    expect((await post()).get('gone@acme.example')).toBe('no link')
    expect((await world.ask('GET', '/o/acme', theirs)).status).toBe(303)
    expect((await ask('remove', { who: 'gone@acme.example' })).status).toBe(404)
  })

  test('has the address that stands in what was pasted', async () => {
    const admin = await world.session('admin@acme.example')
    await world.ask('POST', '/o/acme/administrators/invite', { ...admin, fields: { email: 'mailto:Ann@acme.example' } })
    expect(await list(admin.cookie)).toContain('>Ann@acme.example is an administrator now')
    expect([...(await post()).keys()]).toContain('Ann@acme.example')
  })

  test('is a mistake that the form says where nobody can be meant', async () => {
    const admin = await world.session('admin@acme.example')
    for (const [email, says] of [
      ['no address', 'no address is not an e-mail address.'],
      ['Viewer@acme.example', 'Viewer@acme.example is an administrator of Acme already.'],
    ] as const) {
      const answer = await world.ask('POST', '/o/acme/administrators/invite', { ...admin, fields: { email } })
      const text = await answer.text()
      expect(answer.status).toBe(422)
      expect(text).toContain(says)
      expect(text).toContain(`value="${email}"`)
    }
  })
})

test('the configuration file, read again, leaves alone whom others invited, and takes over whom it names', async () => {
  const admin = await world.session('admin@acme.example')
  for (const email of ['stays@acme.example', 'taken@acme.example'])
    await world.ask('POST', '/o/acme/administrators/invite', { ...admin, fields: { email, role: 'viewer' } })
  const acme = configOf('acme', 'Acme')
  const taken = { email: 'taken@acme.example', emailKey: 'taken@acme.example', role: 'admin' }
  const write = (administrators: typeof acme.administrators) =>
    world.sql.begin((transaction) =>
      writeConfig(transaction, { ...acme, administrators }, world.clock.at, async () => 1),
    )
  const managed = async (key: string) =>
    (
      await world.sql<{ line: string }[]>`
        select role || ' by ' || managed as line from administrators
        where organization_id = ${world.ids['acme'] ?? 0} and email_key = ${key}`
    )[0]?.line
  await write([...acme.administrators, taken])
  expect([await managed('stays@acme.example'), await managed('taken@acme.example')]).toEqual([
    'viewer by console',
    'admin by config',
  ])
  await write(acme.administrators)
  expect([await managed('stays@acme.example'), await managed('taken@acme.example')]).toEqual([
    'viewer by console',
    undefined,
  ])
})

describe('what somebody held who is an administrator no more stays closed when they are one again', () => {
  const opens = async (token: string) =>
    (await identify(world.sql, token, hashToken('bootstrap'), world.clock.at)) !== null
  const isIn = async (bare: Bare) => (await world.ask('GET', '/o/acme', bare)).status === 200
  const told = async (email: string) => {
    const rows = await world.sql<{ line: string }[]>`
      select l.actor || ' ' || l.act as line from audit l join tokens t on l.object = 'tok_' || t.id
      where t.administrator_key = ${email} order by l.id`
    return rows.map(({ line }) => line)
  }
  /** A token, and a session as links on the daemon's machine open it: in every organization of its administrator. */
  const hold = async (email: string) => {
    const token = makeToken()
    await world.issue('acme', email, token)
    const session = await world.session(email)
    expect([await opens(token), await isIn(session)]).toEqual([true, true])
    return { token, session }
  }

  test('removed by another administrator', async () => {
    const admin = await world.session('admin@acme.example')
    const [who, elsewhere] = ['again@acme.example', makeToken()]
    const ask = (path: string, fields: Record<string, string>) =>
      world.ask('POST', `/o/acme/administrators/${path}`, { ...admin, fields })
    await ask('invite', { email: who, role: 'admin' })
    const { token, session } = await hold(who)
    await world.issue('globex', who, elsewhere)
    expect((await ask('remove', { who })).status).toBe(303)
    expect([await opens(token), await isIn(session)]).toEqual([false, false])
    await ask('invite', { email: who, role: 'admin' })
    expect([await opens(token), await isIn(session)]).toEqual([false, false])
    expect(await told(who)).toEqual(['admin@acme.example token.revoked'])
    const open = await world.sql`select from tokens where administrator_key = ${who} and revoked_at is null`
    expect(open.count).toBe(1)
    await hold(who)
  })

  test('no longer named by the configuration file', async () => {
    const who = 'listed@acme.example'
    const acme = configOf('acme', 'Acme')
    const listed = [...acme.administrators, { email: who, emailKey: who, role: 'admin' }]
    const write = (administrators: typeof listed) =>
      world.sql.begin((transaction) =>
        writeConfig(transaction, { ...acme, administrators }, world.clock.at, async () => 1),
      )
    await write(listed)
    const { token, session } = await hold(who)
    const [id] = await world.sql<{ id: number }[]>`select id from tokens where administrator_key = ${who}`
    expect((await write(listed)).revoked).toEqual([])
    expect(await opens(token)).toBe(true)
    expect((await write(acme.administrators)).revoked).toEqual([id?.id])
    await write(listed)
    expect([await opens(token), await isIn(session)]).toEqual([false, false])
    await hold(who)
    await write(acme.administrators)
  })
})

describe('nobody', () => {
  const forms = [
    ['invite', { email: 'x@acme.example' }],
    ['again', { who: 'viewer@acme.example' }],
    ['role', { who: 'viewer@acme.example', role: 'admin' }],
    ['remove', { who: 'viewer@acme.example' }],
  ] as const

  test.each(forms)('but an admin does this: %s', async (path, fields) => {
    const operator = await world.session('operator@acme.example')
    const answer = await world.ask('POST', `/o/acme/administrators/${path}`, { ...operator, fields })
    expect(answer.status).toBe(403)
  })

  test('changes those of the configuration file, or themselves', async () => {
    const admin = await world.session('admin@acme.example')
    const answer = await world.ask('POST', '/o/acme/administrators/remove', {
      ...admin,
      fields: { who: 'viewer@acme.example' },
    })
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('The configuration file sets the administrator viewer@acme.example')
    await world.ask('POST', '/o/acme/administrators/invite', {
      ...admin,
      fields: { email: 'self@acme.example', role: 'admin' },
    })
    const self = await world.session('self@acme.example')
    const own = await world.ask('POST', '/o/acme/administrators/role', {
      ...self,
      fields: { who: 'self@acme.example', role: 'viewer' },
    })
    expect([own.status, (await own.text()).includes('Ask another administrator')]).toEqual([409, true])
  })
})

describe.skipIf(chromiumPath() === null)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser.close())

  test.each([true, false])('somebody is invited, changed and removed; scripts: %s', async (scripts) => {
    const { page, context, complaints } = await openTab(browser, { scripts })
    const email = `browser-${scripts}@acme.example`
    await world.signIn(page, 'admin@acme.example')
    await page.goto(`${world.url}/o/acme`)
    await page.getByText('admin@acme.example').first().click()
    await page.getByRole('link', { name: 'Administrators' }).click()
    await page.getByLabel('E-mail').focus()
    await page.keyboard.type(email)
    await page.keyboard.press('Enter')
    await page.getByText(`${email} is an administrator now`).waitFor()
    await page.getByLabel(`Role of ${email}`, { exact: true }).selectOption('operator')
    await page.getByRole('button', { name: `Change the role of ${email}` }).click()
    await page.getByText(`${email} has the role operator now.`).waitFor()
    await page.getByLabel(`More for ${email}`).click()
    const row = page.getByRole('row', { name: email })
    await row.getByRole('link', { name: 'Remove…' }).click()
    await page.getByRole('button', { name: 'Remove this administrator' }).click()
    await page.getByText(`${email} administers Acme no more`).waitFor()
    expect(await page.getByRole('row', { name: email }).count()).toBe(0)
    expect(complaints).toEqual([])
    await context.close()
  })

  test.each(['light', 'dark'] as const)('has no fault that axe knows, in %s', async (scheme) => {
    for (const width of [1440, 360]) {
      const { page, context } = await openTab(browser, { scheme, width })
      await world.signIn(page, 'admin@acme.example', '/o/acme/administrators')
      expect(await faults(page)).toEqual([])
      expect(await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')).toBe(0)
      if (process.env['LOOK'])
        await page.screenshot({ path: `${process.env['LOOK']}/administrators-${scheme}-${width}.png`, fullPage: true })
      await context.close()
    }
  })
})
