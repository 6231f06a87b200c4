/** A spreadsheet that took ids for numbers turns 000123 into 123: everybody would leave, and come again as a stranger. */
import { count, number } from './amount.ts'
import type { Finding, Verdict } from './model.ts'

/** Holds from so many ids on that are new, and differ from one that is gone only by zeros at the beginning. */
export function guardLostZeros(ids: number, known: number, from: number): Finding {
  const verdict: Verdict = ids >= from ? 'hold' : 'pass'
  const counted = `Ids: ${count(ids, 'new one differs', 'new ones differ')} from known ones only by leading zeros`
  const told =
    verdict === 'pass'
      ? `${counted}.`
      : `${counted}, limit ${number(from - 1)}. A spreadsheet has probably read them as numbers: export the column as text. Nothing of the file was used, and nobody counts as gone.`
  return {
    guard: 'LEADING_ZEROS',
    verdict,
    nature: 'amount',
    measured: ids,
    of: known,
    limit: from - 1,
    scope: '',
    message: told,
  }
}
