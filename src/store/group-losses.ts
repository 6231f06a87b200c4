/** What people would lose because they left a group that a rule names, and how many keep it by the same rule. */
import type { GroupLoss } from '../reconcile/guard-facts.ts'
import type { Proposal } from './proposal.ts'

/** A rule that names groups. */
export interface GroupRule {
  key: string
  groups: string
}

/**
 * Counts, for each of these rules, the people whose last grant (or claim) by it is over and who would lose the product (or the
 * membership) in this proposal. Rules that fewer people than `least` lose something by are left out. Of those who keep it only so
 * many are counted that the answer is certain: `enough` for each loser, and one.
 */
export async function groupLosses(
  { transaction }: Proposal,
  organization: number,
  rules: GroupRule[],
  { least, enough }: { least: number; enough: number },
): Promise<GroupLoss[]> {
  if (rules.length === 0) return []
  const keys = rules.map((rule) => rule.key)
  const rows = await transaction<Omit<GroupLoss, 'groups'>[]>`
    with products_lost as (
      select g.rule, g.source_id, p.product_id, count(*)::int as lost from placed p
      cross join lateral (select rule, source_id from grants where organization_id = ${organization} and person_id = p.person_id
        and product_id = p.product_id and to_change is not null order by to_change desc, rule limit 1) g
      where p.kind = 'revoke' and p.source_ids <> '{}' and g.rule = any(${keys}::text[])
      group by 1, 2, 3 having count(*) >= ${least}),
    memberships_lost as (
      select c.rule, c.source_id, count(*)::int as lost from placed p
      cross join lateral (select rule, source_id from claims where organization_id = ${organization} and person_id = p.person_id
        and to_change is not null order by to_change desc, rule limit 1) c
      where p.kind = 'remove' and p.source_ids <> '{}' and c.rule = any(${keys}::text[])
      group by 1, 2 having count(*) >= ${least})
    select l.rule, r.key as product, r.name as "productName", l.lost,
      (select count(*)::int from (select from grants g
        join assignments a on a.organization_id = g.organization_id and a.person_id = g.person_id and a.product_id = g.product_id
        where g.organization_id = ${organization} and g.to_change is null and g.rule = l.rule and g.source_id = l.source_id
          and g.product_id = l.product_id limit ceil(l.lost * ${enough}::float8)::bigint + 1) kept) as left,
      (select count(*)::int from placed where kind = 'revoke' and product_id = l.product_id and source_ids <> '{}') as items
    from products_lost l join products r on r.organization_id = ${organization} and r.id = l.product_id
    union all
    select l.rule, null, null, l.lost,
      (select count(*)::int from (select from claims c
        join members m on m.organization_id = c.organization_id and m.person_id = c.person_id and m.state <> 'removed'
        where c.organization_id = ${organization} and c.to_change is null and c.rule = l.rule and c.source_id = l.source_id
        limit ceil(l.lost * ${enough}::float8)::bigint + 1) kept) as left,
      (select count(*)::int from placed where kind = 'remove' and source_ids <> '{}') as items
    from memberships_lost l
    order by 1, 2`
  const groups = new Map(rules.map((rule) => [rule.key, rule.groups]))
  return rows.map((row) => ({ ...row, groups: groups.get(row.rule) ?? row.rule }))
}
