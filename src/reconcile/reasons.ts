/**
 * The catalogue of failure reasons: every code that some path produces, with a sentence for a person and what to do
 * next. Values stand in braces. docs/failure-reasons.md is generated from here.
 */

/** Input: fix the row. Policy: a decision. Seat: free or buy one. Wait: resolves itself. Conflict. Transient: retried. Nothing: no fault. */
export type ReasonClass = 'input' | 'policy' | 'seat' | 'wait' | 'conflict' | 'transient' | 'none'

export interface FailureReason {
  class: ReasonClass
  /** The HTTP status that a strict answer would carry; null where no request fails by it. */
  status: number | null
  sentence: string
  next: string
}

const input = (status: number, sentence: string, next: string): FailureReason => ({
  class: 'input',
  status,
  sentence,
  next,
})

export const REASONS = {
  EMAIL_MISSING: input(400, 'Row {line|1} has no e-mail address.', 'Fill in the column and upload the row again.'),
  EMAIL_INVALID: input(400, '"{v}" is not a valid e-mail address ({why}).', 'Correct it.'),
  EMAIL_MULTIPLE: input(400, 'The cell holds several addresses.', 'Write one person per row.'),
  EMAIL_CONFUSABLE: {
    class: 'policy',
    status: null,
    sentence: '"{v}" mixes alphabets and looks like "{w}".',
    next: 'Confirm that it is meant, or correct it.',
  },
  ANCHOR_MISSING: input(
    400,
    'The row has no id, and this source is keyed by it.',
    'Fill in the id, or change the key column.',
  ),
  ANCHOR_DUPLICATE: input(409, 'Lines {a} and {b} have the same id but different people.', 'Correct it in the source.'),
  ANCHOR_DAMAGED: input(400, '"{v}" looks like a number rounded by a spreadsheet.', 'Export the column as text.'),
  ROW_CONFLICT: input(409, 'Lines {a} and {b} disagree about {field}.', 'Keep one of them.'),
  ROW_UNPARSEABLE: input(400, 'Line {n} cannot be read: {why}.', 'Fix the file.'),
  HEADER_MISSING: input(
    400,
    'No column for {field}; found: {list}.',
    'Rename the column, say which one it is (--column, or columns in the settings of the source), or start from a template (rosterd template).',
  ),
  ENCODING_UNCERTAIN: input(
    400,
    'Names such as "{sample}" look wrong; read as {enc}.',
    'Save the file as "CSV UTF-8", or say which encoding it has (--encoding, or encoding in the settings of the source).',
  ),
  FILE_EMPTY: {
    class: 'policy',
    status: 400,
    sentence: 'The file has a header and no people.',
    next: 'Nothing was changed. Send the complete file again.',
  },
  FILE_TOO_LARGE: input(413, 'The file is too large: it has {n}, and at most {m} are taken.', 'Split it.'),
  FILE_INCOMPLETE: input(
    400,
    'The file is not complete: {why}.',
    'Send the whole file again; a last line ends with a line break.',
  ),
  FILE_DUPLICATE: {
    class: 'none',
    status: 409,
    sentence: 'The same content as {file} of {date}.',
    next: 'Nothing to do; it was not applied a second time. To apply it again, wait a day.',
  },
  FILE_STALE: {
    class: 'conflict',
    status: 409,
    sentence: 'This file is older ({a}) than {file} ({b}), which was taken instead.',
    next: 'Nothing to do. If this one is right, drop it again with a later time, or a later date in its name or number in its manifest.',
  },
  FILE_TYPE: input(415, 'This is {type}, not a CSV file.', 'Save it as "CSV UTF-8".'),
  FIELD_UNKNOWN_VALUE: input(400, '"{v}" is not allowed in {col}; allowed: {list}.', 'Correct it.'),
  PRODUCT_UNKNOWN: input(
    400,
    'There is no product "{v}"; did you mean {w}?',
    'Correct it, or add an alias to the product.',
  ),
  PRODUCT_MISSING: input(
    400,
    'Row {line|1} names no product.',
    'Write one into the column products; there are {list}. Or name it for all rows with --product.',
  ),
  EXPIRY_INVALID: input(
    400,
    '"{v}" is not a date that can be read without guessing ({why|it is not written like 2027-06-30}).',
    'Write it like {date|2027-06-30}; in a spreadsheet, format the whole column so (YYYY-MM-DD) and export it again.',
  ),
  EXPIRY_IN_PAST: input(400, '{date} is over.', 'Give a later date, or leave the cell empty.'),
  EXPIRY_FAR: {
    class: 'none',
    status: null,
    sentence: '{v} in {col} is more than ten years away.',
    next: 'Check the year; the row was taken as it is.',
  },
  PRODUCT_NOT_OWNED: {
    class: 'seat',
    status: 403,
    sentence: 'The organization has no subscription for {product}.',
    next: 'Buy it, or take it out of the rule or the file that names it.',
  },
  SEATS_EXHAUSTED: {
    class: 'seat',
    status: 403,
    sentence: 'No free seat of {product}: {used} of {owned} {are|are used}. {outcome|They are in the waiting list.}',
    next: 'Free or buy {needed}. {after|It then happens by itself.}',
  },
  EMAIL_IN_USE: {
    class: 'conflict',
    status: 409,
    sentence: '{v} already belongs to {other}.',
    next: 'Change the address of one of them, or ignore this.',
  },
  USERNAME_IN_USE: {
    class: 'conflict',
    status: 409,
    sentence: 'The user name {v} is taken by {other}.',
    next: 'Change the user name of one of them, or ignore this.',
  },
  ALREADY_MEMBER: { class: 'none', status: 409, sentence: '{name} is already a member.', next: 'Nothing to do.' },
  GIVEN_LONGER: {
    class: 'none',
    status: null,
    sentence: 'A source gives {product} to {name} for longer than was asked for, so it ends no sooner.',
    next: 'Nothing to do; if it is to end sooner, change that in the source.',
  },
  MEMBER_NOT_FOUND: {
    class: 'conflict',
    status: 404,
    sentence: '{v} is not a member. {similar|}',
    next: 'Check the spelling{or|}.',
  },
  MEMBER_SUSPENDED: {
    class: 'policy',
    status: 409,
    sentence: '{name} is suspended.',
    next: 'Have them activated again in the directory that suspended them, and ask again then.',
  },
  HAS_PRODUCTS: {
    class: 'conflict',
    status: 409,
    sentence: '{name} still holds {list}.',
    next: 'Revoke first (rosterd revoke, or --revoke-first).',
  },
  BORROWED_OFFLINE: {
    class: 'wait',
    status: 409,
    sentence: '{name} has {product} borrowed on {device} until {date}.',
    next: 'Ask them to return it. {after|It then happens by itself.}',
  },
  LAST_ADMIN: {
    class: 'policy',
    status: 409,
    sentence: 'This would leave {left} able to sign in; {min} required.',
    next: 'Appoint another administrator first.',
  },
  SELF_CHANGE: {
    class: 'policy',
    status: 403,
    sentence: '{name} has approved this plan, and nobody approves what is taken from themselves.',
    next: '{again|Let another administrator approve the next plan, which names it again.}',
  },
  AMBIGUOUS_MATCH: {
    class: 'policy',
    status: 409,
    sentence: '{row} could be {list}.',
    next: '{how|Decide who it is.}',
  },
  ADOPTION_NEEDS_REVIEW: {
    class: 'policy',
    status: 409,
    sentence: '{v} exists and {why}.',
    next: 'Decide whether it is the same person.',
  },
  STALE_ITEM: {
    class: 'conflict',
    status: 412,
    sentence: '{what} was changed after this plan was made.',
    next: '{again|It is looked at again in the next plan.}',
  },
  BLOCKED_BY: {
    class: 'conflict',
    status: null,
    sentence: 'Waits for item {item} of the same plan, which did not succeed: {code}.',
    next: 'Solve that one first; its own line says how.',
  },
  LEFT_OUT: {
    class: 'none',
    status: null,
    sentence: '{who} left {name} out of this plan.',
    next: 'Nothing to do; ask for it again if it is wanted after all.',
  },
  CANCELLED: {
    class: 'none',
    status: null,
    sentence: '{who} cancelled the plan before its turn came.',
    next: 'Nothing to do; ask for it again if it is wanted after all.',
  },
  MAIL_UNKNOWN: {
    class: 'wait',
    status: null,
    sentence: 'The change is done; it is unknown whether the mail left.',
    next: 'Ask the person, and resend by hand if needed.',
  },
  INTERNAL: {
    class: 'transient',
    status: 500,
    sentence: 'Something went wrong inside ({ref}).',
    next: 'Report it with this reference.',
  },
} as const satisfies Record<string, FailureReason>

export type FailureCode = keyof typeof REASONS

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(REASONS, code)
}

/** What kind of reason it is; a code that is not in the catalogue is a fault of ours. */
export const classOf = (code: string): ReasonClass => (isFailureCode(code) ? REASONS[code].class : 'transient')

/** The sentence of a code with its values; a value that is missing reads as its default or a question mark, never as a brace. */
export function reasonSentence(code: FailureCode, params: Record<string, string | number>): string {
  return fill(REASONS[code].sentence, params)
}

/** What to do next, with the values. */
export function reasonNext(code: FailureCode, params: Record<string, string | number> = {}): string {
  return fill(REASONS[code].next, params)
}

/** `{name}`, or `{name|what to say without a value}`; where that is nothing at the end, no blank is left before it. */
function fill(template: string, params: Record<string, string | number>): string {
  const filled = template.replace(/\{(\w+)(?:\|([^}]*))?\}/g, (_, name: string, other = '?') =>
    String(params[name] ?? other),
  )
  return filled.trimEnd()
}
