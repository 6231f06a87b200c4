/** Check now: everybody is compared with what sources say, and what that means for one person is said first. */
import { count } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { markDirty } from '../../store/dirty.ts'
import { personHistory } from '../../store/person-history.ts'
import type { Door } from '../door.ts'
import { compareNow } from '../plans/comparing.tsx'
import { action } from '../route.ts'
import { memberOf } from './person.tsx'

/** Nobody has more changes in the plans of one comparison. */
const MOST = 100

export function checkRoutes(door: Door): void {
  action(door, { path: '/people/:member/check', role: 'operator' }, async (asked) => {
    const { parts, organization, param, at } = asked
    const { personId } = await memberOf(asked)
    await markDirty(parts.sql, organization.id, [personId])
    const compared = await compareNow(asked, `?person=${param('member')}`)
    if ('go' in compared) return compared
    const changes = await personHistory(parts.sql, organization.id, personId, {
      open: false,
      before: null,
      limit: MOST,
    })
    const theirs = compared.plans.map(({ id }) => ({ id, changes: changes.filter((one) => one.planId === id).length }))
    const text = [theirsText(theirs), ...compared.said].join(' ')
    return { go: at(`/people/${param('member')}`), notice: { kind: 'note', text } }
  })
}

/** `Checked: 2 changes of theirs stand in pln_7.` */
function theirsText(plans: { id: number; changes: number }[]): string {
  const told = plans.flatMap(({ id, changes }) =>
    changes === 0
      ? []
      : `${count(changes, 'change')} of theirs ${changes === 1 ? 'stands' : 'stand'} in ${showId('pln', id)}`,
  )
  if (told.length > 0) return `Checked: ${told.join(', ')}.`
  return 'Checked: they are as their sources want them, or wait for a day or a seat.'
}
