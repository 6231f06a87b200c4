/** What failed in the last weeks, by code: what gets more often, and what to do about it. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { isFailureCode, reasonNext } from '../../reconcile/reasons.ts'
import { type FailureDay, failureDays } from '../../store/failure-days.ts'
import type { Door } from '../door.ts'
import { useAddress, useHere } from '../here.ts'
import { Days } from '../parts/chart-days.tsx'
import { Empty } from '../parts/pill.tsx'
import { type Column, Table } from '../parts/table.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { onPages } from '../plans/next-words.ts'
import { planPath } from '../plans/plan.ts'
import { page } from '../route.ts'
import { tabsOf } from './activity.tsx'

export const DAYS = 30

export interface CodeLine {
  code: string
  total: number
  /** The oldest day first. */
  days: number[]
  /** What to do about it; empty where that depends on the row. */
  next: string
  /** The newest plan in which it was. */
  planId: number | null
}

/** One line for each code, the most frequent first. */
export function codeLines(rows: FailureDay[]): CodeLine[] {
  const lines = [...Map.groupBy(rows, ({ code }) => code)].map(([code, found]): CodeLine => {
    const days = Array.from({ length: DAYS }, () => 0)
    for (const { day, count: failures } of found) days[DAYS - 1 - Math.min(DAYS - 1, Math.max(0, day))] = failures
    const plans = found.flatMap(({ planId }) => planId ?? [])
    const next = isFailureCode(code) ? onPages(reasonNext(code)) : ''
    return {
      code,
      days,
      total: days.reduce((sum, one) => sum + one, 0),
      next: next.includes('{') ? '' : next,
      planId: plans.length === 0 ? null : Math.max(...plans),
    }
  })
  return lines.toSorted((a, b) => b.total - a.total || (a.code < b.code ? -1 : 1))
}

export function failureRoutes(door: Door): void {
  page(door, { path: '/activity/failures', role: 'viewer' }, async ({ parts, organization, may }) => {
    const { rows, cut } = await failureDays(parts.sql, organization.id, { until: parts.now(), days: DAYS })
    const lines = codeLines(rows)
    const all = lines.reduce((sum, { total }) => sum + total, 0)
    return {
      title: 'Activity',
      place: 'activity',
      lead:
        lines.length === 0
          ? undefined
          : `${count(all, 'failure')} in the last ${DAYS} days, of ${count(lines.length, 'kind')}${cut ? '; of the newest plans and files, since there were too many to count' : ''}.`,
      body: (
        <>
          <Tabs label="Activity" tabs={tabsOf(may)} />
          <Failures lines={lines} />
        </>
      ),
    }
  })
}

function Failures({ lines }: { lines: CodeLine[] }) {
  const at = useAddress()
  const { offers } = useHere()
  const most = Math.max(...lines.flatMap(({ days }) => days), 1)
  const columns: Column<CodeLine>[] = [
    {
      key: 'code',
      title: 'Reason',
      always: true,
      cell: ({ code, next }) => (
        <div class="person">
          <code>{code}</code>
          <span class="beneath">{next}</span>
        </div>
      ),
    },
    { key: 'total', title: 'Failures', number: true, cell: ({ total }) => number(total) },
    {
      key: 'days',
      title: `Last ${DAYS} days`,
      cell: ({ days, code }) => <Days values={days} most={most} what={code} />,
    },
    {
      key: 'plan',
      title: 'Last plan',
      cell: ({ planId, code }) =>
        planId === null ? (
          <span class="beneath">rows of a file</span>
        ) : offers('/plans/:plan') ? (
          <a href={at(planPath(planId, `?show=failed&code=${code}`))}>{showId('pln', planId)}</a>
        ) : (
          showId('pln', planId)
        ),
    },
  ]
  return (
    <div id="failures" class="list">
      {lines.length === 0 ? (
        <Empty title={`Nothing failed in the last ${DAYS} days.`} />
      ) : (
        <>
          <Table id="failures" caption="What failed, by reason" columns={columns} rows={lines} />
          <p class="pager">
            <a href={at('/activity/failures.csv')} download>
              Download CSV
            </a>
          </p>
        </>
      )}
    </div>
  )
}
