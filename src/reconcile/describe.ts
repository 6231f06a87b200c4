/** The one place where plans become sentences: for the command line, the API, the console and letters. */
import { count, number } from './amount.ts'
import { formatEnd } from './expiry.ts'
import type { Action, ActionKind, ItemImage, Outcome, PlanState, Reason, ReasonCode } from './model.ts'
import { isFailureCode, reasonNext, reasonSentence } from './reasons.ts'

const BECAUSE: Record<ReasonCode, (p: Record<string, string>) => string> = {
  joined: (p) => `appears in ${p['source']}`,
  matched_rule: (p) =>
    `rule ${p['rule']} of ${p['source']} gives ${p['product']}${p['because'] ? ` (${p['because']})` : ''}`,
  products_column: (p) => `the products column of ${p['source']} names ${p['product']}`,
  entitlement: (p) => `the entitlements in ${p['source']} name ${p['product']}`,
  invited_by_hand: askedFor,
  returned: (p) => `is back in ${p['source']}`,
  absent: (p) => `no longer in ${p['source']}`,
  leaver: (p) => `${p['source']} says they leave`,
  deactivated: (p) => `${p['source']} deactivated them${others(p)}`,
  deleted: (p) => `${p['source']} deleted them${others(p)}`,
  on_leave: (p) => `${p['source']} says they are on leave`,
  no_rule: (p) => `no rule of ${p['source']} wants them any more`,
  grant_ended: (p) => `no source gives ${p['product']} any more${p['because'] ? ` (${p['because']})` : ''}`,
  expired: (p) => `${p['product']} ended on ${p['date']}`,
  expiry_changed: (p) => `${p['source']} changed the end of ${p['product']}`,
  identity_changed: (p) => `${p['source']} changed the address or the user name`,
  profile_changed: (p) => `${p['source']} changed the name or the language`,
  role_changed: (p) => `${p['source']} changed the role`,
  same_person: (p) => `${p['source']} brings somebody already known, found by ${p['by']}`,
  still_wanted: (p) => `${p['source']} no longer wants them; still wanted by ${p['others']}`,
  removed_by_hand: askedFor,
  assigned_by_hand: askedFor,
  revoked_by_hand: askedFor,
  expiry_by_hand: askedFor,
  revoked_first: (p) => `${p['actor']} removes them`,
  borrow_over: (p) => `${p['product']} was returned, or its loan ended; asked for by ${p['actor']}`,
}

function askedFor(p: Record<string, string>): string {
  return `asked for by ${p['actor']}`
}

const others = (p: Record<string, string>) => (p['others'] ? `; still wanted by ${p['others']}` : '')

/** Why an action is proposed, as the second half of a sentence: `no longer in HR feed`; of whom a pin had concerned, until when. */
export function reasonText({ code, params }: Reason): string {
  const { pinned } = params
  return `${BECAUSE[code](params)}${pinned === undefined ? '' : `; pinned until ${pinned}`}`
}

/** What sentences need besides the item. */
export interface Names {
  /** Display names of products by id. */
  products: ReadonlyMap<number, string>
  /** IANA name of the organization's zone. */
  zone: string
}

/** What an action does, as a sentence without its stop: `Assign CAD Pro to Ada Lovelace <ada@acme.example> until 30 Jun 2027 (Europe/Berlin)`. */
export function actionText(action: Action, names: Names): string {
  const { subject, productId } = action
  const who = personText(subject)
  const product = productId === null ? '' : (names.products.get(productId) ?? `product ${productId}`)
  const end = action.after?.expiresAt ?? null
  const until = end === null ? 'without an end' : `until ${formatEnd(end, names.zone)}`
  switch (action.kind) {
    case 'link':
      return `Link ${action.after?.link ?? 'a newcomer'} to ${who}`
    case 'release_claim':
      return `Let go of ${action.after?.link ?? 'a link'} of ${who}`
    case 'invite':
      return `Invite ${who}`
    case 'reactivate':
      return `Reactivate ${who}`
    case 'suspend':
      return `Suspend ${who}`
    case 'remove':
      return `Remove ${who}`
    case 'assign':
      return `Assign ${product} to ${who}${end === null ? '' : ` ${until}`}`
    case 'extend':
      return `Extend ${product} of ${who} ${end === null ? 'for good' : until}`
    case 'shorten':
      return `Shorten ${product} of ${who}, ${until}`
    case 'revoke':
      return productId === null ? `Revoke nothing from ${who}, who holds nothing` : `Revoke ${product} from ${who}`
    case 'update_role':
      return `Change the role of ${who} from ${action.before?.role ?? '?'} to ${action.after?.role ?? '?'}`
    case 'update_identity':
      return `Rename ${who}: ${changes(action)}`
    case 'update_profile':
      return `Update ${who}: ${changes(action)}`
  }
}

