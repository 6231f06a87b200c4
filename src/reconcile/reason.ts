/** Why something is proposed: a closed list of codes. `describe.ts` has the sentences. */

/** Why, as a code with its values: `describe.ts` makes the sentence. */
export interface Reason {
  code: ReasonCode
  params: Record<string, string>
}

export const REASON_CODES = [
  'joined', // appears in {source}
  'matched_rule', // rule {rule} of {source} gives {product}; {because}
  'products_column', // the products column of {source}
  'entitlement', // the entitlements in {source}
  'invited_by_hand', // {actor} invited them
  'returned', // is back in {source}
  'absent', // no longer in {source}
  'leaver', // {source} says they leave
  'deactivated', // {source} deactivated them, whoever else wants them
  'deleted', // {source} deleted them, whoever else wants them
  'on_leave', // {source} says they are on leave
  'no_rule', // no rule of {source} wants them any more
  'grant_ended', // no source gives {product} any more: {because}
  'expired', // {product} ended on {date}
  'expiry_changed', // {source} changed the end of {product}
  'identity_changed', // {source} changed the address or the user name
  'profile_changed', // {source} changed the name or the language
  'role_changed', // {source} changed the role
  'same_person', // {source} brings somebody already known, found by {by}
  'still_wanted', // {source} no longer wants them, {others} still do
  'removed_by_hand', // asked for by {actor}
  'assigned_by_hand', // asked for by {actor}
  'revoked_by_hand', // asked for by {actor}
  'expiry_by_hand', // asked for by {actor}
  'revoked_first', // {actor} removes them
  'borrow_over', // {product} was returned, or its loan ended; asked for by {actor}
] as const
export type ReasonCode = (typeof REASON_CODES)[number]
