/** /metrics of a daemon that has done something: who may read it, that Prometheus can, and what it says. */
import { spawnSync } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import { type Daemon, Installation, until } from '../support/daemon.ts'
import { type FreshDatabase, freshDatabase } from '../support/database.ts'
import { installed } from '../support/installed.ts'
import { metricsOf } from '../support/metrics.ts'
import { type Page, readMetrics } from '../support/prometheus.ts'

const CONFIG = `organizations:
  acme:
    name: Acme
    domains: [acme.example]
    products: { cad: { name: CAD Pro, seats: 1 } }
    sources:
      hr: { kind: csv, approval: manual, settle: 50ms }
      partners: { kind: csv, approval: manual, settle: 50ms }
    rules:
      everyone: { source: hr, when: { everyone: true }, then: [{ member: member }, { product: cad }] }
`
const HEADER = 'external_id,email,first_name\n'
const PEOPLE = Array.from({ length: 40 }, (_, index) => `${index + 1},ada${index}@acme.example,Ada\n`)
const ALERTS = fileURLToPath(new URL('../../docs/deploy/alerts.yaml', import.meta.url))
const PROMTOOL = installed('promtool')
const METRICS_TOKEN = 'scrape-scrape-scrape'

let database: FreshDatabase
let place: Installation
let daemon: Daemon
beforeAll(async () => {
  database = await freshDatabase()
  place = await Installation.make(CONFIG)
  daemon = await place.start({ DATABASE_URL: database.url, ROSTERD_METRICS_TOKEN: METRICS_TOKEN })
})
afterAll(async () => {
  await place?.remove()
  await database?.drop()
})

const get = (path: string, token: string | null = METRICS_TOKEN) =>
  fetch(`${daemon.url}${path}`, { headers: token === null ? {} : { authorization: `Bearer ${token}` } })

/** A page on which something is told; figures of the database may be some seconds old. */
const told = (look: (page: Page) => boolean): Promise<Page> =>
  until(async () => {
    const page = readMetrics(await (await get('/metrics')).text())
    return look(page) && page
  })

test('it opens with its own token or the first administrator’s, and its own token opens nothing else', async () => {
  expect((await get('/metrics', null)).status).toBe(401)
  expect((await get('/metrics', 'wrong-wrong-wrong-wrong')).status).toBe(401)
  expect((await get('/metrics', daemon.token)).status).toBe(200)
  const page = await get('/metrics')
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8'])
  expect((await get('/api/v1/organizations')).status).toBe(401)
})

test('Prometheus can read it, and finds nothing of a person in it', async () => {
  await place.drop('people.csv', `${HEADER}${PEOPLE.join('')}41,broken,Dan\n`)
  await until(async () => (await daemon.list('/plans', z.looseObject({}))).length > 0)
  // 39 of them find no seat, and a row of the file was broken.
  expect((await place.rosterd('approve', 'pln_1', '--yes')).code).toBe(4)
  await told((page) => page.get('rosterd_plans', { state: 'applied' }) === 1)
  const text = await (await get('/metrics')).text()
  const page = readMetrics(text)
  expect(text).not.toMatch(/ada\d|@/i)
  expect(page.names().filter((name) => name.startsWith('rosterd_'))).not.toEqual([])
  expect(page.get('process_resident_memory_bytes', {})).toBeGreaterThan(1_000_000)
  // The real judge where Prometheus is installed: its syntax, its naming rules.
  const judged = PROMTOOL && spawnSync(PROMTOOL, ['check', 'metrics'], { input: text, encoding: 'utf8' })
  if (judged) expect(judged.stderr.replaceAll(/^(nodejs|process)_.*\n/gm, '')).toBe('')
})

test('it says what was done, what waits, and how long requests took', async () => {
  const page = await told((one) => one.get('rosterd_waits', { kind: 'seat' }) === 39)
  const acme = { organization: 'acme' }
  expect(page.get('rosterd_database_up', {})).toBe(1)
  expect(page.get('rosterd_items_total', { outcome: 'succeeded', code: '' })).toBe(41)
  expect(page.get('rosterd_items_total', { outcome: 'waiting_seat' })).toBe(39)
  expect(page.get('rosterd_seats', { ...acme, product: 'cad', is: 'used' })).toBe(1)
  expect(page.get('rosterd_snapshot_rows', { ...acme, source: 'hr' })).toBe(41)
  expect(page.get('rosterd_snapshot_row_errors', { ...acme, source: 'hr' })).toBe(1)
  expect(page.get('rosterd_snapshot_age_seconds', { ...acme, source: 'hr' })).toBeLessThan(3_600)
  expect(page.get('rosterd_snapshot_age_seconds', { ...acme, source: 'partners' })).toBe(Number.POSITIVE_INFINITY)
  expect(page.get('rosterd_jobs', { queue: 'execute', state: 'failed' })).toBe(0)
  await told((one) => one.get('rosterd_audit_unsealed_seconds', acme) === 0)
  await told((one) => (one.get('rosterd_letters_total', { audience: 'member', result: 'sent' }) ?? 0) === 40)

  await get('/nobody/has/this/path', null)
  await get('/api/v1/organizations/acme/plans/pln_1', daemon.token)
  const after = await told((one) => one.get('rosterd_request_duration_seconds_count', { route: 'none' }) !== undefined)
  const plan = { method: 'GET', route: '/api/v1/organizations/:organization/plans/:plan', status: '200' }
  expect(after.get('rosterd_request_duration_seconds_count', plan)).toBeGreaterThan(0)
  expect(after.get('rosterd_request_duration_seconds_count', { route: 'none', method: 'other' })).toBeGreaterThan(0)
})

test('a held file is a hold of its guard, until somebody decides', async () => {
  await place.drop('cut.csv', HEADER + PEOPLE.slice(0, 30).join(''))
  const page = await told((one) => one.get('rosterd_guard_holds', { subject: 'snapshot' }) !== undefined)
  expect(page.get('rosterd_guard_holds', { organization: 'acme', subject: 'snapshot', verdict: 'hold' })).toBe(1)
})

test('the alerts speak of metrics that there are', async () => {
  const names = readMetrics(await (await get('/metrics')).text()).names()
  const meant = [...(await readFile(ALERTS, 'utf8')).matchAll(/\brosterd_\w+/g)].map(([name]) =>
    name.replace(/_(bucket|count)$/, ''),
  )
  expect(meant.length).toBeGreaterThan(10)
  expect(meant.filter((name) => !names.includes(name))).toEqual([])
  const judged = PROMTOOL && spawnSync(PROMTOOL, ['check', 'rules', ALERTS], { encoding: 'utf8' })
  if (judged) expect(judged.stdout).toContain('SUCCESS')
})

test('without its database it still answers, and says so', async () => {
  const other = await freshDatabase()
  const metrics = metricsOf({ sql: other.sql, log: pino({ level: 'silent' }) })
  await other.drop()
  const page = readMetrics(await metrics.scrape())
  expect(page.get('rosterd_database_up', {})).toBe(0)
  expect(page.get('rosterd_seats', {})).toBeUndefined()
  expect(page.get('process_resident_memory_bytes', {})).toBeGreaterThan(0)
})
