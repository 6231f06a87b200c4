/** Activity: who did what, and whether the record of it still is what was sealed. */
import { z } from 'zod'
import { type AuditFilter, listAudit } from '../../store/audit-list.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Filters } from '../parts/filters.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { type Asked, page } from '../route.ts'
import { AuditTable } from './audit.tsx'
import { checked, Seal, SealPage } from './seal.tsx'

const PER_PAGE = 50
const HOUR_MS = 3_600_000
const place = z.int().positive()

const PERIODS: Record<string, number> = { day: 24 * HOUR_MS, week: 7 * 24 * HOUR_MS, month: 30 * 24 * HOUR_MS }
const ACTS = [
  'plan',
  'batch',
  'snapshot',
  'decision',
  'pin',
  'member',
  'borrow',
  'configuration',
  'product',
  'rule',
  'limits',
  'source',
  'token',
  'administrator',
  'session',
  'export',
  'failures',
  'letter',
]

/** What administrators did is theirs to read; to whom mails went everybody may see who sees the people. */
export const tabsOf = (may: Asked['may']): [string, string][] => [
  ...(may('admin') ? [['Audit', '/activity'] satisfies [string, string]] : []),
  ['Mails', '/activity/mails'],
  ['Failures', '/activity/failures'],
]

/** As the list is narrowed by its address; pages begin at its beginning. */
export function auditFilterOf(query: URLSearchParams, now: Date): Omit<AuditFilter, 'before' | 'limit'> {
  const q = wordOf(query.get('q'))
  const period = PERIODS[query.get('when') ?? '']
  return {
    ...(isObject(q) ? { actor: null, object: q } : { actor: q, object: null }),
    act: ACTS.find((one) => one === query.get('act')) ?? null,
    since: period === undefined ? null : new Date(now.getTime() - period),
    until: null,
  }
}

export function activityRoutes(door: Door): void {
  page(door, { path: '/activity', role: 'viewer' }, async ({ parts, organization, query, part, may, at, c }) => {
    if (!may('admin')) return c.redirect(at('/activity/mails'), 302)
    const found = await listAudit(parts.sql, organization.id, {
      ...auditFilterOf(query, parts.now()),
      before: readCursor(place, query.get('after')),
      limit: PER_PAGE + 1,
    })
    const filtered = ['q', 'act', 'when'].some((name) => (query.get(name) ?? '') !== '')
    const list = <AuditTable {...cut(found, PER_PAGE, ({ id }) => id)} filtered={filtered} />
    if (part === 'audit') return { title: 'Activity', place: 'activity', body: list }
    return {
      title: 'Activity',
      place: 'activity',
      aside: <SealLater />,
      body: (
        <>
          <Tabs label="Activity" tabs={tabsOf(may)} />
          <Filters
            list="audit"
            search="E-mail address of who did it, or an id such as pln_7"
            filters={[
              {
                name: 'act',
                label: 'What was done',
                options: [
                  { value: '', name: 'Anything' },
                  ...ACTS.map((act) => ({ value: act, name: `${act[0]?.toUpperCase() ?? ''}${act.slice(1)}` })),
                ],
              },
              {
                name: 'when',
                label: 'When',
                options: [
                  { value: '', name: 'At any time' },
                  { value: 'day', name: 'In the last 24 hours' },
                  { value: 'week', name: 'In the last 7 days' },
                  { value: 'month', name: 'In the last 30 days' },
                ],
              },
            ]}
          />
          {list}
        </>
      ),
    }
  })

  page(door, { path: '/activity/seal', role: 'admin' }, async ({ parts, organization, query, part }) => {
    const before = Number(query.get('checked') ?? 0)
    const check = await checked(door, parts, organization.id, Number.isSafeInteger(before) && before > 0 ? before : 0)
    const title = 'Is the audit what was sealed?'
    if (part === 'seal') return { title: 'Activity', place: 'activity', body: <Seal check={check} /> }
    return { title, place: 'activity', crumbs: [['Activity', '/activity']], body: <SealPage check={check} /> }
  })
}

function wordOf(given: string | null): string | null {
  const text = (given ?? '').trim()
  return text === '' || text.length > 200 || text.includes('\0') || !text.isWellFormed() ? null : text
}

/** `pln_7`, `products/vray`: what something was done to, and not who did it. */
const isObject = (text: string | null): text is string =>
  text !== null && (/^[a-z]{3}_\d+$/.test(text) || text.includes('/'))

/** Checking takes a while: the page does not wait for it. */
function SealLater() {
  const at = useAddress()
  return (
    <span id="seal" hx-get={at('/activity/seal')} hx-target="#seal" hx-trigger="load" hx-swap="outerHTML">
      <a href={at('/activity/seal')}>Check the seals of the audit</a>
    </span>
  )
}
