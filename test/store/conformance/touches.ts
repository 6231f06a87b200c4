/** Writing functions of the store, told in the name of one organization to change what belongs to another. */
import { revokeToken, touchToken } from '../../../src/store/access.ts'
import { addApplied, forgetApplied } from '../../../src/store/applied.ts'
import { writeClaims } from '../../../src/store/claims.ts'
import type { Transaction } from '../../../src/store/connection.ts'
import { settleAddresses, tellForeseen } from '../../../src/store/contested.ts'
import { raiseRevision } from '../../../src/store/current.ts'
import { writeDesired } from '../../../src/store/desired.ts'
import { markDirty, markEverybodyDirty, markSourceDirty, takeDirty } from '../../../src/store/dirty.ts'
import { forgetSnapshot } from '../../../src/store/drops.ts'
import { writeGrants } from '../../../src/store/grants.ts'
import { giveBackLane, renewLane, takeLane } from '../../../src/store/lanes.ts'
import { mergePeople, releaseLinks } from '../../../src/store/links.ts'
import { answerDecision, findPairs, settleDecisions, writeAdoptions } from '../../../src/store/matching.ts'
import { acceptMember } from '../../../src/store/members.ts'
import { writeAssignments, writeMembers } from '../../../src/store/organization.ts'
import { markLive } from '../../../src/store/organizations.ts'
import { writeOutcomes } from '../../../src/store/outcomes.ts'
import {
  consentToPlan,
  deletePlan,
  movePlan,
  readPlan,
  renewFindings,
  sealPlan,
  waitRejected,
} from '../../../src/store/plans.ts'
import { addActions, openProposal } from '../../../src/store/proposal.ts'
import {
  holdBack,
  letGo,
  liftPushedRejections,
  pushAgain,
  pushPeopleOf,
  pushPeopleOfSource,
  settlePushed,
} from '../../../src/store/pushed.ts'
import { openReach } from '../../../src/store/reach.ts'
import { liftRejections } from '../../../src/store/rejections.ts'
import { forgetRequest, keepAnswer, takeRequest } from '../../../src/store/repeatable.ts'
import { noteReconciled } from '../../../src/store/schedules.ts'
import { endSeatWaits, moveSeats, waitForSeats } from '../../../src/store/seats.ts'
import { giveConsent, moveFile, moveSnapshot, replaceStopped, STOPPED } from '../../../src/store/snapshots.ts'
import { clearErrors, dropStaging, stageErrors } from '../../../src/store/staging.ts'
import { ADMINISTERED_TOUCHES } from './administered.ts'
import { BORROWED_TOUCHES } from './borrowed.ts'
import { BY_HAND_TOUCHES } from './by-hand.ts'
import { DRAFTED_TOUCHES } from './drafted.ts'
import { EDITED_TOUCHES } from './edited.ts'
import { days, found, type Ground, NOON } from './ground.ts'
import { propose } from './making.ts'
import { broken } from './mirror.ts'
import { MIRRORED_TOUCHES } from './mirrored.ts'
import { PUSHED_TOUCHES } from './pushed.ts'
import { SEALED_TOUCHES } from './sealed.ts'
import { SET_TOUCHES } from './set.ts'
import { REQUEST, type Tenant } from './tenants.ts'
import { UPLOADED_TOUCHES } from './uploaded.ts'

type Touch = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const everySeat = (as: Ground, { people }: Tenant) =>
  people.map((personId) => ({ personId, productId: as.product('cad') }))
const profile = {
  userName: null,
  userNameKey: null,
  firstName: 'Zoe',
  lastName: null,
  displayName: null,
  language: null,
}

