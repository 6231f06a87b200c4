/** Every rule asked about one person: whether it is about them, and because of what. */
import { compileCondition, describeCondition } from './condition.ts'
import type { Consequence, DirectoryRow, Rule } from './model.ts'

/** What a source shows of them. */
export interface Shown {
  source: string
  row: DirectoryRow
}

export interface Answer {
  rule: string
  priority: number
  /** Who it is about, in words: `group Artists`. */
  condition: string
  /** Key of the source that shows them; null where no source that the rule is about does. */
  source: string | null
  /** Because of what it is about them; null where it is not. */
  because: string | null
  then: readonly Consequence[]
}

/** One answer for each rule and each source that it may look at; those that are about them first, then as rules are ordered. */
export function askRules(rules: readonly Rule[], shown: readonly Shown[]): Answer[] {
  const answers = rules.flatMap(({ key: rule, priority, source, when, then: consequences }): Answer[] => {
    const matches = compileCondition(when)
    // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
    const asked = { rule, priority, condition: describeCondition(when), then: consequences }
    const rows = shown.filter((one) => (source === null ? one.source !== 'manual' : one.source === source))
    if (rows.length === 0) return [{ ...asked, source: null, because: null }]
    return rows.map(({ source: of, row }) => ({ ...asked, source: of, because: matches(row) }))
  })
  return answers.toSorted(
    (a, b) =>
      Number(a.because === null) - Number(b.because === null) ||
      a.priority - b.priority ||
      (a.rule < b.rule ? -1 : a.rule > b.rule ? 1 : 0),
  )
}
