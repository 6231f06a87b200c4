/** The sentence of a plan that has ended: what was foreseen is told as what was expected, and whatever else it says stays as it was. */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { headlineAfter, headlineByHand } from '../../src/reconcile/headline.ts'

const FACTS = {
  items: 9,
  counts: { remove: 9 },
  people: 9,
  unchanged: 0,
  staying: 0,
  failing: 0,
  waiting: 0,
  letters: 0,
  member: null,
}
const NO_PINS = { people: 0, sources: [], pin: { kind: 'always' as const } }

test.each([
  ['Remove 6; 6 will fail; nobody will be mailed', 'Remove 6; 6 were expected to fail; nobody was mailed'],
  ['Assign 2; 1 will wait; 1 person gets one mail', 'Assign 2; 1 was expected to wait; 1 person was to get one mail'],
  ['Remove 1,200; 1,000 people get one mail each', 'Remove 1,200; 1,000 people were to get one mail each'],
  [
    'Nothing to do; 1 is as wanted already, for as long as their sources say; nobody will be mailed',
    'Nothing to do; 1 was as wanted already, for as long as their sources say; nobody was mailed',
  ],
  ['Invite 40 · Assign 52 — 3,607 unchanged', 'Invite 40 · Assign 52 — 3,607 unchanged'],
  [
    'Remove 2; 2 pinned for 30 days, since 3 will fail still wants them; 1 item left out',
    'Remove 2; 2 pinned for 30 days, since 3 will fail still wants them; 1 item left out',
  ],
])('%s', (before, after) => {
  expect(headlineAfter(before)).toBe(after)
})

test('speaks of the future nowhere, with the same numbers, whatever the facts are, and says the same when told twice', () => {
  const some = fc.nat({ max: 5_000 })
  fc.assert(
    fc.property(some, some, some, some, fc.boolean(), (failing, waiting, letters, unchanged, quiet) => {
      const before = headlineByHand({ ...FACTS, failing, waiting, letters, unchanged }, NO_PINS, quiet)
      const after = headlineAfter(before)
      expect(after).not.toMatch(/\bwill\b|(person gets|people get) one|\b(is|are) as wanted/)
      expect(after.match(/\d[\d,]*/g)).toEqual(before.match(/\d[\d,]*/g))
      expect(headlineAfter(after)).toBe(after)
    }),
  )
})
