/** Plans as CSV files: what failed, to be put right and uploaded again, and the items that a page lists. */
import { streamed, watched } from '../../download.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { writeAudit } from '../../store/audit.ts'
import { failureFiles } from '../../store/failures.ts'
import { failureFile } from '../../sync/failure-file.ts'
import { planFailures } from '../../sync/failure-list.ts'
import { signed } from '../../sync/parts.ts'
import { planFile } from '../../sync/plan-file.ts'
import type { Door } from '../door.ts'
import { page } from '../route.ts'
import { readItemFilter, TABS } from './filter.ts'
import { planOf } from './plan.ts'

export function planFailureRoutes(door: Door): void {
  page(door, { path: '/plans/:plan/failures.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization, actor } = asked
    const { id, operation } = await planOf(asked)
    const object = showId('pln', id)
    const files = await failureFiles(parts.sql, organization.id, id)
    // Failures hold personal data, so every read leaves an audit row.
    const at = parts.now()
    await writeAudit(parts.sql, {
      organizationId: organization.id,
      at,
      ...signed(actor),
      act: 'failures.read',
      object,
      planId: id,
    })
    const failures = planFailures(parts.sql, organization.id, id, files)
    const text = watched(
      failureFile({ plan: id, files, verb: operation?.verb ?? null, zone: organization.zone }, failures),
      parts.log,
    )
    return streamed(text, 'text/csv; charset=utf-8', `${object}-failures.csv`)
  })

  page(door, { path: '/plans/:plan/items.csv', role: 'viewer' }, async (asked) => {
    const { parts, organization, actor, query } = asked
    const row = await planOf(asked)
    const object = showId('pln', row.id)
    await writeAudit(parts.sql, {
      organizationId: organization.id,
      at: parts.now(),
      ...signed(actor),
      act: 'export.read',
      object,
      planId: row.id,
    })
    const tab = TABS.find(([name]) => name === query.get('show'))?.[0]
    const text = planFile(parts, organization, row.id, readItemFilter(query, row.findings, tab))
    return streamed(watched(text, parts.log), 'text/csv; charset=utf-8', `${object}-items.csv`)
  })
}
