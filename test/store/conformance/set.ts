/** What people set through the API, written in the name of one organization that has the same keys as another. */

import { limitsSchema } from '../../../src/reconcile/guard.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { writeLimits } from '../../../src/store/limits.ts'
import { retireProduct, writeProduct } from '../../../src/store/product-list.ts'
import { noteManagesAdmins, replaceRules, writeRules } from '../../../src/store/write-rules.ts'
import { configOf, type Ground } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Touch = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const rules = configOf('any').rules

export const SET_TOUCHES: Record<string, Touch> = {
  writeProduct: (sql, as) =>
    writeProduct(sql, as.id, { key: 'cad', name: 'Other', aliases: ['o'], owned: 1, reserve: 0 }),
  retireProduct: (sql, as) => retireProduct(sql, as.id, 'cad'),
  writeLimits: (sql, as) => writeLimits(sql, as.id, limitsSchema.parse({ remove: { percent: 1 } })),
  replaceRules: (sql, as) =>
    replaceRules(sql, as.id, { closed: rules.map(({ key }) => key), fresh: rules, managed: 'api' }, 1),
  writeRules: async (sql, as) => {
    await sql`update rules set managed = 'api' where organization_id = ${as.id}`
    await writeRules(sql, as.id, rules.slice(1), async () => 1)
  },
  noteManagesAdmins: async (sql, as) => {
    await sql`update sources set manages_admins = true where organization_id = ${as.id}`
    await noteManagesAdmins(sql, as.id)
  },
}
