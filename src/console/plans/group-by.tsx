/** Above the list of a plan: how it is put into groups, and which one it shows. */
import type { Alike, Grouping } from '../../store/plan-filter.ts'
import { groupOf } from '../../store/plan-groups.ts'
import { useHere, withQuery } from '../here.ts'
import type { Asked } from '../route.ts'
import { type Titled, titleOf } from './group-words.ts'

const WAYS: [Grouping | null, string][] = [
  [null, 'Person'],
  ['product', 'Product'],
  ['rule', 'Rule or source'],
  ['reason', 'Reason'],
]

/** The ways in which the list can be put into groups. */
export function GroupBy({ by }: { by: Grouping | null }) {
  const { path, query } = useHere()
  return (
    <nav class="group-by" aria-label="Group by">
      <span aria-hidden="true">Group by</span>
      {WAYS.map(([way, name]) => (
        <a
          href={`${withQuery(path, query, { by: way, same: null })}#items`}
          {...(way === by ? { 'aria-current': 'true' } : {})}
        >
          {name}
        </a>
      ))}
    </nav>
  )
}

/** Says that a list shows one group only, and leads back. */
export async function onlyOf(
  { parts, organization }: Pick<Asked, 'parts' | 'organization'>,
  plan: number,
  alike: Alike | undefined,
) {
  const group = alike && (await groupOf(parts.sql, organization.id, plan, alike.item))
  return alike && group ? <Only by={alike.by} group={group} /> : null
}

function Only({ by, group }: { by: Grouping; group: Titled }) {
  const { path, query } = useHere()
  return (
    <p class="only">
      {'Only: '}
      <b>{titleOf(by, group)}</b> <a href={`${withQuery(path, query, { same: null, by })}#items`}>Back to the groups</a>
    </p>
  )
}
