/** What an approval lets happen, in four lines: what, to whom it is said, what can be taken back, and when. */
import { count, number } from './amount.ts'
import { countsSentence } from './describe.ts'
import type { ActionKind, OutcomeState } from './model.ts'

/** The numbers behind the lines, as they are predicted; nothing of what was left out. */
export interface ApprovalFacts {
  counts: Partial<Record<ActionKind, number>>
  people: number
  /** People who get a letter; 0 where the plan is quiet. */
  letters: number
  /** Items by what is predicted of them. */
  states: Partial<Record<OutcomeState, number>>
  removals: number
}

/** `what`, `mails`, `back` and `when`, whole sentences in this order. */
export function approvalLines(facts: ApprovalFacts): [what: string, mails: string, back: string, when: string] {
  const { counts, people, letters, removals, states } = facts
  const done = states.succeeded ?? 0
  return [
    `${countsSentence(counts)}, for ${count(people, 'person', 'people')}. ${expectedSentence(states)}`,
    letters === 0 ? 'Nobody is mailed.' : `${count(letters, 'person gets', 'people get')} one mail each.`,
    takenBack(done - removals, removals),
    'It starts at once, and what is still to do can be cancelled while it runs.',
  ]
}

/** `Expected: 101 succeed, 4 wait for a seat, 2 fail.` The numbers add up to the items of the plan. */
export function expectedSentence(states: ApprovalFacts['states']): string {
  const told = EXPECTED.flatMap(([words, ...of]) => {
    const items = of.reduce((sum, state) => sum + (states[state] ?? 0), 0)
    return items === 0 ? [] : [`${number(items)} ${items === 1 ? words[0] : words[1]}`]
  })
  return told.length === 0 ? 'Nothing of it would change anything.' : `Expected: ${told.join(', ')}.`
}

type Words = readonly [one: string, many: string]
const EXPECTED: readonly (readonly [Words, ...OutcomeState[]])[] = [
  [['succeeds', 'succeed'], 'succeeded'],
  [['is so already', 'are so already'], 'noop'],
  [['waits for a seat', 'wait for a seat'], 'waiting_seat'],
  [['waits for a borrowed licence', 'wait for a borrowed licence'], 'waiting_borrow'],
  [['fails', 'fail'], 'failed_permanent', 'failed_retryable', 'blocked'],
  [['is skipped', 'are skipped'], 'skipped_stale', 'skipped_excluded', 'cancelled'],
]

function takenBack(others: number, removals: number): string {
  const rest =
    others > 0 ? `${count(others, 'change', 'changes')} can be taken back by the opposite one` : 'Nothing else changes'
  if (removals === 0) return others > 0 ? `${rest}.` : 'Nothing changes that would have to be taken back.'
  const gone = `${count(removals, 'removal')} cannot: whoever is removed has to be invited again`
  return others > 0
    ? `${rest}; ${gone}.`
    : `${count(removals, 'removal')} cannot be taken back: whoever is removed has to be invited again.`
}
