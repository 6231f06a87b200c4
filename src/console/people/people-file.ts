/** The people of a list as a CSV file, with the columns of the roster's template. */
import { streamed, watched } from '../../download.ts'
import { RosterdError } from '../../errors.ts'
import { writeAudit } from '../../store/audit.ts'
import { exportFile } from '../../sync/export.ts'
import { signed } from '../../sync/parts.ts'
import { memberCondition } from '../../sync/where.ts'
import type { Asked } from '../route.ts'
import { EVERYBODY, readPeopleFilter, whereOfPeople } from './people-filter.ts'

const WHY = 'there is no file of people who leave or who were removed'

/**
 * Those whom the list finds.
 *
 * @throws RosterdError OPERATION_AMBIGUOUS where the filter cannot be said: everybody instead, in a file that may be uploaded to remove
 *   whom it names, would be the wrong people
 */
export async function peopleFile({ parts, organization, actor, query }: Asked): Promise<Response> {
  const where = whereOfPeople(readPeopleFilter(query))
  if (where === null) throw new RosterdError('OPERATION_AMBIGUOUS', { why: WHY })
  const condition = memberCondition(where, { at: parts.now(), zone: organization.zone })
  const text = exportFile(parts, organization, 'members', condition)
  // Until the first page is there an error can still be answered.
  const first = await text.next()
  await writeAudit(parts.sql, {
    organizationId: organization.id,
    at: parts.now(),
    ...signed(actor),
    act: 'export.read',
    object: 'members',
    // The filter itself may name somebody.
    after: { filtered: where !== EVERYBODY },
  })
  return streamed(watched(following(first, text), parts.log), 'text/csv; charset=utf-8', 'people.csv')
}

async function* following(first: IteratorResult<string>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  if (!first.done) yield first.value
  yield* rest
}
