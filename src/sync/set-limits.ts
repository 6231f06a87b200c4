/** Limits that people set through the API, where the config file has none. */
import { checkLimits } from '../config/index.ts'
import type { Transaction } from '../store/connection.ts'
import { type LimitsInForce, limitsOf, writeLimits } from '../store/limits.ts'
import { type Organization, readOrganization } from '../store/organizations.ts'
import type { Parts } from './parts.ts'
import { ofTheFile, type Setter, setOne, valid } from './setting.ts'

/**
 * Sets all limits at once: what is not given is as usual. A person looks at the next plan.
 *
 * @param given as the config file writes them under `limits:`
 * @throws RosterdError MANAGED_BY_CONFIG, INPUT_INVALID, FORBIDDEN
 */
export async function setLimits(
  parts: Parts,
  organization: Organization,
  given: unknown,
  setter: Setter,
): Promise<LimitsInForce> {
  return await setOne(parts, organization, setter.actor, async (transaction) => {
    const before = await ownLimits(transaction, organization, setter)
    const limits = valid(checkLimits(given, organization.key))
    const result = { limits, managed: 'api' as const }
    if (JSON.stringify(before) === JSON.stringify(result)) return { result, deed: null }
    await writeLimits(transaction, organization.id, limits)
    return { result, deed: { act: 'limits.set', ...told, before: before.limits, after: limits } }
  })
}

/**
 * Goes back to the usual limits. Again does nothing.
 *
 * @throws RosterdError MANAGED_BY_CONFIG, FORBIDDEN
 */
export async function resetLimits(parts: Parts, organization: Organization, setter: Setter): Promise<LimitsInForce> {
  return await setOne(parts, organization, setter.actor, async (transaction) => {
    const before = await ownLimits(transaction, organization, setter)
    const result = limitsOf({ settings: { ...organization.settings, limits: null }, apiLimits: null })
    if (before.managed === 'default') return { result, deed: null }
    await writeLimits(transaction, organization.id, null)
    return { result, deed: { act: 'limits.reset', ...told, before: before.limits, after: null } }
  })
}

/** What waits goes on waiting: limits are read when the next plan is made. */
const told = { object: 'limits', renews: 'nothing' as const }

async function ownLimits(transaction: Transaction, organization: Organization, setter: Setter): Promise<LimitsInForce> {
  const before = limitsOf(await readOrganization(transaction, organization.id))
  if (before.managed === 'config') throw ofTheFile(organization, setter, 'limits', null)
  return before
}
