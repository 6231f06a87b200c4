/** What people set through the API: one after the other with the config file, never what that manages, each with a row of the audit. */
import type { Checked } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import { markEverybodyDirty } from '../store/dirty.ts'
import { lockSettings } from '../store/locks.ts'
import type { Organization } from '../store/organizations.ts'
import { inTurn } from '../store/turns.ts'
import { requireRole } from './decide.ts'
import { type Actor, type Parts, signed } from './parts.ts'

export interface Setter {
  actor: Actor
  /** Where the config file has a setting, given its path: `config/rosterd.yaml:12`. */
  configured(path: string): string
  /** What is there already is not changed: somebody adds something that is new to them. */
  anew?: boolean
}

/** What was done, for the audit. */
export interface Deed {
  /** `product.created` */
  act: string
  /** `products/vray` */
  object: string
  before: unknown
  after: unknown
  /** `everybody`: what evaluation reads has changed. `compare`: only what comes of it. `nothing`: the next plan will see it. */
  renews: 'everybody' | 'compare' | 'nothing'
}

/**
 * Does one thing under the lock of the organization's settings. Where the work gives no deed, nothing was to be done.
 *
 * @throws RosterdError FORBIDDEN, and what the work throws
 */
export async function setOne<T>(
  parts: Parts,
  organization: Organization,
  actor: Actor,
  work: (transaction: Transaction, at: Date) => Promise<{ result: T; deed: Deed | null }>,
): Promise<T> {
  requireRole(actor, 'admin')
  const at = parts.now()
  const { result, deed } = await inTurn(parts.sql, `configuration ${organization.id}`, async (transaction) => {
    await lockSettings(transaction, organization.id)
    const done = await work(transaction, at)
    if (done.deed === null) return done
    const { renews, ...told } = done.deed
    await writeAudit(transaction, { organizationId: organization.id, at, ...signed(actor), ...told })
    if (renews === 'everybody') await markEverybodyDirty(transaction, organization.id)
    return done
  })
  if (deed !== null && deed.renews !== 'nothing') await parts.jobs.propose(organization.id, 'rules')
  return result
}

/** The error for what only the file may change. */
export function ofTheFile(
  { key }: Organization,
  { configured }: Setter,
  section: 'products' | 'rules' | 'limits',
  name: string | null,
): RosterdError {
  const path = `organizations.${key}.${section}${name === null ? '' : `.${name}`}`
  const what = name === null ? `the ${section}` : `the ${section.slice(0, -1)} ${name}`
  return new RosterdError('MANAGED_BY_CONFIG', { what, place: `${path} in ${configured(path)}` })
}

/** @throws RosterdError INPUT_INVALID where something new is to be added and there is one of that key */
export function requireNew({ anew }: Setter, what: string, key: string, there: boolean): void {
  if (anew === true && there)
    throw new RosterdError('INPUT_INVALID', {
      detail: `there is a ${what} with the key ${key} already; choose another key, or change that one.`,
    })
}

/** @throws RosterdError INPUT_INVALID with a sentence for each mistake */
export function valid<T>(checked: Checked<T>): T {
  if (checked.ok) return checked.value
  throw new RosterdError('INPUT_INVALID', { detail: checked.problems.join(' ') })
}
