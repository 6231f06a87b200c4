/**
 * What becomes of one item, decided from what is true right now: the writer that applies and the one that only predicts
 * ask the same function, so a prediction can be wrong only where the world moved in between.
 */
import { settleAssignment } from './settle-assignment.ts'
import { settleMember } from './settle-member.ts'
import { type Current, done, ended, type SeatQueue, type Settled, type SettledItem } from './settled.ts'

export type { Current, MemberChange, ProfileText, SeatQueue, Settled, SettledItem, Write } from './settled.ts'

/** Decides one item. Never throws: whatever stands in the way is an outcome with a code of the catalogue. */
export function settle(item: SettledItem, current: Current, queue: SeatQueue = { position: 1 }): Settled {
  if (current.blockedBy !== null) return ended(item, 'blocked', 'BLOCKED_BY', current.blockedBy)
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
