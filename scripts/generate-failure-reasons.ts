/** Writes docs/failure-reasons.md from the catalogue. Run after each change of it: `node scripts/generate-failure-reasons.ts`. */
import { writeFileSync } from 'node:fs'
import { type FailureReason, REASONS } from '../src/reconcile/reasons.ts'

/** What each class asks of the reader, in the order in which they are listed. */
const CLASSES: Record<FailureReason['class'], { title: string; means: string }> = {
  input: { title: 'Input', means: 'A row or a file says something that cannot be used. Correct it and drop it again.' },
  policy: { title: 'Decisions', means: 'Nothing is broken: a person has to decide.' },
  seat: { title: 'Seats', means: 'A licence is missing. Free one or buy one.' },
  conflict: { title: 'Conflicts', means: 'Something else stands against it, or changed in the meantime.' },
  wait: { title: 'Waiting', means: 'It needs time, or somebody to ask.' },
  transient: { title: 'Inside', means: 'rosterd itself could not go on.' },
  none: { title: 'No fault', means: 'Worth knowing, nothing more.' },
}

/** The whole page. */
export function failureReasons(): string {
  const all: [string, FailureReason][] = Object.entries(REASONS)
  const sections = Object.entries(CLASSES).flatMap(([key, { title, means }]) => {
    const rows = all.filter(([, reason]) => reason.class === key).sort(([a], [b]) => (a < b ? -1 : 1))
    if (rows.length === 0) return []
    const lines = rows.map(([code, reason]) => `| \`${code}\` | ${cell(reason.sentence)} | ${cell(reason.next)} |`)
    return [
      `## ${title}\n\n${means}\n\n| code | what it says | what to do next |\n|---|---|---|\n${lines.join('\n')}\n`,
    ]
  })
  return `${HEAD}\n${sections.join('\n')}`
}

const HEAD = `<!-- Generated from src/reconcile/reasons.ts by scripts/generate-failure-reasons.ts: change it there. -->
# Failure reasons

Every row that cannot be used and every item that fails carries one of these codes, with the line of the file it came
from. \`rosterd failures PLAN\` lists them, \`rosterd failures PLAN --csv\` writes a file that can be put right and dropped
again. Words in *italics* stand for the values of the case.
`

/** A sentence as a table cell; `{name}` and `{name|default}` become the name in italics. */
function cell(sentence: string): string {
  return sentence.replace(/\{(\w+)(?:\|[^}]*)?\}/g, '*$1*').replaceAll('|', '\\|')
}

if (import.meta.main) writeFileSync(new URL('../docs/failure-reasons.md', import.meta.url), failureReasons())
