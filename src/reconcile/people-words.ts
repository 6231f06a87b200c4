/** What became of the people of a plan, as a sentence. */
import { count, number } from './amount.ts'

const VERDICTS = [
  ['succeeded', 'done'],
  ['noChange', 'already so'],
  ['waiting', 'waiting'],
  ['leftOut', 'left out'],
  ['cancelled', 'cancelled'],
  ['stale', 'out of date'],
  ['failed', 'failed'],
  ['toDo', 'to do'],
] as const

/**
 * `15 rows: 12 people (10 done, 2 failed), 1 merged with another, 2 in error.` Each person counts once, by the worst of their items.
 *
 * @param rows that somebody gave; null for what no person asked for
 */
export function peopleSentence(
  people: Partial<Record<string, number>>,
  rows: { given: number; merged: number; errors: number } | null,
): string {
  const { given, merged, errors } = rows ?? { given: 0, merged: 0, errors: 0 }
  const total = VERDICTS.reduce((sum, [verdict]) => sum + (people[verdict] ?? 0), 0)
  const became = VERDICTS.flatMap(([verdict, words]) => {
    const of = people[verdict] ?? 0
    return of === 0 ? [] : [`${number(of)} ${words}`]
  })
  const parts = [
    merged + errors === 0 ? '' : `${count(given, 'row')}: `,
    `${count(total, 'person', 'people')} (${became.join(', ')})`,
    merged === 0 ? '' : `, ${number(merged)} merged with another row of the same person`,
    errors === 0 ? '' : `, ${number(errors)} in error`,
  ]
  return `${parts.join('')}.`
}
