/** What groups of items of a plan are called. */
import { reasonText } from '../../reconcile/describe.ts'
import type { Reason } from '../../reconcile/model.ts'
import type { Grouping } from '../../store/plan-filter.ts'
import type { ItemGroup } from '../../store/plan-groups.ts'

/** What is known of a group by its first item. */
export type Titled = Pick<ItemGroup, 'reason' | 'productName'>

/** `V-Ray`, `Rule artists of HR feed`, `No longer in HR feed`. */
export function titleOf(by: Grouping, { reason, productName }: Titled): string {
  if (by === 'product') return productName ?? 'Without a product'
  if (by === 'rule') return behind(reason)
  const { pinned: _, ...params } = reason.params
  const text = reasonText({ ...reason, params })
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`
}

/** Who or what is behind an item. */
function behind({ code, params }: Reason): string {
  const { source, rule, actor } = params
  if (source !== undefined) return rule === undefined ? source : `Rule ${rule} of ${source}`
  if (actor !== undefined) return `By hand: ${actor}`
  return code === 'expired'
    ? 'An end that is reached'
    : titleOf('reason', { reason: { code, params }, productName: null })
}
