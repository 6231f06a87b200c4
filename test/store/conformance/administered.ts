/** Administrators whom others invited, in the name of one organization that has the same addresses as another. */
import { makeLinkSecret } from '../../../src/auth.ts'
import {
  deleteAdministrator,
  insertAdministrator,
  invitersOf,
  linkOfLetter,
  shutOut,
  writeAdministratorRole,
  writeInvitation,
} from '../../../src/store/administrators.ts'
import { writeAudit } from '../../../src/store/audit.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { letterDueAgain } from '../../../src/store/letter-list.ts'
import { days, type Ground, NOON } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Touch = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const LEE = { email: 'lee@acme.test', emailKey: 'lee@acme.test', role: 'viewer' as const }
const BY = { by: 'Kim@acme.test', at: NOON, expiresAt: days(7) }

const invite = async (sql: Transaction, as: Ground): Promise<void> => {
  await insertAdministrator(sql, as.id, LEE)
  await writeInvitation(sql, as.id, LEE, BY)
}

/** Somebody of theirs whom somebody of theirs made an administrator. */
export const ADMINISTERED_LOOKS: Record<string, Touch> = {
  invitersOf: async (sql, as, { ground, mark }) => {
    await invite(sql, ground)
    const about = { act: 'administrator.invited', object: `administrators/${LEE.email}` }
    await writeAudit(sql, { organizationId: ground.id, at: NOON, actor: `kim@${mark}.test`, ...about })
    return await invitersOf(sql, as.id, LEE.email)
  },
}

export const ADMINISTERED_TOUCHES: Record<string, Touch> = {
  insertAdministrator: (sql, as) => insertAdministrator(sql, as.id, LEE),
  writeAdministratorRole: async (sql, as) => {
    await invite(sql, as)
    await writeAdministratorRole(sql, as.id, LEE.emailKey, 'admin')
  },
  deleteAdministrator: async (sql, as) => {
    await sql`update administrators set managed = 'console' where organization_id = ${as.id}`
    await deleteAdministrator(sql, as.id, 'kim@acme.test', NOON)
  },
  shutOut: async (sql, as) => {
    const holders = await sql<
      { key: string }[]
    >`select distinct administrator_key as key from tokens where source_id is null`
    await shutOut(
      sql,
      as.id,
      holders.map(({ key }) => key),
      NOON,
    )
  },
  writeInvitation: invite,
  letterDueAgain: async (sql, as, { ground }) => {
    const [letter] = await sql<
      { id: number }[]
    >`select id from letters where organization_id = ${ground.id} order by id limit 1`
    await sql`update letters set state = 'failed' where organization_id = ${as.id}`
    await letterDueAgain(sql, as.id, letter?.id ?? 0, days(9))
  },
  linkOfLetter: async (sql, as) => {
    await invite(sql, as)
    const [link] = await sql<{ id: number }[]>`select id from login_links where organization_id = ${as.id}`
    const letter = { organizationId: as.id, tokenId: link?.id ?? 0, addressKey: LEE.emailKey }
    await linkOfLetter(sql, letter, makeLinkSecret())
  },
}
