/** The list of a plan in groups: by product, by rule or source, by reason. Each group leads to its items. */
import { z } from 'zod'
import { count, number } from '../../reconcile/amount.ts'
import { countsSentence } from '../../reconcile/describe.ts'
import type { Grouping, ItemFilter } from '../../store/plan-filter.ts'
import { groupItems, type ItemGroup } from '../../store/plan-groups.ts'
import { cut, readCursor } from '../cursor.ts'
import { useHere, withQuery } from '../here.ts'
import { Pill } from '../parts/pill.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import type { Asked } from '../route.ts'
import { writeAlike } from './filter.ts'
import { titleOf } from './group-words.ts'
import { Nothing } from './list.tsx'

const PER_PAGE = 50
const place = z.object({ items: z.int().positive(), first: z.int().positive() })

export interface GroupPage {
  by: Grouping
  groups: ItemGroup[]
  next: string | null
}

export async function groupPage(
  { parts, organization, query }: Asked,
  plan: number,
  by: Grouping,
  filter: ItemFilter,
): Promise<GroupPage> {
  const after = readCursor(place, query.get('after'))
  const found = await groupItems(parts.sql, organization.id, plan, { ...filter, by, after, limit: PER_PAGE + 1 })
  const { rows, next } = cut(found, PER_PAGE, ({ items, first }) => ({ items, first }))
  return { by, groups: rows, next }
}

/** @param page null where a plan is so large that its groups are counted once the page is there */
export function GroupList({ page }: { page: GroupPage | null }) {
  const { path, query } = useHere()
  const address = (changes: Record<string, string | null>) =>
    withQuery(path, query, { after: query.get('after'), ...changes })
  if (page === null)
    return (
      <div
        id="items"
        class="list"
        hx-get={address({})}
        hx-trigger="load"
        hx-target="#items"
        hx-swap="outerHTML"
        aria-busy="true"
      >
        <p class="empty">
          <span>Counting the groups … </span>
          <a class="without-script" href={`${address({ counted: '1' })}#items`}>
            Count them now
          </a>
        </p>
      </div>
    )
  const { by, groups, next } = page
  return (
    <div id="items" class="list">
      {groups.length === 0 ? (
        <Nothing />
      ) : (
        <>
          <Table id="groups" caption="Groups of items" columns={columnsOf(by, groups)} rows={groups} />
          <Pager next={next} shown={count(groups.length, 'group on this page', 'groups on this page')} />
        </>
      )}
    </div>
  )
}

const TITLES: Record<Grouping, string> = { product: 'Product', rule: 'Rule or source', reason: 'Because' }

const columnsOf = (by: Grouping, groups: ItemGroup[]): Column<ItemGroup>[] => [
  { key: 'group', title: TITLES[by], always: true, cell: (group) => <GroupLink by={by} group={group} /> },
  { key: 'items', title: 'Items', number: true, always: true, cell: ({ items }) => number(items) },
  { key: 'kinds', title: 'What', always: true, cell: ({ counts }) => countsSentence(counts) },
  ...(groups.some(({ waiting, failing }) => waiting + failing > 0) ? [foreseen] : []),
]

/** Left out where nothing is expected but to succeed. */
const foreseen: Column<ItemGroup> = {
  key: 'foreseen',
  title: 'Expected',
  always: true,
  cell: ({ waiting, failing }) => (
    <>
      {waiting > 0 && <Pill tone="wait">{`${number(waiting)} will wait`}</Pill>}
      {waiting > 0 && failing > 0 && ' '}
      {failing > 0 && <Pill tone="bad">{`${number(failing)} will fail`}</Pill>}
    </>
  ),
}

function GroupLink({ by, group }: { by: Grouping; group: ItemGroup }) {
  const { path, query } = useHere()
  const same = writeAlike({ by, item: group.first })
  return (
    <div class="person">
      <a href={`${withQuery(path, query, { by: null, same })}#items`}>{titleOf(by, group)}</a>
    </div>
  )
}
