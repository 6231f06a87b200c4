/** Every reading function of the store, asked in the name of one organization for what belongs to another. */
import { findAdministrator, listTokens } from '../../../src/store/access.ts'
import { readAdminEvent } from '../../../src/store/administrator-events.ts'
import { readBeside } from '../../../src/store/beside.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { countAdmins, readCurrent, readHolders } from '../../../src/store/current.ts'
import { listDecisions } from '../../../src/store/decision-list.ts'
import { readClaims, readDesired, readGrants, takeDirty } from '../../../src/store/desired.ts'
import { readRows } from '../../../src/store/directory.ts'
import { addWaiters, findDrift, readCases } from '../../../src/store/drift.ts'
import { failedItems, failedRows, failureFiles } from '../../../src/store/failures.ts'
import { findPairs, readDecision, writeAdoptions } from '../../../src/store/matching.ts'
import { readMemberEvent } from '../../../src/store/member-events.ts'
import { listMembers, readMember } from '../../../src/store/member-list.ts'
import { countMembers, findMember, readAssignments, readMembers } from '../../../src/store/members.ts'
import { listProducts, listRules, listSources, readOrganization } from '../../../src/store/organizations.ts'
import * as outcomes from '../../../src/store/outcomes.ts'
import { personByEmail } from '../../../src/store/people.ts'
import { forecastSeats, holders, sourceDigests } from '../../../src/store/plan-facts.ts'
import { approvedPlans, listPlans, progress, readItems, readPlan } from '../../../src/store/plans.ts'
import { listProductSeats } from '../../../src/store/product-list.ts'
import { addActions, allocateSeats, openProposal, partFacts } from '../../../src/store/proposal.ts'
import { countSeatWaits, lockSeats, readProductNames } from '../../../src/store/seats.ts'
import { latestSnapshots, listSnapshots } from '../../../src/store/snapshot-list.ts'
import * as snapshots from '../../../src/store/snapshots.ts'
import { duplicates, stagedFacts } from '../../../src/store/staging.ts'
import { found, type Ground, NOON } from './ground.ts'
import { propose } from './making.ts'
import type { Tenant } from './tenants.ts'

/** Asks for what is of `theirs` in the name of `as`, in a transaction that leaves nothing. */
type Look = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const MANY = { after: 0, limit: 100 }

const drift: Look = async (transaction, as) => {
  await writeAdoptions(transaction, as.id, [])
  const count = await findDrift(transaction, as.id, NOON, { managesAdmins: true, supersede: true })
  await addWaiters(transaction, as.id, NOON, { managesAdmins: true, supersede: true })
  const cases = []
  for await (const page of readCases(transaction, as.id, 100)) cases.push(...page)
  return [count, cases]
}

/** A letter of `as` about a plan and a person of `theirs`. */
const letter = (as: Ground, theirs: Tenant, event: string) => ({
  id: 1,
  audience: 'member' as const,
  event,
  planId: theirs.applied,
  snapshotId: theirs.snapshot,
  personId: found(theirs.people[0]),
  address: 'a',
  addressKey: `ann@${theirs.mark}.test`,
  attempt: 1,
  organizationId: as.id,
  key: as.key,
  name: as.key,
  zone: 'UTC',
})

