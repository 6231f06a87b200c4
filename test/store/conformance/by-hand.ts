/** What people decided, read and written in the name of one organization for another. */
import type { Transaction } from '../../../src/store/connection.ts'
import { giveByHand, readHandGrants, takeBackByHand } from '../../../src/store/hand-grants.ts'
import { claimByHand, unclaimByHand } from '../../../src/store/links.ts'
import { liftAtSchedule, liftAtSync, liftPin } from '../../../src/store/pin-ends.ts'
import { listPins } from '../../../src/store/pin-list.ts'
import { lapsedPins, liftPins, pinsOf, wouldPin, writePins } from '../../../src/store/pins.ts'
import { addActions, openProposal } from '../../../src/store/proposal.ts'
import { days, found, type Ground, NOON } from './ground.ts'
import { propose } from './making.ts'
import type { Tenant } from './tenants.ts'

type Act = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const FOR_EVER = { until: null, nextSync: false, reason: null }
const BEGINNING = { kind: null, emailKey: null, after: null, limit: 99 }

/** Everybody is kept out until the next sync, of one organization; their pins have lapsed where `until` says so. */
async function pinAll(sql: Transaction, organization: number, { people, applied, mark }: Tenant, until: Date | null) {
  const rows = people.map((person_id) => ({
    organization_id: organization,
    person_id,
    product_id: 0,
    kind: 'exclude',
    until,
    next_sync: until === null,
    created_by: `kim@${mark}.test`,
    plan_id: applied,
    since: until ?? days(-99),
  }))
  await sql`insert into pins ${sql(rows)}`
}

const givenTo = (as: Ground, { people, mark }: Tenant) =>
  people.map((personId) => ({ personId, productId: as.product('cad'), expiresAt: null, actor: mark, already: false }))

export const BY_HAND_LOOKS: Record<string, Act> = {
  pinsOf: async (sql, as, theirs) => {
    await pinAll(sql, theirs.ground.id, theirs, null)
    return await pinsOf(sql, as.id, theirs.people)
  },
  lapsedPins: async (sql, as, theirs) => {
    await pinAll(sql, theirs.ground.id, theirs, NOON)
    return await lapsedPins(sql, as.id, theirs.people)
  },
  listPins: async (sql, as, theirs) => {
    await pinAll(sql, theirs.ground.id, theirs, NOON)
    return await listPins(sql, as.id, BEGINNING)
  },
  wouldPin: async (sql, as, { people }) => {
    const proposal = await openProposal(sql)
    await addActions(
      proposal,
      people.map((person) => propose(as, 'waiting', 'remove', person)),
    )
    return await wouldPin(sql, as.id)
  },
  readHandGrants: async (sql, as, theirs) => {
    await giveByHand(sql, theirs.ground.id, theirs.applied, givenTo(theirs.ground, theirs), NOON)
    return await readHandGrants(sql, as.id, theirs.people)
  },
}

export const BY_HAND_TOUCHES: Record<string, Act> = {
  writePins: (sql, as, { people, applied }) => {
    const taken = people.map((personId) => ({ personId, productId: 0, actor: 'x', already: false }))
    return writePins(sql, as.id, applied, 'exclude', taken, FOR_EVER, NOON)
  },
  liftPins: async (sql, as, theirs) => {
    await pinAll(sql, as.id, theirs, null)
    const given = theirs.people.map((personId) => ({ personId, productId: 0 }))
    await liftPins(sql, as.id, 'exclude', given.slice(1))
  },
  liftPin: async (sql, as, theirs) => {
    await pinAll(sql, as.id, theirs, null)
    await liftPin(sql, as.id, { person: found(theirs.people[0]), kind: 'exclude', product: 0 })
  },
  liftAtSync: async (sql, as, theirs) => {
    await pinAll(sql, as.id, theirs, null)
    await liftAtSync(sql, as.id, false)
  },
  liftAtSchedule: async (sql, as, theirs) => {
    await pinAll(sql, as.id, theirs, null)
    await liftAtSchedule(sql, as.id, as.source('hr'))
  },
  giveByHand: (sql, as, theirs) => giveByHand(sql, as.id, theirs.applied, givenTo(as, theirs), NOON),
  takeBackByHand: async (sql, as, theirs) => {
    await giveByHand(sql, as.id, theirs.applied, givenTo(as, theirs), NOON)
    const taken = theirs.people.map((personId) => ({ personId, productId: null }))
    await takeBackByHand(sql, as.id, taken.slice(1))
  },
  unclaimByHand: async (sql, as, { people, mark }) => {
    const email = `hand@${mark}.test`
    const profile = { email, emailKey: email, userName: null, userNameKey: null, firstName: null, lastName: null }
    const invited = { personId: found(people[0]), role: 'member' as const, actor: mark }
    const whole = { ...invited, profile: { ...profile, displayName: null, language: null } }
    await claimByHand(sql, as.id, [whole], await as.change(sql), NOON)
    await unclaimByHand(sql, as.id, [found(people[0])], await as.change(sql), NOON)
  },
}
