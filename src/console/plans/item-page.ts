/** A page of the items of a plan: so many people, each with all of theirs; of what came to some end, so many items. */
import type { ItemFilter } from '../../store/plan-filter.ts'
import { readerOf } from '../../sync/plan-file.ts'
import { readCursor, writeCursor } from '../cursor.ts'
import type { Asked } from '../route.ts'
import { type ListedItem, listed, place } from './items.tsx'

const PEOPLE_PER_PAGE = 50

export interface ItemPage {
  items: ListedItem[]
  next: string | null
}

export async function itemPage(
  { parts, organization, query }: Asked,
  plan: number,
  filter: ItemFilter,
): Promise<ItemPage> {
  const read = readerOf(filter)
  const found = await read(parts.sql, organization.id, plan, {
    ...filter,
    after: readCursor(place, query.get('after')) ?? 0,
    limit: PEOPLE_PER_PAGE + 1,
  })
  const leads = [...new Set(found.map(({ lead }) => lead))]
  const last = leads[PEOPLE_PER_PAGE - 1]
  if (leads.length <= PEOPLE_PER_PAGE || last === undefined) return { items: listed(found), next: null }
  return { items: listed(found.filter(({ lead }) => lead <= last)), next: writeCursor(last) }
}
