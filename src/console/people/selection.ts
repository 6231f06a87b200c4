/** Whom somebody ticked in the list of people, as the form of the list says it. */
import { RosterdError } from '../../errors.ts'
import { readId } from '../../reconcile/identifiers.ts'
import type { Selection } from '../../sync/select.ts'
import type { Form } from '../form.ts'
import { readPeopleFilter, whereOfPeople } from './people-filter.ts'

/**
 * Those whose boxes are ticked, or everybody whom the list finds.
 *
 * @throws RosterdError OPERATION_EMPTY where nobody is meant
 */
export function selectionOf(form: Form): Extract<Selection, { members: number[] } | { where: string }> {
  if (form.ticked('all')) {
    const where = whereOfPeople(readPeopleFilter(new URLSearchParams(form.text('filter'))))
    if (where === null) {
      const why = 'people who leave, or who were removed, are chosen one by one'
      throw new RosterdError('OPERATION_AMBIGUOUS', { why })
    }
    return { where }
  }
  const members = form.all('member').flatMap((text) => readId('mem', text) ?? [])
  if (members.length === 0) throw new RosterdError('OPERATION_EMPTY', { why: 'no row is ticked' })
  return { members: [...new Set(members)] }
}