export const LOOKS: Record<string, Look> = {
  findAdministrator: (sql, as, { mark }) => findAdministrator(sql, as.id, `kim@${mark}.test`),
  listTokens: (sql, as) => listTokens(sql, as.id),
  readAdminEvent: (_, as, theirs) => readAdminEvent(as.sql, letter(as, theirs, 'plan_completed')).catch(String),
  readBeside: (sql, as) => readBeside(sql, as.id),
  readCurrent: (sql, as, { people }) => readCurrent(sql, as.id, people, { lock: true }),
  readHolders: (sql, as, { mark }) =>
    readHolders(sql, as.id, { emails: [`ann@${mark}.test`], userNames: ['user-ann'] }),
  countAdmins: (sql, as) => countAdmins(sql, as.id),
  listDecisions: (sql, as) =>
    listDecisions(sql, as.id, { states: ['open', 'decided'], id: null, before: null, limit: 9 }),
  takeDirty: async (sql, as) => (await takeDirty(sql, as.id, 0, 100)).map((person) => ({ person })),
  readClaims: (sql, as, { people }) => readClaims(sql, as.id, people),
  readGrants: (sql, as, { people }) => readGrants(sql, as.id, people),
  readDesired: (sql, as, { people }) => readDesired(sql, as.id, people),
  readRows: (sql, as, { people }) => readRows(sql, as.id, people),
  findDrift: drift,
  addWaiters: drift,
  readCases: drift,
  failureFiles: (sql, as, { applied }) => failureFiles(sql, as.id, applied),
  failedItems: (sql, as, { failed }) => failedItems(sql, as.id, failed, MANY),
  failedRows: (sql, as, { snapshot }) => failedRows(sql, as.id, snapshot, MANY),
  findPairs: (sql, as) => findPairs(sql, as.id),
  writeAdoptions: async (sql, as) => {
    await writeAdoptions(sql, as.id, [])
    return await sql`select * from adoptions`
  },
  readDecision: (sql, as, { decision }) => readDecision(sql, as.id, decision),
  readMemberEvent: (_, as, theirs) => readMemberEvent(as.sql, letter(as, theirs, 'plan')),
  listMembers: (sql, as) =>
    listMembers(sql, as.id, { states: ['invited', 'active'], search: null, after: null, limit: 99 }),
  readMember: (sql, as, { member }) => readMember(sql, as.id, member),
  readMembers: (sql, as, { people }) => readMembers(sql, as.id, people),
  readAssignments: (sql, as, { people }) => readAssignments(sql, as.id, people),
  findMember: (sql, as, { member }) => findMember(sql, as.id, member),
  countMembers: (sql, as) => countMembers(sql, as.id),
  readOrganization: (sql, as) => readOrganization(sql, as.id),
  listSources: (sql, as) => listSources(sql, as.id),
  listProducts: (sql, as) => listProducts(sql, as.id),
  listRules: (sql, as) => listRules(sql, as.id),
  settledUpTo: (sql, as, { applied }) => outcomes.settledUpTo(sql, as.id, applied),
  nextItems: (sql, as, { applied }) => outcomes.nextItems(sql, as.id, applied, MANY),
  itemsOf: (sql, as, { applied, people }) => outcomes.itemsOf(sql, as.id, applied, 'invite', people),
  settledNumbers: (sql, as, { applied }) => outcomes.settledNumbers(sql, as.id, applied, [1, 2]),
  relatedItems: (sql, as, { applied, people }) => outcomes.relatedItems(sql, as.id, applied, people),
  countOutcomes: (sql, as, { applied }) => outcomes.countOutcomes(sql, as.id, applied),
  personByEmail: async (sql, as, { mark, people }) => {
    const email = { text: `ann@${mark}.test`, key: `ann@${mark}.test`, name: null }
    return people.includes((await personByEmail(sql, as.id, email, NOON)).personId)
  },
  forecastSeats: async (sql, as) => {
    await addActions(await openProposal(sql), [propose(as, 'free', 'assign', 1, 'cad')])
    return await forecastSeats(sql, as.id, 'free')
  },
  allocateSeats: async (sql, as, { people }) => {
    const proposal = await openProposal(sql)
    const assigns = people.map((person) => propose(as, 'free', 'assign', person, 'cad'))
    await addActions(proposal, assigns)
    await allocateSeats(proposal, as.id)
    return await partFacts(proposal, 'free')
  },
  holders: (sql, as) => holders(sql, as.id),
  sourceDigests: (sql, as) => sourceDigests(sql, as.id),
  readPlan: (sql, as, { waiting }) => readPlan(sql, as.id, waiting),
  listPlans: (sql, as) => listPlans(sql, as.id, { limit: 99 }),
  approvedPlans: (sql, as) => approvedPlans(sql, as.id, as.source('hr')),
  readItems: (sql, as, { waiting }) => readItems(sql, as.id, waiting, MANY),
  progress: (sql, as, { applied }) => progress(sql, as.id, applied),
  listProductSeats: (sql, as) => listProductSeats(sql, as.id),
  lockSeats: (sql, as) => lockSeats(sql, as.id, [1, 2]),
  readProductNames: (sql, as) => readProductNames(sql, as.id),
  countSeatWaits: (sql, as) => countSeatWaits(sql, as.id, [as.product('cad')], []),
  listSnapshots: (sql, as) => listSnapshots(sql, as.id, { states: null, source: null, before: null, limit: 99 }),
  latestSnapshots: (sql, as) => latestSnapshots(sql, as.id),
  readSnapshot: (sql, as, { snapshot }) => snapshots.readSnapshot(sql, as.id, snapshot),
  lastAdmitted: (sql, as, { source }) => snapshots.lastAdmitted(sql, as.id, source),
  acceptedRowCounts: (sql, as, { source }) => snapshots.acceptedRowCounts(sql, as.id, source, 9),
  untidySnapshots: (sql, as, { source }) => snapshots.untidySnapshots(sql, as.id, source),
  newerDecided: (sql, as, { source }) => snapshots.newerDecided(sql, as.id, source, 'processing/0'),
  snapshotPaths: (sql, as, { source }) => snapshots.snapshotPaths(sql, as.id, source),
  hasSnapshots: (sql, as, { source }) => snapshots.hasSnapshots(sql, as.id, source),
  duplicates: async (_, as, { snapshot }) => {
    const groups = []
    for await (const group of duplicates(as.sql, as.id, snapshot)) groups.push(group)
    return groups
  },
  stagedFacts: (sql, as, { source, snapshot }) => stagedFacts(sql, as.id, source, snapshot),
}
