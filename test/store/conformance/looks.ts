/** Every reading function of the store, asked in the name of one organization for what belongs to another. */
import { makeLinkSecret } from '../../../src/auth.ts'
import { findAdministrator, listTokens, tokenMakers } from '../../../src/store/access.ts'
import { readAdminEvent } from '../../../src/store/administrator-events.ts'
import { listAdministrators } from '../../../src/store/administrators.ts'
import { addApplied, readApplied } from '../../../src/store/applied.ts'
import { listAudit } from '../../../src/store/audit-list.ts'
import { readBeside } from '../../../src/store/beside.ts'
import { chosenFacts, countConcerned, itemsOfLines } from '../../../src/store/chosen-facts.ts'
import { readClaims } from '../../../src/store/claims.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { countAdmins, readCurrent, readHolders } from '../../../src/store/current.ts'
import { listDecisions } from '../../../src/store/decision-list.ts'
import { readDesired } from '../../../src/store/desired.ts'
import { listShown, readRows } from '../../../src/store/directory.ts'
import { markDirty, takeDirty } from '../../../src/store/dirty.ts'
import { addWaiters, findDrift, readCases } from '../../../src/store/drift.ts'
import * as drops from '../../../src/store/drops.ts'
import { failedItems } from '../../../src/store/failed-items.ts'
import { failedRows, failureFiles } from '../../../src/store/failures.ts'
import { readGrants, readLastGivers } from '../../../src/store/grants.ts'
import { groupLosses } from '../../../src/store/group-losses.ts'
import {
  countAdministrators,
  countSwappedNames,
  holdItems,
  knownDomains,
  newSources,
} from '../../../src/store/guarded.ts'
import { brokenInvariants } from '../../../src/store/invariants.ts'
import { lostZeros } from '../../../src/store/lost-zeros.ts'
import { findPairs, readDecision, writeAdoptions } from '../../../src/store/matching.ts'
import { readMemberEvent } from '../../../src/store/member-events.ts'
import { exportMembers } from '../../../src/store/member-export.ts'
import { countListed, listMembers, readMember } from '../../../src/store/member-list.ts'
import { countMembers, findMember, readAssignments, readMembers } from '../../../src/store/members.ts'
import { whereOf } from '../../../src/store/mirror-filter.ts'
import { listProducts, listRules, listSources, readOrganization } from '../../../src/store/organizations.ts'
import { listOutcomes } from '../../../src/store/outcome-list.ts'
import * as outcomes from '../../../src/store/outcomes.ts'
import * as planFacts from '../../../src/store/plan-facts.ts'
import {
  approvedPlans,
  consentToPlan,
  listPlans,
  lockConsent,
  progress,
  readForeseen,
  readItems,
  readPlan,
} from '../../../src/store/plans.ts'
import { listProductSeats } from '../../../src/store/product-list.ts'
import {
  addActions,
  allocateSeats,
  leaveOutDirty,
  openProposal,
  type Proposal,
  partFacts,
} from '../../../src/store/proposal.ts'
import { lastHeldBack, readChanged } from '../../../src/store/pushed.ts'
import { hasPeople } from '../../../src/store/pushes.ts'
import { openReach } from '../../../src/store/reach.ts'
import { alreadyAsked } from '../../../src/store/returns.ts'
import { lastReconciled, noteReconciled } from '../../../src/store/schedules.ts'
import { countSeatWaits, lockSeats, openAssigns, readProductNames } from '../../../src/store/seats.ts'
import { readSightings } from '../../../src/store/sightings.ts'
import { latestSnapshots, listSnapshots } from '../../../src/store/snapshot-list.ts'
import * as snapshots from '../../../src/store/snapshots.ts'
import { insertSourceToken, sourceTokenUse } from '../../../src/store/source-tokens.ts'
import { duplicates, stagedFacts } from '../../../src/store/staging.ts'
import { ADMINISTERED_LOOKS } from './administered.ts'
import { BORROWED_LOOKS } from './borrowed.ts'
import { BY_HAND_LOOKS } from './by-hand.ts'
import { DRAFTED_LOOKS } from './drafted.ts'
import { EDITED_LOOKS } from './edited.ts'
import { days, found, type Ground, NOON } from './ground.ts'
import { propose } from './making.ts'
import { MIRRORED_LOOKS } from './mirrored.ts'
import { PUSHED_LOOKS } from './pushed.ts'
import { REVIEWED_LOOKS } from './reviewed.ts'
import { ROOM_LOOKS } from './rooms.ts'
import { SEALED_LOOKS } from './sealed.ts'
import type { Tenant } from './tenants.ts'
import { UPLOADED_LOOKS } from './uploaded.ts'

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
  tokenId: theirs.token,
  personId: found(theirs.people[0]),
  address: 'a',
  addressKey: `ann@${theirs.mark}.test`,
  attempt: 1,
  organizationId: as.id,
  key: as.key,
  name: as.key,
  zone: 'UTC',
})

