/** Preview of a rule: whom it would make a member or none, and what it would give and take, before anybody saves it. Nothing is written. */
import type { Instant } from '../reconcile/model.ts'
import { listShown } from '../store/directory.ts'
import type { Organization } from '../store/organizations.ts'
import { type Evaluated, evaluatePerson, readKnown } from './evaluation.ts'
import type { Parts } from './parts.ts'
import { type Ruleset, readRuleset, withRules } from './ruleset.ts'
import { rulesWith } from './set-rule.ts'
import type { Setter } from './setting.ts'

const PAGE = 2_000
/** Somebody waits for the answer; of a large organization it is about the first people. */
const LONGEST_MS = 3_000
const MOST_NAMED = 5

/** How many would come to it, and how many would lose it; some of each by address. */
export interface Shift {
  come: number
  go: number
  named: { come: string[]; go: string[] }
}

export interface RulePreview {
  /** People who were looked at, and whether they are all whom sources show. */
  people: number
  all: boolean
  members: Shift
  /** By key of the product; those that nobody gains or loses are not among them. */
  products: ReadonlyMap<string, Shift>
}

/**
 * @param wish the rule as the configuration file would write it; null: without it
 * @throws RosterdError MANAGED_BY_CONFIG, INPUT_INVALID, RULE_NOT_FOUND
 */
export async function previewRule(
  parts: Parts,
  organization: Organization,
  wish: { key: string; given: unknown },
  setter: Setter,
): Promise<RulePreview> {
  const { sql } = parts
  const at = parts.now().toISOString()
  const rules = await sql.begin((transaction) => rulesWith(transaction, organization, wish, setter))
  const ruleset = await readRuleset(sql, organization.id)
  const rulesets = { before: withRules(ruleset, rules.before), after: withRules(ruleset, rules.after) }
  const keyOf = new Map([...ruleset.productIdByKey].map(([key, id]) => [id, key]))
  const members = nothing()
  const products = new Map<string, Shift>()
  const until = performance.now() + LONGEST_MS
  let people = 0
  for (let last = 0; ; ) {
    const page = await listShown(sql, organization.id, { after: last, limit: PAGE })
    last = page.at(-1) ?? 0
    if (page.length === 0) return { people, all: true, members, products }
    if (performance.now() > until) return { people, all: false, members, products }
    people += page.length
    for (const { email, before, after } of await evaluateBoth(parts, organization.id, page, rulesets)) {
      count(members, email, before.desired.wanted, after.desired.wanted)
      const [had, gets] = [held(before, at), held(after, at)]
      for (const id of new Set([...had, ...gets])) {
        const key = keyOf.get(id) ?? String(id)
        const shift = products.get(key) ?? nothing()
        count(shift, email, had.has(id), gets.has(id))
        if (shift.come + shift.go > 0) products.set(key, shift)
      }
    }
  }
}

async function evaluateBoth(
  { sql }: Parts,
  organization: number,
  people: number[],
  rulesets: { before: Ruleset; after: Ruleset },
) {
  const known = await readKnown(sql, organization, people, rulesets.before)
  return people.map((person) => ({
    email: known.rowsOf.get(person)?.[0]?.profile.email ?? '',
    before: evaluatePerson(person, known, rulesets.before),
    after: evaluatePerson(person, known, rulesets.after),
  }))
}

/** Products that somebody is given, and who is to be a member at all. */
function held({ grants, desired }: Evaluated, at: Instant): Set<number> {
  if (!desired.wanted) return new Set()
  const live = grants.filter(({ expiresAt }) => expiresAt === null || expiresAt > at)
  return new Set(live.map(({ productId }) => productId))
}

const nothing = (): Shift => ({ come: 0, go: 0, named: { come: [], go: [] } })

function count(shift: Shift, email: string, before: boolean, after: boolean): void {
  if (before === after) return
  const way = after ? 'come' : 'go'
  shift[way] += 1
  if (shift.named[way].length < MOST_NAMED) shift.named[way].push(email)
}
