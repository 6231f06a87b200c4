/** The door of the console, without a browser: links that are used once, sessions, forged forms, roles, headers. */
import { request } from 'node:http'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ConsoleWorld, openConsole } from './world.ts'

let world: ConsoleWorld
beforeAll(async () => {
  world = await openConsole()
})
afterAll(() => world.close())

const HOUR = 3_600_000
const setCookie = (answer: Response) => answer.headers.get('set-cookie') ?? ''

describe('a link', () => {
  test('is not used up by looking at it, however often', async () => {
    const link = await world.linkFor('admin@acme.example')
    for (const _ of [1, 2, 3]) {
      const looked = await world.ask('GET', link)
      expect(looked.status).toBe(200)
      expect(setCookie(looked)).toBe('')
    }
    const secret = link.split('link=')[1] ?? ''
    expect((await world.ask('POST', '/sign-in', { fields: { link: secret } })).status).toBe(303)
  })

  test('lets in one of many who come at once, and says so to the others', async () => {
    const secret = (await world.linkFor('admin@acme.example')).split('link=')[1] ?? ''
    const answers = await Promise.all(
      [1, 2, 3, 4, 5].map(() => world.ask('POST', '/sign-in', { fields: { link: secret } })),
    )
    expect(answers.map(({ status }) => status).sort()).toEqual([303, 410, 410, 410, 410])
    const late = answers.find(({ status }) => status === 410)
    expect(await late?.text()).toContain('This sign-in link does not work any more')
  })

  test('is over after ten minutes', async () => {
    const link = await world.linkFor('admin@acme.example')
    const before = world.clock.at
    world.clock.at = new Date(before.getTime() + 600_000)
    expect((await world.ask('GET', link)).status).toBe(410)
    world.clock.at = before
    expect((await world.ask('GET', link)).status).toBe(200)
  })

  test('of somebody who is an administrator of nothing opens nothing, and is not used up', async () => {
    const secret = (await world.linkFor('nobody@acme.example')).split('link=')[1] ?? ''
    for (const _ of [1, 2]) {
      const answer = await world.ask('POST', '/sign-in', { fields: { link: secret } })
      expect([answer.status, setCookie(answer)]).toEqual([403, ''])
    }
  })

  test('leads on to a page of ours, and to nowhere else', async () => {
    const goal = async (to: string) => {
      const link = (await world.linkFor('admin@acme.example')).split('link=')[1] ?? ''
      return (await world.ask('POST', '/sign-in', { fields: { link, to } })).headers.get('location')
    }
    expect(await goal('/plans/pln_7?organization=acme')).toBe('/plans/pln_7?organization=acme')
    for (const foreign of ['//evil.example', 'https://evil.example', '/\\evil.example', '/\t/evil.example', '']) {
      expect(await goal(foreign)).toBe('/')
    }
  })
})

