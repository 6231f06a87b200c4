/** Plans in groups, beside each other and tried again, read in the name of one organization for another. */
import type { Transaction } from '../../../src/store/connection.ts'
import { countCompared, previousPlan, readCompared } from '../../../src/store/plan-compare.ts'
import { groupItems, groupOf } from '../../../src/store/plan-groups.ts'
import { readPlan } from '../../../src/store/plans.ts'
import { readRetried } from '../../../src/store/retried.ts'
import { found, type Ground } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Look = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

export const REVIEWED_LOOKS: Record<string, Look> = {
  groupItems: (sql, as, { waiting }) =>
    groupItems(sql, as.id, waiting, { by: 'reason', after: null, limit: 99, alike: { by: 'product', item: 1 } }),
  groupOf: (sql, as, { waiting }) => groupOf(sql, as.id, waiting, 1),
  previousPlan: async (sql, as, { ground, waiting }) => {
    const plan = found(await readPlan(sql, ground.id, waiting))
    return await previousPlan(sql, as.id, plan)
  },
  countCompared: (sql, as, { applied, waiting }) => countCompared(sql, as.id, { before: applied, now: waiting }),
  readCompared: (sql, as, { applied, waiting }) =>
    readCompared(sql, as.id, { before: applied, now: waiting }, { change: 'came', after: 0, limit: 99 }),
  readRetried: (sql, as, { failed }) => readRetried(sql, as.id, failed, { code: 'EMAIL_IN_USE', limit: 99 }),
}
