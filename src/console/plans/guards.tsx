/** What the guards of a plan say, each with its arithmetic; those that stopped at something lead to it in the list. */
import { count } from '../../reconcile/amount.ts'
import type { Finding } from '../../reconcile/model.ts'
import { overrideSum } from '../../reconcile/review.ts'
import { useHere, withQuery } from '../here.ts'
import { Pill, type Tone } from '../parts/pill.tsx'

/** Guards have numbers; whatever else was found stops nothing and is said all the same, such as a group that took another's place. */
const isNote = ({ verdict, guard }: Finding) => verdict === 'pass' && !/^G\d/.test(guard)

/** So many that passed are shown at once, where nothing else is to be said. */
const MOST_OPEN = 3

export function Guards({ findings }: { findings: Finding[] }) {
  if (findings.length === 0) return null
  const stopped = findings.filter(({ verdict }) => verdict !== 'pass')
  const notes = findings.filter(isNote)
  const passed = findings.filter((one) => one.verdict === 'pass' && !isNote(one))
  const sum = overrideSum(findings)
  return (
    <section class="card guards" aria-labelledby="guards-title">
      <h2 id="guards-title">Guards</h2>
      <ul>
        {stopped.map((finding) => (
          <Stopped finding={finding} />
        ))}
        {notes.map(({ message }) => (
          <li>
            <Pill tone="quiet">note</Pill> <span>{message}</span>
          </li>
        ))}
      </ul>
      {sum !== null && <p class="beneath">{`Together ${sum}.`}</p>}
      {passed.length > 0 && (
        <details open={stopped.length + notes.length === 0 && passed.length <= MOST_OPEN}>
          <summary>
            <Pill tone="good">pass</Pill> {count(passed.length, 'guard')}
          </summary>
          <ul>
            {passed.map(({ message }) => (
              <li class="beneath">{message}</li>
            ))}
          </ul>
        </details>
      )}
    </section>
  )
}

/** What a guard that stopped is called, and how it looks. */
function wordOf({ verdict, nature }: Finding): [string, Tone] {
  if (verdict === 'refuse') return ['refused', 'bad']
  return nature === 'look' ? ['look', 'wait'] : ['held', 'wait']
}

function Stopped({ finding }: { finding: Finding }) {
  const { path, query } = useHere()
  const [word, tone] = wordOf(finding)
  const name = guardName(finding)
  const on = query.get('guard') === name
  const items = (finding.holds ?? []).some((hold) => hold.items > 0)
  return (
    <li>
      <Pill tone={tone}>{word}</Pill>{' '}
      <span>
        {finding.message}
        {items && (
          <>
            {' '}
            <a href={`${withQuery(path, query, { guard: on ? null : name })}#items`}>
              {on ? 'Show all again' : 'Show these'}
            </a>
          </>
        )}
      </span>
    </li>
  )
}

/** As the address has it: the guard and what it counts. */
export const guardName = ({ guard, scope }: Finding): string => (scope === '' ? guard : `${guard}:${scope}`)
