/** What failed and was ticked, or failed for one reason, is tried again: as a draft of its own, to be looked at first. */
import { showId } from '../../reconcile/identifiers.ts'
import { isFailureCode } from '../../reconcile/reasons.ts'
import { retry } from '../../sync/retry.ts'
import type { Door } from '../door.ts'
import { action } from '../route.ts'
import { numbers } from './choose.ts'
import { conflict } from './conflict.tsx'
import { planOf, planPath } from './plan.ts'

export function planRetryRoutes(door: Door): void {
  action(door, { path: '/plans/:plan/retry', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const { id } = await planOf(asked)
    const code = form.text('code')
    const items = numbers(form.all('item'))
    if (items.length === 0 && !isFailureCode(code)) {
      const text = 'Nobody was ticked, so nothing was tried again.'
      return { go: at(`${planPath(id, '?show=failed')}#items`), notice: { kind: 'note', text } }
    }
    try {
      const failed = items.length > 0 ? { items } : { code }
      const drafted = await retry(parts, organization.id, id, { actor, failed })
      const text = `A draft of what failed in plan ${showId('pln', id)}. Nothing is done before somebody approves it.`
      return { go: at(planPath(drafted)), notice: { kind: 'done', text } }
    } catch (error) {
      return await conflict(asked, error)
    }
  })
}
