/** An item of a plan in a few words: what changes, what is expected, what became of it. For tables of every door. */

/** The part of an item that the words need; images may hold more. */
export interface ItemInWords {
  kind: string
  before: Image | null
  after: Image | null
  predicted: string
  /** Why it is expected not to succeed, as a sentence. */
  foreseen: { message: string } | null
  state: string
  /** Why it did not simply succeed, as a sentence. */
  message: string | null
}

interface Image {
  email?: string | null | undefined
  role?: string | null | undefined
}

const TAKES: ReadonlySet<string> = new Set(['revoke', 'suspend', 'remove', 'shorten'])
const GIVES: ReadonlySet<string> = new Set(['invite', 'assign', 'extend', 'reactivate'])

/** `+` gives, `-` takes away, `~` changes. */
export function signOf(kind: string): '+' | '-' | '~' {
  return GIVES.has(kind) ? '+' : TAKES.has(kind) ? '-' : '~'
}

const plainly = (code: string): string => code.replaceAll('_', ' ')

export function changeWords({ kind, before, after }: Pick<ItemInWords, 'kind' | 'before' | 'after'>): string {
  const from = before?.email
  const to = after?.email
  if (kind === 'update_identity' && from && to && from !== to) return `rename ${from} → ${to}`
  if (kind === 'update_role') return `role ${before?.role ?? '?'} → ${after?.role ?? '?'}`
  if (kind === 'update_identity') return 'rename'
  if (kind === 'update_profile') return 'update'
  return plainly(kind)
}

/** What will not simply succeed, and why where that is known. */
export function expectedWords(item: Pick<ItemInWords, 'predicted' | 'foreseen' | 'state'>): string {
  const { predicted, foreseen } = item
  if (item.state === 'skipped_excluded') return 'left out'
  if (predicted === 'succeeded') return ''
  const words = predicted.startsWith('failed') ? 'will fail' : stateWords(predicted)
  return foreseen === null ? words : `${words}: ${foreseen.message}`
}

export function outcomeWords({ state, message }: Pick<ItemInWords, 'state' | 'message'>): string {
  return message === null ? stateWords(state) : `${stateWords(state)}: ${message}`
}

const STATES: Readonly<Record<string, string>> = {
  succeeded: 'done',
  noop: 'already so',
  pending: 'to do',
  failed_permanent: 'failed',
  failed_retryable: 'is tried again',
  skipped_stale: 'skipped',
  skipped_excluded: 'left out',
  waiting_seat: 'waits for a seat',
  waiting_borrow: 'waits for a return',
}

export const stateWords = (state: string): string => STATES[state] ?? plainly(state)
