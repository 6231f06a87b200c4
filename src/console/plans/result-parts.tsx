/** Parts of the results of a plan: its people, the tabs, and the buttons. */
import { number } from '../../reconcile/amount.ts'
import { NOUN_OF } from '../../reconcile/operation-words.ts'
import type { PeopleTally } from '../../reconcile/people-tally.ts'
import { peopleSentence } from '../../reconcile/people-words.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useHere, useMay, withQuery } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { TABS, type Tab } from './filter.ts'
import { planPath } from './plan.ts'

/** Asks for the numbers again where they were not counted yet. */
export function People({ row, people }: { row: PlanRow; people: PeopleTally | null }) {
  const { path } = useHere()
  if (people !== null)
    return (
      <p id="people" class="beneath">
        {peopleSentence(people, row.operation?.rows ?? null)}
      </p>
    )
  return (
    <p id="people" class="beneath" hx-get={path} hx-trigger="load" hx-target="#people" hx-swap="outerHTML">
      Counting people …
    </p>
  )
}

export function Tabs({ now, numbers }: { now: Tab; numbers: Record<Tab, number> }) {
  const { path, query } = useHere()
  return (
    <nav aria-label="Results" class="tabs">
      <ul>
        {TABS.map(([name, words]) => (
          <li>
            <a
              href={`${withQuery(path, query, { show: name, code: null })}#items`}
              {...(name === now ? { 'aria-current': 'page' } : {})}
            >
              {words} <span class="number">{number(numbers[name])}</span>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}

interface ActionsProps {
  row: PlanRow
  /** Whether there is an earlier plan to compare it with. */
  compared: boolean
  /** Items that failed. */
  failed: number
}

export function Actions({ row: { id, operation, supersededBy }, compared, failed }: ActionsProps) {
  const at = useAddress()
  const may = useMay()
  const { path } = useHere()
  return (
    <>
      {failed > 0 && operation !== null && (
        <a class="button" href={`${path}?show=failed#items`}>
          {`See failed ${NOUN_OF[operation.verb]}`}
        </a>
      )}
      {compared && (
        <a class="button" href={at(planPath(id, '/compare'))}>
          Compare with the previous plan
        </a>
      )}
      {operation !== null && supersededBy === null && may('operator') && (
        <Form to={at(planPath(id, '/again'))}>
          <button type="submit">Ask for it again</button>
        </Form>
      )}
    </>
  )
}