const FIELDS = [
  ['email', 'e-mail'],
  ['userName', 'user name'],
  ['firstName', 'first name'],
  ['lastName', 'last name'],
  ['displayName', 'display name'],
  ['language', 'language'],
] as const satisfies readonly (readonly [keyof ItemImage, string])[]

function changes(action: Action): string {
  const told = FIELDS.flatMap(([key, label]) => {
    const value = action.after?.[key]
    return value === undefined ? [] : [`${label} ${action.before?.[key] ?? '(none)'} → ${value ?? '(none)'}`]
  })
  return told.join(', ')
}

/** `Ada Lovelace <ada@acme.example>`, or the address alone. */
export function personText(person: { name: string | null; email: string }): string {
  return person.name === null || person.name === '' ? person.email : `${person.name} <${person.email}>`
}

/** What an outcome says to a person: the sentence, and the next step; null when it simply succeeded. */
export function outcomeText(outcome: Pick<Outcome, 'code' | 'params'>): { message: string; next: string } | null {
  const { code, params } = outcome
  if (code === null) return null
  const known = isFailureCode(code) ? code : 'INTERNAL'
  const values = known === code ? params : { ref: code }
  return { message: reasonSentence(known, values), next: reasonNext(known, values) }
}

/** In the order in which counts are read out. */
const WORDS = {
  invite: 'Invite',
  reactivate: 'Reactivate',
  assign: 'Assign',
  extend: 'Extend',
  shorten: 'Shorten',
  revoke: 'Revoke',
  suspend: 'Suspend',
  update_identity: 'Rename',
  update_profile: 'Update',
  update_role: 'Change role',
  remove: 'Remove',
  link: 'Link',
  release_claim: 'Let go',
} as const satisfies Record<ActionKind, string>

const ORDER: readonly ActionKind[] = Object.keys(WORDS).filter((kind): kind is ActionKind => kind in WORDS)

/** `Invite 40 · Assign 52 · Revoke 9 · Rename 3 · Remove 4 — 3,607 unchanged`; people who are as wanted are the unchanged. */
export function countsSentence(counts: Partial<Record<ActionKind, number>>, unchanged: number | null = null): string {
  const parts = ORDER.flatMap((kind) =>
    (counts[kind] ?? 0) > 0 ? [`${WORDS[kind]} ${number(counts[kind] ?? 0)}`] : [],
  )
  const told = parts.length === 0 ? 'Nothing to do' : parts.join(' · ')
  return unchanged === null ? told : `${told} — ${number(unchanged)} unchanged`
}

const STATES: Record<PlanState, string> = {
  draft: 'is a draft',
  awaiting_approval: 'waits for approval',
  approved: 'is approved and not yet started',
  applying: 'is being applied',
  paused: 'is paused',
  applied: 'was applied',
  partially_failed: 'was applied in part',
  failed: 'failed',
  rejected: 'was rejected',
  superseded: 'was superseded by a newer one',
  expired: 'expired before anybody approved it',
  stale: 'is out of date: too much changed after it was made',
  cancelled: 'was cancelled',
  discarded: 'was discarded',
}

/** `pln_7 waits for approval: 108 actions for 61 people.` */
export function planHeadline(plan: { id: string; state: PlanState; items: number; people: number }): string {
  return `${plan.id} ${STATES[plan.state]}: ${count(plan.items, 'action')} for ${count(plan.people, 'person', 'people')}.`
}

/** `was applied: 63 succeeded, 2 wait for a seat.` Outcomes by state; the numbers add up to the items of the plan. */
export function planEnds(state: PlanState, states: Partial<Record<string, number>>): string {
  const told = Object.entries(OUTCOMES).flatMap(([outcome, words]) => {
    const items = states[outcome] ?? 0
    return items > 0 ? [`${number(items)} ${words}`] : []
  })
  return `${STATES[state]}${told.length > 0 ? `: ${told.join(', ')}` : ''}.`
}

const OUTCOMES = {
  succeeded: 'succeeded',
  noop: 'had nothing to do',
  failed_permanent: 'failed',
  failed_retryable: 'failed for now',
  blocked: 'blocked by a failure',
  skipped_stale: 'skipped since something changed',
  skipped_excluded: 'left out',
  waiting_seat: 'waiting for a seat',
  waiting_borrow: 'waiting for a borrowed licence',
  cancelled: 'cancelled',
  pending: 'still to do',
} as const
