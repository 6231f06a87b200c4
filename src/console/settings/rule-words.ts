/** What pages say of rules: their names, where they are, what they give. */
import { RosterdError } from '../../errors.ts'
import type { Consequence } from '../../reconcile/model.ts'
import { listProducts, listRules, listSources, type RuleRow } from '../../store/organizations.ts'
import type { Asked } from '../route.ts'

export interface Names {
  products: ReadonlyMap<string, string>
  sources: ReadonlyMap<string, string>
}

export const rulePath = (key: string, rest = ''): string => `/rules/${encodeURIComponent(key)}${rest}`

export async function namesOf({ parts, organization }: Pick<Asked, 'parts' | 'organization'>): Promise<Names> {
  const [products, sources] = await Promise.all([
    listProducts(parts.sql, organization.id),
    listSources(parts.sql, organization.id),
  ])
  return {
    products: new Map(products.map(({ key, name }) => [key, name])),
    sources: new Map(sources.map(({ key, name }) => [key, name])),
  }
}

/** @throws RosterdError RULE_NOT_FOUND */
export async function ruleOf({ parts, organization, param }: Asked<'rule'>): Promise<RuleRow> {
  const key = param('rule')
  const found = (await listRules(parts.sql, organization.id)).find((one) => one.key === key)
  if (found === undefined) throw new RosterdError('RULE_NOT_FOUND', { rule: key })
  return found
}

/** `CAD Pro until 2027-06-30`, `membership as admin`. */
export function givesText(one: Consequence, { products }: Names): string {
  if ('member' in one) return one.member === 'member' ? 'membership' : `membership as ${one.member}`
  if ('product' in one) {
    const name = products.get(one.product) ?? one.product
    return one.expires === undefined ? name : `${name} until ${one.expires}`
  }
  if ('exclude' in one) return 'no membership, whatever else gives it'
  if ('protect' in one) return 'protection: no source takes anything'
  if ('suspend' in one) return 'no access for now'
  return 'the right to make administrators'
}
