/** /metrics of an app that has no job queue beside it. */
import { createMetrics, type Metrics } from '../../src/metrics.ts'
import type { Parts } from '../../src/sync/parts.ts'

/** @param tokens sha256 of each token that opens it */
export function metricsOf({ sql, log }: Pick<Parts, 'sql' | 'log'>, tokens: Buffer[] = []): Metrics {
  return createMetrics({ sql, log, depths: async () => [], public: false, tokens })
}
