/** What the log holds after a whole day's work of the real parts: ids, numbers and sentences, and nothing of anybody's own. */

import { SMTPServer } from 'smtp-server'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../src/app.ts'
import { hashToken, makeLinkSecret, makeToken } from '../src/auth.ts'
import { createDispatcher } from '../src/notify/dispatch.ts'
import { createMailer } from '../src/notify/mail.ts'
import { createLetterBox } from '../src/store/outbox.ts'
import { createLogger } from '../src/telemetry.ts'
import { metricsOf } from './support/metrics.ts'
import { openWorld, type World } from './support/pipeline.ts'

let world: World
const lines: string[] = []
beforeAll(async () => {
  world = await openWorld()
  world.parts.log = createLogger('trace', { write: (line) => void lines.push(line) })
})
afterAll(() => world.close())

/** Turns every letter away and quotes the address, as real servers do. */
async function grumpyServer() {
  const server = new SMTPServer({
    hideSTARTTLS: true,
    allowInsecureAuth: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onAuth: (_auth, _session, callback) => callback(null, { user: 'kim' }),
    onRcptTo: ({ address }, _session, callback) => {
      const text = `5.1.1 <${address}>: Recipient address rejected, ask ${address}`
      callback(Object.assign(new Error(text), { responseCode: 550 }))
    },
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  return { port, close: () => new Promise<void>((resolve) => server.close(() => resolve())) }
}

const settled = async () => {
  const [row] = await world.sql<{ open: number }[]>`select count(*)::int as open from letters where state <> 'failed'`
  return row?.open
}

test('no address, name, token, password or text of a letter', async () => {
  const people =
    'external_id,email,first_name,password\n1,ada@acme.example,Adalbert,Geheim-1\n2,bob@acme.example,Bobbina,Geheim-2\n'
  await world.sync('people.csv', people)

  const token = makeToken()
  const app = createApp({
    parts: world.parts,
    bootstrap: hashToken(token),
    version: '0.0.0',
    notReady: async () => null,
    metrics: metricsOf(world.parts),
  })
  const wrong = makeToken()
  const organization = '/api/v1/organizations/acme'
  const ask = (bearer: string, method: string, path: string, body?: unknown) =>
    app.request(organization + path, {
      method,
      headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  const made = await ask(token, 'POST', '/tokens', { administrator: 'kim@acme.example' })
  const { token: own } = z.object({ token: z.string() }).parse(await made.json())
  await ask(wrong, 'GET', '/members')
  await ask(own, 'GET', '/members?email=ada%40acme.example')
  await ask(own, 'GET', '/members/ada@acme.example')
  await ask(own, 'GET', '/members/ada%40acme.example')
  await ask(own, 'POST', '/members', { email: 'cyd@acme.example', password: 'Geheim-3' })
  world.parts.log.error({ err: new Error(`duplicate key (email)=(ada@acme.example), token ${own}`) }, 'refused')

  const server = await grumpyServer()
  const mailer = createMailer({
    smtpUrl: `smtp://kim:Geheim-4@127.0.0.1:${server.port}`,
    from: 'rosterd <rosterd@acme.example>',
    folder: '/nowhere',
  })
  const stop = new AbortController()
  const dispatcher = createDispatcher({
    box: createLetterBox(world.sql, makeLinkSecret),
    mailer,
    log: world.parts.log,
    baseUrl: 'http://127.0.0.1:1',
    perMinute: 1_000,
    now: () => new Date(world.at.getTime() + 60_000),
    poll: 20,
  })
  const running = dispatcher.run(stop.signal)
  await expect.poll(settled, { timeout: 15_000 }).toBe(0)
  stop.abort()
  await running
  await server.close()

  const log = lines.join('')
  const told = [
    'file observed',
    'proposed',
    'plan started',
    'plan finished',
    'request',
    'this letter could not be sent',
  ]
  for (const one of told) expect(log).toContain(`"msg":"${one}"`)
  expect(log).toContain('Recipient address rejected')
  expect(log).not.toMatch(/@acme\.example|%40acme/)
  for (const secret of [token, own, wrong, 'Geheim', 'Adalbert', 'Bobbina', 'Hello']) expect(log).not.toContain(secret)
  for (const line of lines) expect(JSON.parse(line)).toHaveProperty('level')
})
