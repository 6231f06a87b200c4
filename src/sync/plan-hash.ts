/** The hash of a stored plan, over its header and the items that stay. */
import { hashHeader, itemDigest } from '../reconcile/canonical.ts'
import type { Transaction } from '../store/connection.ts'
import { planHeader, planKeys } from '../store/plan-facts.ts'
import { stayingItems } from '../store/reopened.ts'

/** As 64 hex digits; the same as at first where nothing was left out. */
export async function hashOfStored(transaction: Transaction, organization: number, plan: number): Promise<string> {
  const header = await planHeader(transaction, organization, plan)
  const { products, sources } = await planKeys(transaction, organization)
  const keys = {
    product: (id: number) => products.get(id) ?? String(id),
    source: (id: number) => sources.get(id) ?? String(id),
  }
  const hash = hashHeader(header)
  for await (const page of stayingItems(transaction, organization, plan))
    for (const item of page) hash.item(itemDigest(item, keys))
  return hash.hex()
}