/** A proposal of `as` that would rename, remove and revoke people of `theirs`. */
async function guarded(
  transaction: Transaction,
  as: Ground,
  people: number[],
  look: (proposal: Proposal) => Promise<unknown>,
): Promise<unknown> {
  const proposal = await openProposal(transaction)
  const after = { email: 'new@new.test', firstName: 'Bee', lastName: 'Ann' }
  await transaction`update members set first_name = 'Ann', last_name = 'Bee' where person_id = any(${people}::bigint[])`
  const actions = people.flatMap((person) => [
    propose(as, 'free', 'update_identity', person, null, { after }),
    propose(as, 'free', 'remove', person),
    propose(as, 'free', 'revoke', person, 'cad'),
  ])
  await addActions(proposal, actions)
  return await look(proposal)
}

export const LOOKS: Record<string, Look> = {
  ...ADMINISTERED_LOOKS,
  ...MIRRORED_LOOKS,
  ...BORROWED_LOOKS,
  ...PUSHED_LOOKS,
  ...BY_HAND_LOOKS,
  ...UPLOADED_LOOKS,
  ...DRAFTED_LOOKS,
  ...EDITED_LOOKS,
  ...REVIEWED_LOOKS,
  ...ROOM_LOOKS,
  ...SEALED_LOOKS,
  listAdministrators: (sql, as) => listAdministrators(sql, as.id, NOON),
  findAdministrator: (sql, as, { mark }) => findAdministrator(sql, as.id, `kim@${mark}.test`),
  tokenMakers: (sql, as, { token }) => tokenMakers(sql, as.id, token),
  listTokens: (sql, as) => listTokens(sql, as.id, { before: null, limit: 99 }),
  sourceTokenUse: async (sql, as, theirs) => {
    const token = {
      hash: Buffer.from(theirs.mark),
      hint: '',
      sourceId: theirs.source,
      createdBy: 'kim',
      expiresAt: null,
    }
    await insertSourceToken(sql, theirs.ground.id, { ...token, createdAt: NOON })
    return await sourceTokenUse(sql, as.id, NOON)
  },
  whereOf: async (sql, as, { ground }) => {
    const [organization, source] = [ground.id, ground.source('hr')]
    await sql`
      insert into mirror_resources (organization_id, source_id, type, id, document, comparable, active, version, created_at, modified_at)
      values (${organization}, ${source}, 'User', gen_random_uuid(), '{}', '{}', true, 1, now(), now())`
    await sql`
      insert into mirror_emails (organization_id, source_id, value_key, id)
      select organization_id, source_id, 'ann', id from mirror_resources where organization_id = ${organization}`
    const place = { home: 'emails', path: [] } as const
    const filter = { op: 'eq', place, operand: { kind: 'text', text: 'ann' } } as const
    return await sql`
      select count(*) from mirror_resources r where ${whereOf(sql, filter, { organization: as.id, source: as.source('hr') })}`
  },
  listAudit: (sql, as) =>
    listAudit(sql, as.id, { actor: null, act: null, object: null, since: null, until: null, before: null, limit: 999 }),
  listOutcomes: (sql, as, { applied }) => listOutcomes(sql, as.id, applied, { ...MANY, state: null, code: null }),
  lastReconciled: async (sql, as, theirs) => {
    await noteReconciled(sql, theirs.ground.id, theirs.source, null, NOON)
    return await lastReconciled(sql, as.id, theirs.source)
  },
  readAdminEvent: (_, as, theirs) =>
    readAdminEvent(as.sql, letter(as, theirs, 'plan_completed'), makeLinkSecret).catch(String),
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
  readLastGivers: async (sql, as, { people }) => {
    await sql`update grants set to_change = from_change + 1 where person_id = any(${people}::bigint[])`
    return await readLastGivers(sql, as.id, people)
  },
  readDesired: (sql, as, { people }) => readDesired(sql, as.id, people),
  listShown: async (sql, as) => (await listShown(sql, as.id, { after: 0, limit: 99 })).map((person) => ({ person })),
  readRows: (sql, as, { people }) => readRows(sql, as.id, people),
  findDrift: drift,
  addWaiters: drift,
  readCases: drift,
  failureFiles: (sql, as, { applied }) => failureFiles(sql, as.id, applied),
  failedItems: (sql, as, { failed }) => failedItems(sql, as.id, failed, { ...MANY, files: [] }),
  failedRows: (sql, as, { snapshot }) => failedRows(sql, as.id, snapshot, MANY),
  findPairs: (sql, as) => findPairs(sql, as.id),
  writeAdoptions: async (sql, as) => {
    await writeAdoptions(sql, as.id, [])
    return await sql`select * from adoptions`
  },
  readDecision: (sql, as, { decision }) => readDecision(sql, as.id, decision),
  readMemberEvent: (_, as, theirs) => readMemberEvent(as.sql, letter(as, theirs, 'plan')),
  countListed: (sql, as) => countListed(sql, as.id, { states: ['invited', 'active'], search: null }, 99),
  listMembers: (sql, as) =>
    listMembers(sql, as.id, { states: ['invited', 'active'], search: null, at: NOON, after: null, limit: 99 }),
  exportMembers: (sql, as) => exportMembers(sql, as.id, { where: null, holding: false, after: null, limit: 99 }),
  readMember: (sql, as, { member }) => readMember(sql, as.id, member, NOON),
  chosenFacts: (sql, as, { member }) => chosenFacts(sql, as.id, { who: { ids: [member] }, except: [] }, NOON),
  itemsOfLines: async (sql, as, { ground, waiting }) => {
    await sql`
      update plan_items set evidence = '{"line": 7}' where organization_id = ${ground.id} and plan_id = ${waiting}`
    return await itemsOfLines(sql, as.id, waiting, [7])
  },
  countConcerned: (sql, as, { waiting }) => countConcerned(sql, as.id, waiting, ['invite', 'assign', 'remove']),
  alreadyAsked: async (sql, as, { ground, applied, people }) => {
    await sql`
      insert into waits (organization_id, person_id, product_id, kind, since, plan_id)
      values (${ground.id}, ${found(people[0])}, ${ground.product('sim')}, 'borrow', ${NOON}, ${applied})
      on conflict (organization_id, person_id, product_id, kind) do update set plan_id = excluded.plan_id`
    await sql`
      insert into letters (organization_id, audience, event, plan_id, person_id, address, address_key, state, due_at)
      values (${ground.id}, 'member', 'plan', ${applied}, ${found(people[0])}, 'a', 'asked', 'sent', ${NOON})`
    return [...(await alreadyAsked(sql, as.id, 0, people))]
  },
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
  forecastSeats: async (sql, as) => {
    await addActions(await openProposal(sql), [propose(as, 'free', 'assign', 1, 'cad')])
    return await planFacts.forecastSeats(sql, as.id, 'free')
  },
  touchedMembers: async (sql, as, { people }) => {
    const proposal = await openProposal(sql)
    await addActions(
      proposal,
      people.map((person) => propose(as, 'free', 'invite', person)),
    )
    return await planFacts.touchedMembers(sql, as.id)
  },
  openReach: async (sql, as, { waiting }) => {
    await openReach(sql, as.id, { reach: 'pushed', replaced: [waiting] })
    return await sql`select person_id as person from concerned`
  },
  readChanged: async (sql, as, { waiting, people }) =>
    (await readChanged(sql, as.id, waiting, people)).map((person) => ({ person })),
  hasPeople: async (sql, as, { ground, source, people }) => {
    await sql`
      insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
      values (${ground.id}, ${source}, 'z', 'z', ${people[0] ?? 0}, 'linked', ${NOON})`
    return await hasPeople(sql, as.id, [source])
  },
  lastHeldBack: async (sql, as, { ground }) => {
    await sql`update pushed_people set at = ${days(12)} where organization_id = ${ground.id} and held`
    return await lastHeldBack(sql, as.id)
  },
  allocateSeats: async (sql, as, { people }) => {
    const proposal = await openProposal(sql)
    const assigns = people.map((person) => propose(as, 'free', 'assign', person, 'cad'))
    await addActions(proposal, assigns)
    await allocateSeats(proposal, as.id)
    return await partFacts(proposal, 'free')
  },
  leaveOutDirty: async (sql, as, { ground, people }) => {
    await markDirty(sql, ground.id, people)
    const proposal = await openProposal(sql)
    const many = people.map((person) => propose(as, 'free', 'assign', person, 'cad'))
    await addActions(proposal, many)
    await leaveOutDirty(proposal, as.id)
    // How many were left out.
    return Array.from({ length: many.length - (await partFacts(proposal, 'free')).items })
  },
  changedSince: async (sql, as, { ground }) => {
    await sql`update plans set header = header || '{"rulesetVersion": 99}' where organization_id = ${ground.id}`
    return await planFacts.changedSince(sql, { id: as.id, rulesetVersion: 99, settingsVersion: 99 })
  },
  brokenInvariants: (sql, as, { people }) => guarded(sql, as, people, (proposal) => brokenInvariants(proposal, as.id)),
  lockConsent: async (sql, as, { ground, waiting }) => {
    const said = { by: 'kim', count: 1, reason: 'so', at: NOON.toISOString() }
    await consentToPlan(sql, ground.id, found(await readPlan(sql, ground.id, waiting)), said)
    return await lockConsent(sql, as.id, waiting)
  },
  readApplied: async (sql, as, { ground }) => {
    await addApplied(sql, ground.id, [{ kind: 'remove', productId: 0, count: 9 }], NOON)
    return await readApplied(sql, as.id, NOON)
  },
  countSwappedNames: (sql, as, { people }) =>
    guarded(sql, as, people, (proposal) => countSwappedNames(proposal, as.id)),
  countAdministrators: (sql, as, { people }) =>
    guarded(sql, as, people, (proposal) => countAdministrators(proposal, as.id)),
  knownDomains: (sql, as, { mark }) => knownDomains(sql, as.id, [`${mark}.test`]),
  newSources: async (sql, as, { source, people }) => {
    const proposal = await openProposal(sql)
    const actions = people.map((person) => propose(as, 'free', 'invite', person, null, { sourceIds: [source] }))
    await addActions(proposal, actions)
    return await newSources(proposal, as.id)
  },
  groupLosses: (sql, as, { people }) =>
    guarded(sql, as, people, (proposal) =>
      groupLosses(proposal, as.id, [{ key: 'everyone', groups: 'G' }], { least: 0, enough: 1 }),
    ),
  holdItems: (sql, as, { people }) =>
    guarded(sql, as, people, async (proposal) => {
      await holdItems(proposal, as.id, [{ kind: 'update_identity', product: null, items: 1, administrators: true }])
      return await partFacts(proposal, 'waiting')
    }),
  planBase: (sql, as, { waiting }) => planFacts.planBase(sql, as.id, waiting),
  planAmounts: (sql, as, { waiting }) => planFacts.planAmounts(sql, as.id, waiting),
  firstInvites: async (sql, as, { ground, waiting, source }) => {
    await sql`update plans set approved_at = null where organization_id = ${ground.id}`
    await sql`
      update plan_items set kind = 'invite', source_ids = ${[source]}::int[]
      where organization_id = ${ground.id} and plan_id = ${waiting}`
    return await planFacts.firstInvites(sql, as.id, waiting)
  },
  shrunkSources: async (sql, as, { ground, source }) => {
    await sql`
      insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, state, people, at)
      values (${ground.id}, ${source}, 'x', 'x', 'x', 'manifest', 'admitted', 9, ${days(9)}),
        (${ground.id}, ${source}, 'y', 'y', 'y', 'manifest', 'admitted', 1, ${days(30)})`
    return await planFacts.shrunkSources(sql, as.id, { sourceIds: [source], createdAt: days(20) })
  },
  readSightings: async (sql, as, { people }) => [...(await readSightings(sql, as.id, people))],
  sourceDigests: (sql, as) => planFacts.sourceDigests(sql, as.id),
  readPlan: (sql, as, { waiting }) => readPlan(sql, as.id, waiting),
  listPlans: (sql, as) => listPlans(sql, as.id, { limit: 99 }),
  approvedPlans: (sql, as) => approvedPlans(sql, as.id, as.source('hr')),
  readItems: (sql, as, { waiting }) => readItems(sql, as.id, waiting, MANY),
  readForeseen: (sql, as, { waiting }) => readForeseen(sql, as.id, waiting, { predicted: ['succeeded'], limit: 9 }),
  progress: (sql, as, { applied }) => progress(sql, as.id, applied),
  listProductSeats: (sql, as) => listProductSeats(sql, as.id, NOON),
  lockSeats: (sql, as) => lockSeats(sql, as.id, [1, 2]),
  readProductNames: (sql, as) => readProductNames(sql, as.id),
  openAssigns: async (sql, as, { ground, failed }) => {
    await sql`
      update plan_items set kind = 'assign', product_id = ${ground.product('cad')}
      where organization_id = ${ground.id} and plan_id = ${failed}`
    await sql`delete from outcomes where organization_id = ${ground.id} and plan_id = ${failed}`
    return [...(await openAssigns(sql, as.id, failed, [as.product('cad')]))]
  },
  countSeatWaits: (sql, as) => countSeatWaits(sql, as.id, [as.product('cad')], []),
  listSnapshots: (sql, as) => listSnapshots(sql, as.id, { states: null, source: null, before: null, limit: 99 }),
  latestSnapshots: (sql, as) => latestSnapshots(sql, as.id),
  readSnapshot: (sql, as, { snapshot }) => snapshots.readSnapshot(sql, as.id, snapshot),
  lastAdmitted: (sql, as, { source }) => snapshots.lastAdmitted(sql, as.id, source),
  acceptedRowCounts: (sql, as, { source }) => snapshots.acceptedRowCounts(sql, as.id, source, 9),
  untidySnapshots: (sql, as, { source }) => snapshots.untidySnapshots(sql, as.id, source),
  newerDecided: (sql, as, { source }) => snapshots.newerDecided(sql, as.id, source, 'processing/0'),
  hasSnapshots: (sql, as, { source }) => snapshots.hasSnapshots(sql, as.id, source),
  lastFull: (sql, as, { source }) => drops.lastFull(sql, as.id, source, 1_000_000),
  usesTriggers: async (sql, as, { source }) => {
    await sql`update snapshots set triggered = true`
    return await drops.usesTriggers(sql, as.id, source)
  },
  failedDelta: async (sql, as, { source }) => {
    await sql`update snapshots set "full" = false, state = 'unreadable'`
    return await drops.failedDelta(sql, as.id, source)
  },
  decidedPaths: (sql, as, { source }) => drops.decidedPaths(sql, as.id, source),
  arrivals: (sql, as, { source }) => drops.arrivals(sql, as.id, source, new Date(0)),
  lastHeard: (sql, as) => drops.lastHeard(sql, as.id),
  filesToTell: (sql, as, { source }) => drops.filesToTell(sql, as.id, source, NOON),
  duplicates: async (_, as, { snapshot }) => {
    const groups = []
    for await (const group of duplicates(as.sql, as.id, snapshot)) groups.push(group)
    return groups
  },
  lostZeros: async (sql, as, { snapshot }) => {
    await sql`update staged_rows set anchor_key = '0' || anchor_key where organization_id = ${as.id}`
    return await lostZeros(sql, as.id, as.source('hr'), snapshot)
  },
  stagedFacts: (sql, as, { source, snapshot }) => stagedFacts(sql, as.id, source, snapshot),
}
