/** SIGHUP reads the configuration again: what is right is taken over, what is broken is told and changes nothing. */
import { access, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation, until } from '../support/daemon.ts'

const config = (more = '', rest = '') => `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    products: { vray: { name: V-Ray, seats: 10 } }
    sources:
      hr: { kind: csv, approval: manual, settle: 50ms, poll: 500ms }
${more}
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }] }
${rest}`

let place: Installation
let daemon: Daemon
beforeAll(async () => {
  place = await Installation.make(config())
  daemon = await place.start({ LOG_LEVEL: 'info' })
})
afterAll(() => place?.remove())

/** Writes the file, asks for it to be read, and returns the line of the log that says what became of it. */
async function reload(text: string): Promise<string> {
  await writeFile(place.config, text)
  const before = daemon.logged().length
  process.kill(daemon.pid, 'SIGHUP')
  return await until(async () =>
    daemon
      .logged()
      .slice(before)
      .split('\n')
      .find((line) => / read again/.test(line) && line.endsWith('}')),
  )
}

const readyz = async () =>
  z
    .object({
      status: z.string(),
      components: z.array(z.looseObject({ name: z.string(), why: z.string().optional() })),
    })
    .parse(await (await fetch(`${daemon.url}/readyz`)).json())
const isRead = (file: string) =>
  until(async () =>
    (await daemon.list('/snapshots', z.looseObject({ file: z.string() }))).some((one) => one.file === file),
  )

test('a file that is right is taken over as on a start; one line says what changed', async () => {
  await place.drop('hr.csv', 'external_id,email\n1,ada@acme.example\n')
  await isRead('hr.csv')
  const line = await reload(
    config(
      '      it: { kind: csv, approval: manual, settle: 50ms, poll: 500ms }',
      '      it: { source: it, when: { everyone: true }, then: [{ product: vray }] }\nserver: { port: 1 }\nlog_level: info\n',
    ),
  )
  expect(JSON.parse(line)).toMatchObject({
    level: 'info',
    msg: 'configuration read again: acme: sources, rules',
    applied: ['acme: sources, rules'],
  })
  await place.drop('it.csv', 'external_id,email\n7,bob@acme.example\n', 'it')
  await isRead('it.csv')
  await place.drop('hr-2.csv', 'external_id,email\n1,ada@acme.example\n2,eve@acme.example\n')
  await isRead('hr-2.csv')
  const plan = await until(async () => {
    const plans = await daemon.list(
      '/plans',
      z.looseObject({ id: z.string(), state: z.string(), headline: z.string() }),
    )
    return plans.find(({ state, headline }) => state === 'awaiting_approval' && /^Invite 3 /.test(headline))
  })
  expect(plan.id).toMatch(/^pln_/)
})

test('nothing new is said to be nothing', async () => {
  const line = await reload(await readFile(place.config, 'utf8'))
  expect(line).toContain('configuration read again: nothing has changed')
})

test('a broken file: the one before stays in force, and log and /readyz name line and column', async () => {
  const good = await readFile(place.config, 'utf8')
  const line = await reload(good.replace('approval: manual', 'aproval: manual'))
  expect(JSON.parse(line)).toMatchObject({ level: 'error', component: 'configuration' })
  expect(line).toMatch(/rosterd\.yaml:7:\d+ .*Did you mean approval\?/)
  const { status, components } = await readyz()
  expect(status).toBe('degraded')
  expect(components.find(({ name }) => name === 'configuration')?.why).toMatch(/rosterd\.yaml:7:\d+ /)
  await place.drop('hr-3.csv', 'external_id,email\n1,ada@acme.example\n2,eve@acme.example\n3,kim@acme.example\n')
  await isRead('hr-3.csv')
  await reload(good)
  expect((await readyz()).components.find(({ name }) => name === 'configuration')?.why).toBeUndefined()
})

test('what the file has is read-only in the API, which says on which line; what it gets later it takes over', async () => {
  const maya = { name: 'Maya', owned: 3 }
  const refused = async (product: string) => {
    const { status, body } = await daemon.ask('PUT', `/products/${product}`, maya)
    return `${status} ${body['code']} ${body['detail']}`
  }
  expect(await refused('vray')).toBe(
    `409 MANAGED_BY_CONFIG The configuration file sets the product vray, so that it is read-only here: organizations.acme.products.vray in ${place.config}:5.`,
  )
  expect((await daemon.ask('PUT', '/products/maya', maya)).status).toBe(200)
  const good = await readFile(place.config, 'utf8')
  await reload(good.replace('seats: 10 } }', 'seats: 10 }, maya: { name: Maya, seats: 2 } }'))
  expect(daemon.logged()).toContain('products/maya was set through the API; the configuration file has it too')
  expect(await refused('maya')).toMatch(/^409 .*rosterd\.yaml:5\.$/)
  await reload(good)
  expect((await daemon.ask('GET', '/products/maya')).body).toMatchObject({ retired: true, owned: 2 })
  expect((await daemon.ask('PUT', '/products/maya', maya)).body).toMatchObject({ retired: false, managed: 'api' })
})

test('what only a restart can take over is named; a place in the environment wins over the file', async () => {
  const good = await readFile(place.config, 'utf8')
  expect(await reload(good.replace('log_level: info', `database_url: postgres://127.0.0.1/x`))).toContain(
    'nothing has changed; after a restart: database_url',
  )
  // Its place in the environment wins over the file.
  expect(await reload(`${good}data: ${join(place.directory, 'other')}\n`)).toContain('nothing has changed')
  await expect(access(join(place.directory, 'other'))).rejects.toThrow('ENOENT')
  await reload(good)
  expect(await daemon.stop()).toBe(0)
})
