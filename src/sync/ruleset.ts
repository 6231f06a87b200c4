/** What evaluation reads of an organization besides its people: its rules as they are compiled for each source. */
import type { Rule } from '../reconcile/model.ts'
import { nameKey } from '../reconcile/normalise.ts'
import { type CompiledRules, compile } from '../reconcile/rules.ts'
import type { Handle } from '../store/connection.ts'
import { listProducts, listRules, listSources, readOrganization, type SourceRow } from '../store/organizations.ts'

/** What evaluation reads of an organization, once for all batches. */
export interface Ruleset {
  sources: Map<number, SourceRow>
  compiled: Map<number, CompiledRules>
  productIdByKey: Map<string, number>
  /** By folded key, name and alias; where two products share one, a key counts more than a name, and that more than an alias. */
  productIdByName: Map<string, number>
  zone: string
  /** E-mail keys of people from whom no source takes anything. */
  protectedKeys: Set<string>
}

export async function readRuleset(handle: Handle, organization: number): Promise<Ruleset> {
  const [settings, sources, rules, products] = await Promise.all([
    readOrganization(handle, organization),
    listSources(handle, organization),
    listRules(handle, organization),
    listProducts(handle, organization),
  ])
  return {
    sources: new Map(sources.map((source) => [source.id, source])),
    compiled: new Map(sources.map((source) => [source.id, compile(rules, source.key)])),
    productIdByKey: new Map(products.map((product) => [product.key, product.id])),
    productIdByName: new Map([
      ...products.flatMap((one) => one.aliases.map((alias) => [nameKey(alias), one.id] as const)),
      ...products.map((one) => [nameKey(one.name), one.id] as const),
      ...products.map((one) => [nameKey(one.key), one.id] as const),
    ]),
    zone: settings.zone,
    protectedKeys: new Set(settings.settings.protected),
  }
}

/** The same with other rules, so that what they would change can be looked at. */
export function withRules(ruleset: Ruleset, rules: Rule[]): Ruleset {
  const compiled = new Map([...ruleset.sources.values()].map((source) => [source.id, compile(rules, source.key)]))
  return { ...ruleset, compiled }
}
