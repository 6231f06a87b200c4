/** What to do next after an error, for somebody in front of a page: the catalogue names what is typed at a terminal. */
import type { ErrorCode, RosterdError } from '../errors.ts'
import { onPages } from './plans/next-words.ts'

const HERE: Partial<Record<ErrorCode, string>> = {
  PLAN_NOT_FOUND: 'It may be of another organization: look for it in the list of plans.',
  PLAN_STATE: 'Look at the plan again; compare with the sources anew if its work is still wanted.',
  ITEM_NOT_FOUND: 'Load the plan again: its items may have changed.',
  PLAN_HASH_MISMATCH: 'Load the plan again, look at what it does now, and approve that.',
  DUPLICATE_OPERATION: 'Nothing is to be done. Look at the plan that does it already.',
  PLAN_HELD: 'If this is right, an administrator types the number on the page of the plan, and why.',
  PLAN_REFUSED:
    'If this is right, two administrators with different e-mail addresses each type the number on the page of the plan, and why.',
  PLAN_NEEDS_ANOTHER: 'Ask the other administrator to open the plan and to say the same.',
  SNAPSHOT_NOT_FOUND: 'Look for the file on the page of its source.',
  SNAPSHOT_NEEDS_ANOTHER: 'Ask the other administrator to open the file and to say the same.',
  SNAPSHOT_STATE: 'Look at the latest file on the page of its source.',
  DECISION_NOT_FOUND: 'Look at the list of open questions.',
  DECISION_STATE: 'Nothing is left to decide here: load the list of questions again.',
  ASSIGNMENT_NOT_FOUND: 'Load the page of the person again: it may have ended meanwhile.',
  PIN_NOT_FOUND: 'Load the page of the person again: it may have been lifted meanwhile.',
  PRODUCT_NOT_FOUND: 'Look for it in the list of products.',
  RULE_NOT_FOUND: 'Look for it in the list of rules.',
  TOKEN_NOT_FOUND: 'Load the page of the source again: its tokens stand there.',
}

export const nextOnPages = ({ code, next }: RosterdError): string => HERE[code] ?? onPages(next)
