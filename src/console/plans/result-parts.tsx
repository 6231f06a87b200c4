/** Parts of the results of a plan: tabs, the reasons with the fix for all of a kind, and the buttons. */
import { count, number } from '../../reconcile/amount.ts'
import { outcomeText } from '../../reconcile/describe.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { PeopleTally } from '../../reconcile/people-tally.ts'
import { peopleSentence } from '../../reconcile/people-words.ts'
import type { ReasonGroup } from '../../store/plan-figures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress, useHere, useMay, withQuery } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { TABS, type Tab } from './filter.ts'
import { onPages } from './next-words.ts'
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

/** The most frequent first, each with what to do about all of them. */
export function Reasons({ reasons }: { reasons: ReasonGroup[] }) {
  const { path, query } = useHere()
  if (reasons.length === 0) return null
  return (
    <ul class="reasons card" aria-label="Reasons">
      {reasons.map(({ code, items, params }) => {
        const on = query.get('code') === code
        const text = outcomeText({ code, params })
        return (
          <li>
            <a
              href={`${withQuery(path, query, { code: on ? null : code })}#items`}
              {...(on ? { 'aria-current': 'true' } : {})}
            >
              <code>{code}</code> <b class="number">{number(items)}</b>
            </a>
            <span>{`${items === 1 ? '' : 'For example: '}${text?.message ?? ''} ${onPages(text?.next ?? '')}`}</span>
          </li>
        )
      })}
    </ul>
  )
}

export function Failures({ row: { id }, failed, holders }: { row: PlanRow; failed: number; holders: number[] }) {
  const at = useAddress()
  const may = useMay()
  const { offers } = useHere()
  if (failed === 0) return null
  return (
    <div class="buttons start">
      {holders.length > 0 && may('operator') && offers('/bulk/:verb') && (
        <Form to={at('/bulk/revoke')}>
          {holders.map((member) => (
            <input type="hidden" name="member" value={showId('mem', member)} />
          ))}
          <button type="submit" class="primary">{`Revoke the products of ${count(holders.length, 'user')}`}</button>
        </Form>
      )}
      <a class="button" href={at(planPath(id, '/failures.csv'))} download>
        Download failures .csv
      </a>
    </div>
  )
}

export function Actions({ row: { id, operation, supersededBy } }: { row: PlanRow }) {
  const at = useAddress()
  const may = useMay()
  if (operation === null || supersededBy !== null || !may('operator')) return null
  return (
    <Form to={at(planPath(id, '/again'))}>
      <button type="submit">Ask for it again</button>
    </Form>
  )
}
