/** Whom a choice means: how many they are, a page of them, what is known of them, and how the engine is told. */
import { RosterdError } from '../../errors.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { type ChosenFacts, chosenFacts } from '../../store/chosen-facts.ts'
import { countListed, listMembers, type MemberListRow } from '../../store/member-list.ts'
import type { UploadRow } from '../../store/uploads.ts'
import type { Selection } from '../../sync/select.ts'
import { mustReadUpload } from '../../sync/upload-preview.ts'
import { askWhere, memberCondition } from '../../sync/where.ts'
import { readPeopleFilter, whereOfPeople } from '../people/people-filter.ts'
import type { Asked } from '../route.ts'
import type { Choice, Whom } from './choice.ts'

export type BulkAsked = Pick<Asked, 'parts' | 'organization'>

const HERE = ['invited', 'active', 'suspended'] as const
/** Of more people than these, what they hold is first said in the summary. */
const MOST_LOOKED_AT = 100_000
const EVERYBODY = 10_000_000

const filterOf = (filter: string) => readPeopleFilter(new URLSearchParams(filter))

/** What the list of people is asked for. */
function listed(whom: Whom | null, search: string) {
  if (whom?.kind === 'members') return { states: HERE, search: null, ids: whom.ids }
  const asked = readPeopleFilter(new URLSearchParams(search === '' ? {} : { q: search }))
  return whom?.kind === 'all' ? filterOf(whom.filter) : asked
}

/** How many are chosen. */
export async function countChosen({ parts, organization }: BulkAsked, { whom, except }: Choice): Promise<number> {
  if (whom === null) return 0
  if (whom.kind === 'upload')
    return Math.max(0, (await readUploaded({ parts, organization }, whom.id)).people - except.length)
  if (whom.kind === 'members') {
    const ids = whom.ids.filter((id) => !except.includes(id))
    return await countListed(parts.sql, organization.id, { states: HERE, search: null, ids }, ids.length)
  }
  const found = await countListed(parts.sql, organization.id, filterOf(whom.filter), EVERYBODY)
  return Math.max(0, found - except.length)
}

/** @throws RosterdError SNAPSHOT_NOT_FOUND, UPLOAD_STATE */
async function readUploaded({ parts, organization }: BulkAsked, id: number): Promise<UploadRow> {
  return await mustReadUpload(parts.sql, organization.id, id, ['uploaded', 'planned'], 'shown')
}

/** Whether rows of the file that was chosen name products. */
export async function namesProducts(asked: BulkAsked, { whom }: Choice): Promise<boolean> {
  if (whom?.kind !== 'upload') return false
  const { layout } = await readUploaded(asked, whom.id)
  return layout?.columns.some(({ field, product }) => field === 'products' || product !== null) ?? false
}

/** How many boxes a page of the list has. */
export const PER_PAGE = 50

/** A page of the members who are chosen, or, where they are picked from the list of all, of everybody. */
export async function chosenMembers(
  { parts, organization }: BulkAsked,
  { whom, browse }: Choice,
  { search, after }: { search: string; after: { emailKey: string; personId: number } | null },
): Promise<MemberListRow[]> {
  const choice = listed(browse ? null : whom, search)
  const page = { ...choice, order: 'address' as const, at: parts.now(), after, limit: PER_PAGE + 1 }
  return await listMembers(parts.sql, organization.id, page)
}

/** What is known of those who are chosen; null where they are so many that looking takes too long. */
export async function factsOf(asked: BulkAsked, choice: Choice, total: number): Promise<ChosenFacts | null> {
  const { parts, organization } = asked
  const { whom, except } = choice
  if (whom === null || total > MOST_LOOKED_AT) return null
  const at = parts.now()
  const facts = (who: Parameters<typeof chosenFacts>[2]['who']) =>
    askWhere(parts, (handle) => chosenFacts(handle, organization.id, { who, except }, at))
  if (whom.kind === 'members') return await facts({ ids: whom.ids })
  if (whom.kind === 'upload') return await facts({ upload: whom.id })
  return await facts({ where: memberCondition(whereOf(whom.filter), { at, zone: organization.zone }) })
}

/** @throws RosterdError OPERATION_AMBIGUOUS for a list that no filter over members can say */
function whereOf(filter: string): string {
  const where = whereOfPeople(filterOf(filter))
  if (where !== null) return where
  const why = 'people who leave, or who were removed, are chosen one by one'
  throw new RosterdError('OPERATION_AMBIGUOUS', { why })
}

/** @throws RosterdError OPERATION_EMPTY where nobody is chosen */
export function selectionOfChoice({ whom, except }: Choice): Selection {
  if (whom === null) throw new RosterdError('OPERATION_EMPTY', { why: 'no row is ticked' })
  switch (whom.kind) {
    case 'upload':
      return { upload: whom.id }
    case 'members': {
      const left = new Set(except)
      const members = whom.ids.filter((id) => !left.has(id))
      if (members.length === 0) throw new RosterdError('OPERATION_EMPTY', { why: 'no row is ticked' })
      return { members }
    }
    case 'all': {
      const where = whereOf(whom.filter)
      if (except.length === 0) return { where }
      const others = except.map((id) => `id eq ${JSON.stringify(showId('mem', id))}`).join(' or ')
      return { where: `(${where}) and not (${others})` }
    }
  }
}
