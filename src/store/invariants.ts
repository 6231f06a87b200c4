/** What no proposal may ever do, whatever its guards say. A hit is a fault of rosterd: nothing is stored, and nothing can be approved. */
import type { Proposal } from './proposal.ts'

/**
 * Tells what is broken, in words; empty when nothing is.
 *
 * Members who would be removed while they hold a product that the same proposal does not revoke; more predicted assignments than
 * there are seats; and whatever would be taken from somebody in the name of a source that never spoke of them. A person may speak of
 * anybody, and somebody who asks to remove whoever holds a product is told that it will fail.
 *
 * @param of while a draft is made, other plans are applied: that somebody holds more by now, or a seat is gone, is no fault of it, and
 *   found out when it is applied
 */
export async function brokenInvariants(
  { transaction }: Proposal,
  organization: number,
  of: 'proposal' | 'draft' = 'proposal',
): Promise<string[]> {
  const still = transaction`${of === 'proposal'}::boolean`
  const rows = await transaction<{ broken: string; subject: string }[]>`
    (select 'removes somebody who keeps a product' as broken, p.subject_key as subject from placed p
      join assignments a on a.organization_id = ${organization} and a.person_id = p.person_id
      where ${still} and p.kind = 'remove' and p.predicted in ('succeeded', 'waiting_borrow') and not exists (
        select from placed r where r.kind = 'revoke' and r.person_id = p.person_id and r.product_id = a.product_id)
      limit 1)
    union all
    (select 'assigns more seats than there are', s.key from products s join (
        select product_id, count(*) filter (where kind = 'assign' and predicted = 'succeeded') as more, count(*) filter (where kind = 'revoke') as less
        from placed where kind in ('assign', 'revoke') group by product_id) moved on moved.product_id = s.id
      where ${still} and s.organization_id = ${organization} and moved.more > 0 and s.used + moved.more - moved.less > s.owned
      limit 1)
    union all
    (select 'takes something in the name of a source that never spoke of the person', p.subject_key from placed p
      cross join lateral unnest(p.source_ids::int[]) as by(source)
      where p.kind in ('remove', 'suspend', 'revoke', 'shorten')
        and not exists (select from sources s where s.organization_id = ${organization} and s.id = by.source and s.kind = 'manual')
        and not exists (select from person_links l where l.organization_id = ${organization} and l.person_id = p.person_id and l.source_id = by.source)
        and not exists (select from claims c where c.organization_id = ${organization} and c.person_id = p.person_id and c.source_id = by.source)
        and not exists (select from grants g where g.organization_id = ${organization} and g.person_id = p.person_id and g.source_id = by.source)
        and not exists (select from placed link where link.kind = 'link' and link.person_id = p.person_id)
      limit 1)`
  return rows.map(({ broken, subject }) => `${broken} (${subject})`)
}