export const TOUCHES: Record<string, Touch> = {
  ...MIRRORED_TOUCHES,
  ...PUSHED_TOUCHES,
  ...BORROWED_TOUCHES,
  ...BY_HAND_TOUCHES,
  ...UPLOADED_TOUCHES,
  ...DRAFTED_TOUCHES,
  ...EDITED_TOUCHES,
  ...SEALED_TOUCHES,
  ...SET_TOUCHES,
  ...ADMINISTERED_TOUCHES,
  touchToken: (sql, as, { token }) => touchToken(sql, as.id, token, days(9)),
  revokeToken: (sql, as, { token }) => revokeToken(sql, as.id, token, NOON),
  markLive: (sql, as) => markLive(sql, as.id, as.source('hr'), days(9)),
  takeRequest: (sql, as) => takeRequest(sql, as.id, REQUEST, { digest: Buffer.alloc(32), at: days(9), abandoned: 0 }),
  keepAnswer: (sql, as) => keepAnswer(sql, as.id, REQUEST, '{}'),
  forgetRequest: (sql, as) => forgetRequest(sql, as.id, REQUEST),
  raiseRevision: (sql, as) => raiseRevision(sql, as.id),
  takeDirty: (sql, as) => takeDirty(sql, as.id, 0, 999),
  markDirty: (sql, as, { people }) => markDirty(sql, as.id, [0, ...people]),
  markEverybodyDirty: async (sql, as) => {
    await sql`delete from dirty_people where organization_id = ${as.id}`
    await markEverybodyDirty(sql, as.id)
  },
  markSourceDirty: async (sql, as) => {
    await sql`delete from dirty_people where organization_id = ${as.id}`
    await markSourceDirty(sql, as.id, as.source('hr'))
  },
  noteReconciled: (sql, as) => noteReconciled(sql, as.id, as.source('hr'), null, NOON),
  writeClaims: (sql, as, { people }) => writeClaims(sql, as.id, 1, people, []),
  writeGrants: (sql, as, { people }) => writeGrants(sql, as.id, 1, people, []),
  writeDesired: (sql, as, { people }) => {
    const nobody = { wanted: false, leaver: true, startAt: null, protected: true, profile: null, profileSourceId: null }
    const rows = people.map((personId) => ({ personId, ...nobody, status: 'active' as const, role: 'owner' as const }))
    return writeDesired(sql, as.id, rows, new Map(rows.map((row) => [row.personId, { ...row, wanted: true }])))
  },
  liftRejections: (sql, as) => liftRejections(sql, as.id, { source: as.source('partners'), snapshot: null }),
  takeLane: (sql, as, { waiting }) => takeLane(sql, as.id, 'by_hand', waiting),
  renewLane: (sql, as, { lease }) => renewLane(sql, { ...lease, organizationId: as.id }),
  releaseLinks: (sql, as, { people }) =>
    releaseLinks(
      sql,
      as.id,
      people.map((personId) => ({ personId, sourceIds: null })),
      days(9),
    ),
  mergePeople: async (sql, as, { people }) => {
    await mergePeople(sql, as.id, [{ fromPersonId: found(people[0]), personId: found(people[1]) }], 1)
  },
  answerDecision: (sql, as, { decision }) =>
    answerDecision(sql, as.id, decision, { choice: 'create_new', target: null, by: 'x', at: NOON }),
  settleDecisions: (sql, as) => settleDecisions(sql, as.id, [], NOON),
  settleAddresses: async (sql, as) => {
    await findPairs(sql, as.id)
    await writeAdoptions(sql, as.id, [])
    await settleAddresses(sql, as.id, NOON, { managesAdmins: true })
  },
  tellForeseen: async (sql, as, { waiting }) => {
    await sql`update plan_items set predicted = 'failed_permanent' where organization_id = ${as.id} and plan_id = ${waiting}`
    await sql`
      create temporary table contested on commit drop as
      select distinct person_id, 'email' as by, person_id as holder_id, 'fails' as verdict from plan_items where plan_id = ${waiting}`
    await tellForeseen(sql, as.id, waiting)
  },
  acceptMember: (sql, as, { member }) => acceptMember(sql, as.id, member, days(9)),
  writeMembers: (sql, as, { people }) => {
    const state = { state: 'suspended' as const, role: 'member' as const }
    const changed = people.map((personId) => {
      return {
        personId,
        ...state,
        profile: { ...profile, email: `${personId}@z.test`, emailKey: `${personId}@z.test` },
      }
    })
    return writeMembers(sql, as.id, { created: [], changed }, NOON)
  },
  writeAssignments: (sql, as, theirs) =>
    writeAssignments(sql, as.id, { created: [], changed: [], ended: everySeat(as, theirs) }, NOON),
  writeOutcomes: (sql, as, { waiting }) =>
    writeOutcomes(sql, as.id, waiting, [{ number: 1, state: 'noop', code: null, params: {} }], NOON),
  deletePlan: (sql, as, { waiting }) => deletePlan(sql, as.id, waiting),
  movePlan: (sql, as, { waiting }) => movePlan(sql, as.id, waiting, ['awaiting_approval'], 'rejected'),
  sealPlan: (sql, as, { waiting }) => sealPlan(sql, as.id, waiting, 'forged'),
  renewFindings: (sql, as, { waiting }) => renewFindings(sql, as.id, waiting, []),
  consentToPlan: async (sql, as, { ground, waiting }) =>
    consentToPlan(sql, as.id, found(await readPlan(sql, ground.id, waiting)), {
      by: 'x',
      count: 1,
      reason: 'y',
      at: NOON.toISOString(),
    }),
  addApplied: (sql, as) => addApplied(sql, as.id, [{ kind: 'remove', productId: 0, count: 9 }], NOON),
  forgetApplied: (sql, as) => forgetApplied(sql, as.id, NOON),
  waitRejected: (sql, as, { waiting }) => waitRejected(sql, as.id, waiting, NOON),
  moveSeats: (sql, as) => moveSeats(sql, as.id, new Map([[as.product('cad'), -1]])),
  waitForSeats: (sql, as, theirs) => waitForSeats(sql, as.id, 1, everySeat(as, theirs), NOON),
  endSeatWaits: (sql, as, theirs) => endSeatWaits(sql, as.id, everySeat(as, theirs)),
  forgetSnapshot: async (sql, as, { snapshot }) => {
    await sql`update snapshots set state = 'staging' where id = ${snapshot}`
    await forgetSnapshot(sql, as.id, snapshot)
    await sql`update snapshots set state = 'held' where id = ${snapshot}`
  },
  moveFile: (sql, as, { snapshot }) => moveFile(sql, as.id, snapshot, 'failed/x'),
  moveSnapshot: (sql, as, { snapshot }) => moveSnapshot(sql, as.id, snapshot, ['held'], 'admitted'),
  giveConsent: async (sql, as, { snapshot }) => {
    await moveSnapshot(sql, as.id, snapshot, ['held'], 'refused')
    return await giveConsent(sql, as.id, snapshot, { by: 'kim', count: 1, at: NOON.toISOString() })
  },
  replaceStopped: (sql, as, { source }) => replaceStopped(sql, as.id, source, { id: 1_000_000, full: true }, STOPPED),
  clearErrors: (sql, as, { snapshot }) => clearErrors(sql, as.id, snapshot),
  stageErrors: (sql, as, { snapshot }) => stageErrors(sql, as.id, snapshot, [broken(77)]),
  dropStaging: (sql, as, { snapshot }) => dropStaging(sql, as.id, snapshot),
  giveBackLane: (sql, as, { lease }) => giveBackLane(sql, { ...lease, organizationId: as.id }),
  letGo: (sql, as) => letGo(sql, as.id),
  holdBack: async (sql, as, { people }) => {
    const waiting = people.map((person) => propose(as, 'waiting', 'suspend', person))
    await addActions(await openProposal(sql), waiting)
    await holdBack(sql, as.id, days(10))
  },
  settlePushed: async (sql, as) => {
    await openReach(sql, as.id, { reach: 'pushed', replaced: [] })
    await writeAdoptions(sql, as.id, [], 'pushed')
    await settlePushed(sql, as.id, 'pushed', [])
  },
  pushAgain: async (sql, as, { applied }) => {
    await sql`delete from pushed_people where organization_id = ${as.id}`
    await sql`update plan_items set effect = 'subtractive' where organization_id = ${as.id} and plan_id = ${applied}`
    await pushAgain(sql, as.id, applied, true, NOON)
  },
  pushPeopleOf: (sql, as, { waiting }) => pushPeopleOf(sql, as.id, waiting, true, NOON),
  pushPeopleOfSource: async (sql, as) => {
    await sql`delete from pushed_people where organization_id = ${as.id}`
    await pushPeopleOfSource(sql, as.id, as.source('hr'))
  },
  liftPushedRejections: (sql, as) => liftPushedRejections(sql, as.id),
}

