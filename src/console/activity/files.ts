/** The audit, the mails and what failed, as files. */
import { showId } from '../../reconcile/identifiers.ts'
import { type AuditListRow, listAudit } from '../../store/audit-list.ts'
import { failureDays } from '../../store/failure-days.ts'
import { LETTER_STATES, type LetterListRow, listLetters } from '../../store/letter-list.ts'
import { csvFile } from '../csv-file.ts'
import type { Door } from '../door.ts'
import { page } from '../route.ts'
import { auditFilterOf } from './activity.tsx'
import { type CodeLine, codeLines, DAYS } from './failures.tsx'

const json = (value: unknown): string => (value === null || value === undefined ? '' : JSON.stringify(value))

export function activityFileRoutes(door: Door): void {
  page(door, { path: '/activity/audit.csv', role: 'admin' }, async (asked) => {
    const { parts, organization, query } = asked
    const filter = auditFilterOf(query, parts.now())
    return await csvFile<AuditListRow>(asked, {
      name: 'audit',
      columns: [
        ['id', ({ id }) => id],
        ['at', ({ at }) => at],
        ['who', ({ actor }) => actor],
        ['what', ({ act }) => act],
        ['to_what', ({ object }) => object],
        ['plan', ({ planId }) => (planId === null ? null : showId('pln', planId))],
        ['before', ({ before }) => json(before)],
        ['after', ({ after }) => json(after)],
        ['request', ({ requestId }) => requestId],
      ],
      page: (after, limit) => listAudit(parts.sql, organization.id, { ...filter, before: after?.id ?? null, limit }),
    })
  })

  page(door, { path: '/activity/mails.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization, query } = asked
    const state = LETTER_STATES.find((one) => one === query.get('state')) ?? null
    return await csvFile<LetterListRow>(asked, {
      name: 'mails',
      columns: [
        ['to', ({ address }) => address],
        ['audience', ({ audience }) => audience],
        ['about', ({ event }) => event],
        ['plan', ({ planId }) => (planId === 0 ? null : showId('pln', planId))],
        ['due', ({ dueAt }) => dueAt],
        ['state', ({ state: one }) => one],
        ['attempts', ({ attempt }) => attempt],
        ['error', ({ error }) => error],
      ],
      page: (after, limit) => listLetters(parts.sql, organization.id, { state, before: after?.id ?? null, limit }),
    })
  })

  page(door, { path: '/activity/failures.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization } = asked
    const { rows } = await failureDays(parts.sql, organization.id, { until: parts.now(), days: DAYS })
    return await csvFile<CodeLine>(asked, {
      name: 'failures',
      columns: [
        ['code', ({ code }) => code],
        ['failures', ({ total }) => total],
        ['next_step', ({ next }) => next],
        ...Array.from(
          { length: DAYS },
          (_, day) => [`${DAYS - day}_days_ago`, ({ days }: CodeLine) => days[day] ?? 0] as const,
        ),
      ],
      page: async (after) => (after === null ? codeLines(rows) : []),
    })
  })
}