describe('a session', () => {
  test('is a cookie that scripts cannot read, and whose secret is nowhere in the database', async () => {
    const secret = (await world.linkFor('admin@acme.example')).split('link=')[1] ?? ''
    const answer = await world.ask('POST', '/sign-in', { fields: { link: secret } })
    expect(setCookie(answer)).toMatch(/^rosterd_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax$/)
    const value = /=([\w-]{43})/.exec(setCookie(answer))?.[1] ?? ''
    const [row] = await world.sql<{ text: string }[]>`
      select string_agg(to_jsonb(s)::text, '') || (select string_agg(to_jsonb(l)::text, '') from login_links l) as text from sessions s`
    expect(row?.text).not.toContain(value)
    expect(row?.text).not.toContain(secret)
    expect(world.lines.join('')).not.toContain(value)
    expect(world.lines.join('')).not.toContain(secret)
  })

  test('ends when nobody uses it for eight hours, and a day after it began', async () => {
    const before = world.clock.at
    const { cookie } = await world.session('admin@acme.example')
    const opens = async (hours: number) => {
      world.clock.at = new Date(before.getTime() + hours * HOUR)
      return (await world.ask('GET', '/o/acme', { cookie })).status === 200
    }
    const used = [await opens(7.9), await opens(15.8), await opens(23.7), await opens(24)]
    world.clock.at = before
    expect(used).toEqual([true, true, true, false])
    const idle = await world.session('admin@acme.example')
    world.clock.at = new Date(before.getTime() + 8 * HOUR)
    const answer = await world.ask('GET', '/o/acme', idle)
    world.clock.at = before
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/sign-in?to=%2Fo%2Facme'])
  })

  test('is another after signing in again, and the one before is over', async () => {
    const old = await world.session('admin@acme.example')
    const link = (await world.linkFor('admin@acme.example')).split('link=')[1] ?? ''
    const answer = await world.ask('POST', '/sign-in', { cookie: old.cookie, fields: { link } })
    expect(setCookie(answer).split(';')[0]).not.toBe(old.cookie)
    expect((await world.ask('GET', '/o/acme', old)).status).toBe(303)
  })

  test('ends with its administrator, whose role counts anew each time', async () => {
    const viewer = await world.session('viewer@acme.example')
    const set = (role: string) =>
      world.sql`update administrators set role = ${role} where organization_id = ${world.ids['acme'] ?? 0} and email_key = 'viewer@acme.example'`
    const ticks = async () =>
      (await (await world.ask('GET', '/o/acme?state=invited', viewer)).text()).includes('your account')
    expect(await ticks()).toBe(false)
    const roleShown = async () =>
      /menu-note">(\w+) of/.exec(await (await world.ask('GET', '/o/acme', viewer)).text())?.[1]
    expect(await roleShown()).toBe('viewer')
    await set('operator')
    expect(await roleShown()).toBe('operator')
    await set('viewer')
  })

  test('opens what its administrator is one of, and a link of one organization that one alone', async () => {
    const { cookie } = await world.session('admin@acme.example')
    expect((await world.ask('GET', '/o/globex', { cookie })).status).toBe(404)
    const all = await world.session(null)
    expect((await world.ask('GET', '/o/globex', all)).status).toBe(200)
    expect((await world.ask('GET', '/', all)).status).toBe(200)
  })

  test('is listed, ended elsewhere, and signed out of', async () => {
    const [here, there] = [await world.session('operator@acme.example'), await world.session('operator@acme.example')]
    const list = await (await world.ask('GET', '/o/acme/account', here)).text()
    const other = /name="session" value="(\d+)"/.exec(list)?.[1] ?? ''
    // Somebody else's session is none of theirs.
    const foreign = await world.session('admin@acme.example')
    await world.ask('POST', '/o/acme/account/end', { ...foreign, fields: { session: other } })
    expect((await world.ask('GET', '/o/acme', there)).status).toBe(200)
    const ended = await world.ask('POST', '/o/acme/account/end', { ...here, fields: { session: other } })
    expect(ended.status).toBe(303)
    const after = await (await world.ask('GET', '/o/acme/account', here)).text()
    expect(after).toContain('That browser is signed out.')
    expect(await (await world.ask('GET', '/o/acme/account', here)).text()).not.toContain('That browser is signed out.')
    expect((await world.ask('GET', '/o/acme', there)).status).toBe(303)
    expect((await world.ask('POST', '/sign-out', here)).headers.get('location')).toBe('/sign-in')
    expect((await world.ask('GET', '/o/acme', here)).status).toBe(303)
  })
})

describe('a form', () => {
  test('of another site, of another session or of nobody does nothing', async () => {
    const mine = await world.session('operator@acme.example')
    const other = await world.session('admin@acme.example')
    const sent = (headers: Record<string, string>, token = mine.token) =>
      world.ask('POST', '/sign-out', { cookie: mine.cookie, token, headers })
    expect((await sent({ origin: 'https://evil.example' })).status).toBe(403)
    expect((await sent({ origin: 'null', 'sec-fetch-site': 'cross-site' })).status).toBe(403)
    expect((await sent({}, other.token)).status).toBe(403)
    expect((await sent({}, '')).status).toBe(403)
    const told = await (await sent({}, '')).text()
    expect(told).toContain('This form does not belong to your session, so nothing was done.')
    expect((await world.ask('GET', '/o/acme', mine)).status).toBe(200)
  })

  test('of a session that is over says so, and what to do', async () => {
    const answer = await world.ask('POST', '/o/acme/account/end', { fields: { session: '1' } })
    expect(answer.status).toBe(401)
    expect(await answer.text()).toContain('Sign in again in another tab')
  })

  test('that is larger than forms are is refused', async () => {
    const mine = await world.session('operator@acme.example')
    const answer = await world.ask('POST', '/o/acme/account/end', {
      ...mine,
      fields: { session: 'x'.repeat(2_000_000) },
      headers: { connection: 'close' },
    })
    expect(answer.status).toBe(413)
  })
})

