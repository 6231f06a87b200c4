/** Administrators whom others invite. Those of the config file are changed there. */
import { RosterdError } from '../errors.ts'
import { showId } from '../reconcile/identifiers.ts'
import { readEmail } from '../reconcile/normalise.ts'
import type { AdministratorRole } from '../reconcile/roles.ts'
import {
  deleteAdministrator,
  insertAdministrator,
  listAdministrators,
  writeAdministratorRole,
  writeInvitation,
} from '../store/administrators.ts'
import { writeAudit } from '../store/audit.ts'
import type { Transaction } from '../store/connection.ts'
import type { Organization } from '../store/organizations.ts'
import { type Parts, signed } from './parts.ts'
import { type Deed, type Setter, setOne } from './setting.ts'

/** An invitation waits in an inbox for somebody who may be on holiday. */
const INVITATION_MS = 7 * 86_400_000

/**
 * Makes somebody an administrator and sends them a link that lets them in once.
 *
 * @param given as it was typed
 * @throws RosterdError INPUT_INVALID for what is no address, and for whoever is an administrator already; FORBIDDEN
 */
export async function inviteAdministrator(
  parts: Parts,
  organization: Organization,
  given: string,
  role: AdministratorRole,
  setter: Pick<Setter, 'actor'>,
): Promise<{ email: string }> {
  const read = readEmail(given)
  if (!read.ok) throw new RosterdError('INPUT_INVALID', { detail: `${given || 'Nothing'} is not an e-mail address.` })
  const whom = { email: read.email, emailKey: read.key }
  const invited = await setOne(parts, organization, setter.actor, async (transaction, at) => {
    if (!(await insertAdministrator(transaction, organization.id, { ...whom, role })))
      throw new RosterdError('INPUT_INVALID', {
        detail: `${whom.email} is an administrator of ${organization.name} already.`,
      })
    await invite(transaction, organization, whom, setter, at)
    return { result: { email: whom.email }, deed: deed('invited', whom.email, null, { role }) }
  })
  await parts.jobs.deliver()
  return invited
}

/**
 * Sends the link anew; the one before lets nobody in any more.
 *
 * @throws RosterdError ADMINISTRATOR_NOT_FOUND, FORBIDDEN
 */
export async function inviteAgain(
  parts: Parts,
  organization: Organization,
  emailKey: string,
  setter: Pick<Setter, 'actor'>,
): Promise<{ email: string }> {
  const invited = await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const { email } = await find(transaction, organization, emailKey, at)
    await invite(transaction, organization, { email, emailKey }, setter, at)
    return { result: { email }, deed: deed('link_sent', email, null, null) }
  })
  await parts.jobs.deliver()
  return invited
}

/** @throws RosterdError ADMINISTRATOR_NOT_FOUND, MANAGED_BY_CONFIG, OWN_ACCOUNT, FORBIDDEN */
export async function changeAdministrator(
  parts: Parts,
  organization: Organization,
  emailKey: string,
  role: AdministratorRole,
  setter: Setter,
): Promise<{ email: string }> {
  return await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const before = await own(transaction, organization, emailKey, setter, at)
    if (before.role === role) return { result: before, deed: null }
    await writeAdministratorRole(transaction, organization.id, emailKey, role)
    return { result: before, deed: deed('changed', before.email, { role: before.role }, { role }) }
  })
}

/** Ends their sessions and revokes their tokens, too. @throws RosterdError ADMINISTRATOR_NOT_FOUND, MANAGED_BY_CONFIG, OWN_ACCOUNT, FORBIDDEN */
export async function removeAdministrator(
  parts: Parts,
  organization: Organization,
  emailKey: string,
  setter: Setter,
): Promise<{ email: string }> {
  return await setOne(parts, organization, setter.actor, async (transaction, at) => {
    const before = await own(transaction, organization, emailKey, setter, at)
    const tokens = (await deleteAdministrator(transaction, organization.id, emailKey, at)) ?? []
    const about = { organizationId: organization.id, at, ...signed(setter.actor), act: 'token.revoked' }
    await writeAudit(
      transaction,
      tokens.map((token) => ({ ...about, object: showId('tok', token) })),
    )
    return { result: before, deed: deed('removed', before.email, { role: before.role }, null) }
  })
}

async function find(transaction: Transaction, { id }: Organization, emailKey: string, at: Date) {
  const found = (await listAdministrators(transaction, id, at)).find((one) => one.emailKey === emailKey)
  if (found === undefined) throw new RosterdError('ADMINISTRATOR_NOT_FOUND', { email: emailKey })
  return found
}

/** One who may be changed here: not by the file alone, and by somebody else, so that nobody locks themselves out. */
async function own(
  transaction: Transaction,
  organization: Organization,
  emailKey: string,
  { actor, configured }: Setter,
  at: Date,
) {
  const found = await find(transaction, organization, emailKey, at)
  if (found.managed === 'config') {
    const path = `organizations.${organization.key}.administrators`
    throw new RosterdError('MANAGED_BY_CONFIG', {
      what: `the administrator ${found.email}`,
      place: `${path} in ${configured(path)}`,
    })
  }
  if (found.email === actor.name) throw new RosterdError('OWN_ACCOUNT')
  return found
}

async function invite(
  transaction: Transaction,
  { id }: Organization,
  whom: { email: string; emailKey: string },
  { actor }: Pick<Setter, 'actor'>,
  at: Date,
): Promise<void> {
  const expiresAt = new Date(at.getTime() + INVITATION_MS)
  await writeInvitation(transaction, id, whom, { by: actor.name, at, expiresAt })
}

const deed = (done: string, email: string, before: unknown, after: unknown): Deed => ({
  act: `administrator.${done}`,
  object: `administrators/${email}`,
  before,
  after,
  renews: 'nothing',
})
