/** Who gets a letter: people for whom the batch did the last that the plan had for them, when something succeeded, or they are to return something. */
import type { ActionKind, Item, Outcome } from '../reconcile/model.ts'
import type { MemberLetter } from '../store/outbox.ts'
import { emailKeyOf } from './addresses.ts'
import type { Running, Start } from './running.ts'

/** Kinds that a member is told about. A profile, a role or a link is the organization's own business. */
export const TOLD: ReadonlySet<ActionKind> = new Set<ActionKind>([
  'invite',
  'reactivate',
  'suspend',
  'assign',
  'extend',
  'shorten',
  'revoke',
  'remove',
])

/** Ids of the products that people were asked to return by an earlier plan, by person id. */
export type Asked = ReadonlyMap<number, ReadonlySet<number>>

/** One letter a person, to the address they have now; a change of address is told to the old one too. */
export function memberLetters(
  start: Start,
  items: Item[],
  outcomes: Outcome[],
  running: Running,
  asked: Asked,
): MemberLetter[] {
  const states = new Map(outcomes.map((outcome) => [outcome.number, outcome.state]))
  const people = new Set(items.map((item) => item.personId))
  const related = Map.groupBy(start.related, (one) => one.personId)
  return [...people].flatMap((personId) => {
    const all = (related.get(personId) ?? []).map((one) => ({
      ...one,
      state: one.state ?? states.get(one.number) ?? null,
    }))
    const member = running.members.get(personId)
    if (member === undefined || all.some((one) => one.state === null)) return []
    const done = all.filter((one) => one.state === 'succeeded')
    const left = done.flatMap((one) => one.leftEmail ?? [])
    const toReturn = all.some(
      ({ kind, state, productId }) =>
        kind === 'revoke' && state === 'waiting_borrow' && asked.get(personId)?.has(productId ?? 0) !== true,
    )
    if (left.length === 0 && !toReturn && !done.some((one) => TOLD.has(one.kind))) return []
    const { email, emailKey } = member.profile
    const old = left.map((address) => ({ personId, address, addressKey: emailKeyOf(address) }))
    return [{ personId, address: email, addressKey: emailKey }, ...old.filter((one) => one.addressKey !== emailKey)]
  })
}