test('whoever is nobody is answered before what they send is read', async () => {
  const path = '/o/acme/bulk/remove/file'
  const headers = {
    origin: world.url,
    'transfer-encoding': 'chunked',
    'content-type': 'multipart/form-data; boundary=x',
  }
  const sent = request(world.url + path, { method: 'POST', headers })
  sent.on('error', () => {})
  // A body whose end never comes, and which does not say how long it is.
  sent.write('--x\r\n')
  const status = await new Promise((resolve, reject) => {
    sent.on('response', (answer) => resolve(answer.statusCode))
    sent.setTimeout(5_000, () => reject(new Error('it was read to an end that never comes')))
  })
  sent.destroy()
  expect(status).toBe(401)
})

test('a form that comes in pieces, as some proxies send it, is read whole', async () => {
  const mine = await world.session('operator@acme.example')
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(new TextEncoder().encode(`token=${mine.token}&session=`))
      controller.enqueue(new TextEncoder().encode('1'))
      controller.close()
    },
  })
  const headers = { cookie: mine.cookie, origin: world.url, 'content-type': 'application/x-www-form-urlencoded' }
  const asked = { method: 'POST', redirect: 'manual', headers, body, duplex: 'half' } as const
  expect((await fetch(`${world.url}/o/acme/account/end`, asked)).status).toBe(303)
})

describe('an answer', () => {
  test('runs nothing that is not ours, and is kept by nobody', async () => {
    const { cookie } = await world.session('viewer@acme.example')
    const answer = await world.ask('GET', '/o/acme', { cookie })
    const policy = answer.headers.get('content-security-policy') ?? ''
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'")
    expect(policy).toContain("frame-ancestors 'none'")
    expect(policy).not.toContain('unsafe')
    expect(answer.headers.get('cache-control')).toBe('no-store')
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
    const text = await answer.text()
    expect(text).not.toMatch(/<script(?! src="\/assets\/)|\son\w+=|\sstyle=/)
  })

  test('to a letter that links to a plan leads through signing in, and back', async () => {
    const answer = await world.ask('GET', '/plans/pln_7?organization=acme')
    expect([answer.status, answer.headers.get('location')]).toEqual([
      303,
      '/sign-in?to=%2Fplans%2Fpln_7%3Forganization%3Dacme',
    ])
    const { cookie } = await world.session('admin@acme.example')
    expect((await world.ask('GET', '/plans/pln_7?organization=acme', { cookie })).status).toBe(404)
  })

  test('with a file is kept by nobody, and is never about more people than the list shows', async () => {
    const viewer = await world.session('viewer@acme.example')
    const file = await world.ask('GET', '/o/acme/people.csv?state=active', viewer)
    expect([file.status, file.headers.get('cache-control')]).toEqual([200, 'no-store'])
    await file.text()
    for (const query of ['state=removed', 'leaving=1'])
      expect((await world.ask('GET', `/o/acme/people.csv?${query}`, viewer)).status).toBe(400)
  })

  test('to what is not there is a page for people and a problem for programs', async () => {
    const { cookie } = await world.session('viewer@acme.example')
    const page = await world.ask('GET', '/nowhere', { cookie })
    expect([page.status, page.headers.get('content-type')]).toEqual([404, 'text/html; charset=UTF-8'])
    const problem = await world.ask('GET', '/api/v2/nowhere')
    expect([problem.status, problem.headers.get('content-type')]).toEqual([404, 'application/problem+json'])
  })
})
