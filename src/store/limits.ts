/** The limits that the guards measure by: those of the config file, else those that somebody set through the API, else the usual ones. */
import { type Limits, limitsSchema } from '../reconcile/guard.ts'
import type { Transaction } from './connection.ts'
import type { Managed, Organization } from './organizations.ts'

export interface LimitsInForce {
  limits: Limits
  /** Who set them; `default`: nobody. */
  managed: Managed | 'default'
}

/** Where nobody has set any, as JSON. */
export const DEFAULT_LIMITS = JSON.stringify(limitsSchema.parse({}))

export function limitsOf({ settings, apiLimits }: Pick<Organization, 'settings' | 'apiLimits'>): LimitsInForce {
  const ofFile = settings.limits ?? null
  if (ofFile !== null) return { limits: limitsSchema.parse(ofFile), managed: 'config' }
  if (apiLimits !== null) return { limits: limitsSchema.parse(apiLimits), managed: 'api' }
  return { limits: limitsSchema.parse({}), managed: 'default' }
}

/** Sets the limits of an organization whose file has none; null: the usual ones. A person looks at the next plan where they differ. */
export async function writeLimits(
  transaction: Transaction,
  organization: number,
  limits: Limits | null,
): Promise<void> {
  const json = limits === null ? null : JSON.stringify(limits)
  await transaction`
    update organizations set api_limits = ${json}::text::jsonb, settings_version = settings_version
      + (coalesce(api_limits, ${DEFAULT_LIMITS}::text::jsonb) <> coalesce(${json}::text::jsonb, ${DEFAULT_LIMITS}::text::jsonb))::int
    where id = ${organization} and api_limits is distinct from ${json}::text::jsonb`
}
