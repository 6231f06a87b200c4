/** Rules that people create, change and retire through the API. What follows is an ordinary plan that a person looks at. */
import { checkRule } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import type { Rule } from '../reconcile/model.ts'
import { nextChange } from '../store/changes.ts'
import type { Transaction } from '../store/connection.ts'
import { listProducts, listRules, listSources, type Organization, type RuleRow } from '../store/organizations.ts'
import { isSameRule, type NewRule, noteManagesAdmins, replaceRules } from '../store/write-rules.ts'
import type { Parts } from './parts.ts'
import { ofTheFile, requireNew, type Setter, setOne, valid } from './setting.ts'

/** Sources that exist without being configured: no rule has to choose between them and another. */
const BUILT_IN: readonly string[] = ['manual', 'upload']

/**
 * Creates a rule, or gives it its next version. The same once more does nothing.
 *
 * @param given priority, source, when and then, as the config file writes them
 * @throws RosterdError MANAGED_BY_CONFIG, INPUT_INVALID, FORBIDDEN
 */
export async function setRule(
  parts: Parts,
  organization: Organization,
  { key, given }: { key: string; given: unknown },
  setter: Setter,
): Promise<RuleRow> {
  return await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const before = await ownRule(transaction, organization, key, setter)
    const around = await surroundings(transaction, organization)
    const wanted = valid(checkRule(around, key, given))
    if (before !== null && isSameRule(before, wanted)) return { result: before, deed: null }
    requireNew(setter, 'rule', key, before !== null)
    const change = { closed: before === null ? [] : [key], fresh: [wanted] }
    await put(transaction, organization, at, change)
    const result = (await listRules(transaction, organization.id)).find((one) => one.key === key)
    if (result === undefined) throw new Error(`rule ${key} was not written`)
    const act = before === null ? 'rule.created' : 'rule.changed'
    const deed = { act, object: `rules/${key}`, before, after: wanted, renews: 'everybody' as const }
    return { result, deed }
  })
}

/**
 * Ends a rule: what it alone gave is taken away by a plan that a person looks at.
 *
 * @throws RosterdError RULE_NOT_FOUND, MANAGED_BY_CONFIG, FORBIDDEN
 */
export async function retireRule(
  parts: Parts,
  organization: Organization,
  key: string,
  setter: Setter,
): Promise<RuleRow> {
  return await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const before = await ownRule(transaction, organization, key, setter)
    if (before === null) throw new RosterdError('RULE_NOT_FOUND', { rule: key })
    await put(transaction, organization, at, { closed: [key], fresh: [] })
    const deed = { act: 'rule.retired', object: `rules/${key}`, before, after: null, renews: 'everybody' as const }
    return { result: before, deed }
  })
}

/**
 * The rules as they would be with this one, or, where nothing is given, without it; and as they are.
 *
 * @throws RosterdError MANAGED_BY_CONFIG, INPUT_INVALID, RULE_NOT_FOUND
 */
export async function rulesWith(
  transaction: Transaction,
  organization: Organization,
  { key, given }: { key: string; given: unknown },
  setter: Setter,
): Promise<{ before: Rule[]; after: Rule[] }> {
  const own = await ownRule(transaction, organization, key, setter)
  if (given === null && own === null) throw new RosterdError('RULE_NOT_FOUND', { rule: key })
  const before = await listRules(transaction, organization.id)
  const others = before.filter((one) => one.key !== key)
  if (given === null) return { before, after: others }
  const wanted = valid(checkRule(await surroundings(transaction, organization), key, given))
  return { before, after: [...others, { version: (own?.version ?? 0) + 1, ...wanted }] }
}

async function ownRule(
  transaction: Transaction,
  organization: Organization,
  key: string,
  setter: Setter,
): Promise<RuleRow | null> {
  const live = (await listRules(transaction, organization.id)).find((one) => one.key === key)
  if (live?.managed === 'config') throw ofTheFile(organization, setter, 'rules', key)
  return live ?? null
}

async function surroundings(transaction: Transaction, { id, key }: Organization) {
  const products = (await listProducts(transaction, id)).filter((one) => !one.retired)
  const sources = (await listSources(transaction, id)).filter((one) => one.connected && !BUILT_IN.includes(one.key))
  return {
    organization: key,
    products: products.map((one) => ({ ...productOf(one), seats: one.owned })),
    sources: sources.map((one) => one.key),
  }
}

const productOf = ({
  key,
  name,
  aliases,
  reserve,
}: {
  key: string
  name: string
  aliases: string[]
  reserve: number
}) => ({
  key,
  name,
  aliases,
  reserve,
})

async function put(
  transaction: Transaction,
  { id }: Organization,
  at: Date,
  rules: { closed: string[]; fresh: NewRule[] },
): Promise<void> {
  const change = await nextChange(transaction, id, at, 'rules')
  await replaceRules(transaction, id, { ...rules, managed: 'api' }, change)
  await noteManagesAdmins(transaction, id)
}
