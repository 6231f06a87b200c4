/** /metrics: what this process has counted, and how things stand in the database, in the text format of Prometheus. */
import { timingSafeEqual } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Logger } from 'pino'
import { Gauge, Registry } from 'prom-client'
import { hashToken } from './auth.ts'
import { counters } from './counters.ts'
import type { Sql } from './store/connection.ts'
import { type Figures, readFigures } from './store/figures.ts'
import type { QueueDepth } from './sync/jobs.ts'
import { VERSION } from './version.ts'

export interface MetricsParts {
  sql: Sql
  log: Logger
  /** How many jobs each queue has. */
  depths(): Promise<QueueDepth[]>
  /** Told to whoever asks. */
  public: boolean
  /** sha256 of each token that opens it. */
  tokens: readonly Buffer[]
}

export interface Metrics {
  readonly public: boolean
  readonly contentType: string
  /** Whether this bearer token opens it. */
  opens(token: string): boolean
  /** The whole page; never fails. Where the database does not answer in time, `rosterd_database_up` is 0 and its figures are missing. */
  scrape(): Promise<string>
}

/** Several watchers, or an impatient one, cost the database no more than one does. */
const KEEP_MS = 5_000
/** Prometheus itself gives up after ten seconds. */
const PATIENCE_MS = 4_000

export function createMetrics(parts: MetricsParts): Metrics {
  const gauges = openGauges()
  let asked = Number.NEGATIVE_INFINITY
  let page = Promise.resolve('')

  const look = async (): Promise<string> => {
    gauges.clear()
    try {
      const [figures, depths] = await within(PATIENCE_MS, Promise.all([readFigures(parts.sql), parts.depths()]))
      gauges.show(figures, depths)
    } catch (error) {
      parts.log.warn({ err: error }, 'the database did not answer what /metrics asked')
    }
    return await gauges.registry.metrics()
  }

  return {
    public: parts.public,
    contentType: counters.contentType,
    opens: (token) => {
      const hash = hashToken(token)
      return parts.tokens.some((known) => timingSafeEqual(known, hash))
    },
    async scrape() {
      const now = performance.now()
      if (now - asked >= KEEP_MS) {
        asked = now
        page = look()
      }
      // The library writes Nan where the format has NaN.
      return `${await counters.metrics()}\n${await page}`.replaceAll(/ Nan$/gm, ' NaN')
    },
  }
}

async function within<T>(milliseconds: number, work: Promise<T>): Promise<T> {
  const timer = new AbortController()
  const late = sleep(milliseconds, undefined, { signal: timer.signal }).then(() => {
    throw new Error(`no answer within ${milliseconds} ms`)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    late.catch(() => undefined)
    timer.abort()
  }
}

/** The gauges of one daemon, all empty; `show` fills them. */
function openGauges() {
  const registry = new Registry()
  const gauge = <L extends string>(name: string, help: string, ...labelNames: L[]) =>
    new Gauge({ name: `rosterd_${name}`, help, labelNames, registers: [registry] })
  const build = gauge('build_info', 'Always 1; which rosterd this is', 'version')
  const up = gauge('database_up', '1 where the database answered these questions, 0 where it did not')
  const plans = gauge('plans', 'Plans by lane and state', 'organization', 'lane', 'state')
  const oldest = gauge(
    'plan_age_seconds',
    'For how long the oldest plan awaits approval; of approved and applying ones, time since the approval',
    'organization',
    'lane',
    'state',
  )
  const holds = gauge(
    'guard_holds',
    'What guards hold or refuse at this moment: plans, and snapshots that wait to be admitted',
    'organization',
    'subject',
    'guard',
    'verdict',
  )
  const age = gauge(
    'snapshot_age_seconds',
    'Time since the last file of a source was let in; +Inf where none ever was',
    'organization',
    'source',
  )
  const rows = gauge('snapshot_rows', 'Rows of the last file that was let in', 'organization', 'source')
  const errors = gauge('snapshot_row_errors', 'Rows of it that could not be read', 'organization', 'source')
  const seats = gauge('seats', 'Seats of a product: owned, and used', 'organization', 'product', 'is')
  const waits = gauge(
    'waits',
    'People who wait, by what for and (where it is one) product',
    'organization',
    'kind',
    'product',
  )
  const letters = gauge(
    'letters',
    'Letters by state: due and sending will leave; failed and unknown did not surely arrive',
    'state',
  )
  const unsealed = gauge(
    'audit_unsealed_seconds',
    'Age of the oldest row of the audit that no seal covers yet; 0 where there is none',
    'organization',
  )
  const jobs = gauge(
    'jobs',
    'Jobs of each queue: ready, delayed until later, active, or failed for good',
    'queue',
    'state',
  )

  const show = (figures: Figures, depths: QueueDepth[]) => {
    up.set(1)
    for (const { organization, lane, state, count, oldest: seconds } of figures.plans) {
      plans.set({ organization, lane, state }, count)
      if (seconds !== null) oldest.set({ organization, lane, state }, Math.max(seconds, 0))
    }
    for (const { count, ...labels } of figures.holds) holds.set(labels, count)
    for (const { organization, source, ...file } of figures.sources) {
      age.set({ organization, source }, file.age === null ? Number.POSITIVE_INFINITY : Math.max(file.age, 0))
      if (file.rows !== null) rows.set({ organization, source }, file.rows)
      if (file.errors !== null) errors.set({ organization, source }, file.errors)
    }
    for (const { organization, product, owned, used } of figures.products) {
      seats.set({ organization, product, is: 'owned' }, owned)
      seats.set({ organization, product, is: 'used' }, used)
    }
    for (const { count, ...labels } of figures.waits) waits.set(labels, count)
    for (const { state, count } of figures.letters) letters.set({ state }, count)
    for (const { organization, age: seconds } of figures.unsealed) unsealed.set({ organization }, Math.max(seconds, 0))
    for (const { queue, ...states } of depths) {
      for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count)
    }
  }
  const clear = () => {
    registry.resetMetrics()
    build.set({ version: VERSION }, 1)
    up.set(0)
  }
  return { registry, show, clear }
}
