/** What becomes of one item, decided from what is true right now. Pure: whoever writes asks here, whatever they write to. */
import { settleAssignment } from './settle-assignment.ts'
import { settleMember, waitsWithIt } from './settle-member.ts'
import { type Current, done, ended, nameOf, type SeatQueue, type Settled, type SettledItem, stale } from './settled.ts'

export type { Current, MemberChange, ProfileText, SeatQueue, Settled, SettledItem, Write } from './settled.ts'

/** Decides one item. Never throws: whatever stands in the way is an outcome with a code of the catalogue. */
export function settle(item: SettledItem, current: Current, queue: SeatQueue = { position: 1 }): Settled {
  // What ends because its day had come is nobody's decision.
  if (current.approver === true && item.effect === 'subtractive' && item.sourceIds.length > 0)
    return ended(item, 'failed_permanent', 'SELF_CHANGE', { name: nameOf(item), ...(current.byHand && BY_ANOTHER) })
  // What they are to become now is in the next plan.
  if (current.changed === true && item.sourceIds.length > 0)
    return stale(item, current, `What is wanted of ${nameOf(item)}`)
  if (current.blockedBy !== null && !waitsWithIt(item, current.blockedBy))
    return ended(item, 'blocked', 'BLOCKED_BY', current.blockedBy)
  if (item.kind === 'link') {
    const { personId, fromPersonId } = item
    return fromPersonId === null ? ended(item, 'noop') : done(item, [{ do: 'adopt', personId, fromPersonId }])
  }
  if (item.kind === 'release_claim') {
    const [sourceId] = item.sourceIds
    return done(item, sourceId === undefined ? [] : [{ do: 'release_link', personId: item.personId, sourceId }])
  }
  return item.productId === null ? settleMember(item, current) : settleAssignment(item, item.productId, current, queue)
}

const BY_ANOTHER = { again: 'Ask for it again, and let another administrator approve it.' }
