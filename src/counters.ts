/**
 * What this process has done, counted where it happens. Several daemons count for themselves, and whoever reads them adds up;
 * after a restart they begin at zero, which `rate()` and `increase()` know. No label ever holds anything of a person.
 */
import { Counter, collectDefaultMetrics, Histogram, Registry } from 'prom-client'

/** Everything that this process counts, with what Node says about the process itself. */
export const counters = new Registry()
collectDefaultMetrics({ register: counters })

const items = new Counter({
  name: 'rosterd_items_total',
  help: 'Items of plans that got their outcome, by outcome and code (empty where it has none)',
  labelNames: ['outcome', 'code'],
  registers: [counters],
})
const letters = new Counter({
  name: 'rosterd_letters_total',
  help: 'What became of tries to send a letter: sent, retried, failed or unknown',
  labelNames: ['audience', 'result'],
  registers: [counters],
})
const requests = new Histogram({
  name: 'rosterd_request_duration_seconds',
  help: 'Time from a request to its answer, by the template of the route',
  labelNames: ['method', 'route', 'status'],
  buckets: [0.005, 0.025, 0.1, 0.5, 1, 2.5, 10],
  registers: [counters],
})

/** Outcomes that have been committed. */
export function countItems(outcomes: readonly { state: string; code: string | null }[]): void {
  for (const { state, code } of outcomes) items.inc({ outcome: state, code: code ?? '' })
}

export function countLetter(
  audience: 'member' | 'administrator',
  result: 'sent' | 'retried' | 'failed' | 'unknown',
): void {
  letters.inc({ audience, result })
}

/** @param route as it was registered (`/plans/:plan`): what a client sends must not make new series */
export function countRequest(method: string, route: string, status: number, seconds: number): void {
  requests.observe({ method, route, status }, seconds)
}
