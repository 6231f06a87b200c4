/** How many people each rule gives something now, and how many of them would lose something without it. */
import type { Handle } from './connection.ts'

export interface RuleReach {
  rule: string
  /** People whom it gives membership or a product. */
  people: number
  /** Of them, those who have something from nothing else. */
  sole: number
}

export interface Reaches {
  rules: Map<string, RuleReach>
  /** Above this a rule was counted from a part of the people, so that its numbers are about right; null: all are exact. */
  about: number | null
}

/** Of so many people all are looked at. */
const MOST_EXACT = 20_000
/** Of more, so many, evenly chosen. */
const CHOSEN = 4_000
/** Seen with fewer of the chosen, a rule is counted by itself: it has few people, or none. */
const FEW = 40

/** Whether the organization is so small that everybody is looked at, at once. */
export async function isCountedAtOnce(handle: Handle, organization: number): Promise<boolean> {
  const [size] = await handle<{ people: number }[]>`
    select count(*)::int as people from (select from people where organization_id = ${organization} limit ${MOST_EXACT + 1}) found`
  return (size?.people ?? 0) <= MOST_EXACT
}

/**
 * Whatever its size, an organization is answered by a bounded number of look-ups and, where rules have few people, one pass over what
 * is claimed and granted.
 *
 * @param rules keys of all rules
 */
export async function ruleReaches(handle: Handle, organization: number, rules: string[]): Promise<Reaches> {
  if (await isCountedAtOnce(handle, organization))
    return { rules: byKey(await count(handle, organization, {})), about: null }
  const { people, all } = await choose(handle, organization)
  const seen = byKey(await count(handle, organization, { people }))
  const times = all / Math.max(1, people.length)
  const often = [...seen.values()].filter((one) => one.people >= FEW)
  const rare = rules.filter((rule) => (seen.get(rule)?.people ?? 0) < FEW)
  const exact = rare.length === 0 ? [] : await count(handle, organization, { rules: rare })
  const scaled = often.map(({ rule, people: some, sole }) => ({
    rule,
    people: Math.round(some * times),
    sole: Math.round(sole * times),
  }))
  return { rules: byKey([...scaled, ...exact]), about: Math.round(FEW * times) }
}

const byKey = (rows: RuleReach[]): Map<string, RuleReach> => new Map(rows.map((row) => [row.rule, row]))

/** Evenly along the ids, and anywhere within each stretch: every third person may be of one group. */
async function choose(handle: Handle, organization: number): Promise<{ people: number[]; all: number }> {
  const [row] = await handle<{ people: number[]; all: number }[]>`
    with ends as (
      select min(id) as first, max(id) as last, count(*)::int as all from people where organization_id = ${organization})
    select array(
      select distinct p.id from ends, generate_series(0, ${CHOSEN - 1}) n
      cross join lateral (
        select id from people where organization_id = ${organization}
          and id >= ends.first + ((ends.last - ends.first) * (n + (hashint4(n)::bigint + 2147483648) / 4294967296.0) / ${CHOSEN})::bigint
        order by id limit 1) p
      order by 1)::bigint[] as people, ends.all from ends`
  return { people: (row?.people ?? []).map(Number), all: row?.all ?? 0 }
}

/** Of these people, or of these rules; of everything where neither is given. */
async function count(
  handle: Handle,
  organization: number,
  { people, rules }: { people?: number[]; rules?: string[] },
): Promise<RuleReach[]> {
  const these = handle`
    ${people === undefined ? handle`` : handle`and r.person_id = any(${people}::bigint[])`}
    ${rules === undefined ? handle`` : handle`and r.rule = any(${rules}::text[])`}`
  // The same people again, so that they are looked up on both sides.
  const others = people === undefined ? handle`` : handle`and o.person_id = any(${people}::bigint[])`
  return await handle<RuleReach[]>`
    with given as (
      select r.person_id, r.rule, not exists (select from claims o where o.organization_id = ${organization}
          and o.person_id = r.person_id and o.to_change is null and o.rule <> r.rule ${others}) as sole
      from claims r where r.organization_id = ${organization} and r.to_change is null ${these}
      union all
      select r.person_id, r.rule, not exists (select from grants o where o.organization_id = ${organization}
          and o.person_id = r.person_id and o.product_id = r.product_id and o.to_change is null and o.rule <> r.rule ${others})
      from grants r where r.organization_id = ${organization} and r.to_change is null ${these}),
    every as (select rule, person_id, bool_or(sole) as sole from given group by rule, person_id)
    select rule, count(*)::int as people, (count(*) filter (where sole))::int as sole from every group by rule`
}