/**
 * Exported functions that are given no organization: pure ones, those of the whole database, those that only begin a row, and `endSpentWaits`, which finds
 * nothing to end in the story of the two organizations.
 */
export const WITHOUT_ORGANIZATION = `
  itemColumns outcomeOf copyBoolean linesOf addLines analyze guardTransactions difference instantText
  widenWorkMemory profileOf refusesValues copyText copyJson copyArray copyLine copyInto pipeline dial teachArrays
  readFigures writeBackup readBackup saveBackup loadBackup knownMigrations appliedMigrations openConnection claimDataDirectory claimDatabase answers migrate analyzeOutgrown analyzePushed lockConfiguration lockSettings tryLockSeals lastAuditId auditWriters writersHaveEnded organizationsToSeal lockProposals lockJudgement lockSource tryLockSource lockMirror lockAwaiting lockBatches endedBefore retireOthers
  saysDatabaseAway isDisconnection isOutOfRoom whileAway scheduledSources
  releaseLeftBehind releaseLostWork listOrganizations findOrganization organizationsWithDue pushDue rememberDue listPushing listLeftPushed abandonedPlans expirePlans remindOfPlans expireHeld createLetterBox findToken findSourceToken insertSourceToken remindOfTokens
  openProposal foreseeLastAdmins countGuarded countNamesakes addressDomains holdEverything addActions closeDependencies setAsideObserved takeObserved partFacts itemDigests findRefused followHolders foresee
  nextChange writeConfig insertToken insertPlan writeItems writeAudit writeWaits openDecisions openSnapshot stageRows replaceLines
  whereMembers foldName nameComparison columnCondition idCondition createdCondition modifiedCondition modifiedAt elementsOf isPresent compared textCondition order equalTo emailCondition memberCondition memberOfCondition related isId orderBy
  rowHash placeKey stillCounts endsByDecision seen lastMirrorNumber
  resourceColumns toResource withGroups patiently membersMissing forgetDeleted forgetMemberChanges forgetUploads forgetRowErrors inTime withinTime inTurn unprepared
  limitsOf managing isSameRule onlyByHand
  insertSession findSession touchSession leaveNotice openedBy listSessions endSession forgetSignIns insertLink linkIsGood useLink nobodySignedIn administratorAnywhere
  openChosen indexChosen rowsWithoutProducts choosesAdministrators handFacts lockDrafts
  lockPlan lockUpload lockUploadReading askedByAnother
  wanted groupKey planColumns
  lapsePins endSpentWaits within laneOf mergeSnapshot claimByHand writeMemberLetters writeAdministratorLetter`
  .trim()
  .split(/\s+/)
