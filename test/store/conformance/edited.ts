/** Plans that people edit and stop, read and written in the name of one organization for another. */
import type { Transaction } from '../../../src/store/connection.ts'
import { holdLane } from '../../../src/store/lanes.ts'
import { countPeople } from '../../../src/store/people-tally.ts'
import { cancelItems, waitCancelled, writeCancelledLetters } from '../../../src/store/plan-cancel.ts'
import { editsSince, moveItems, notInPlan, settleLeftOut, writeEdited } from '../../../src/store/plan-edits.ts'
import { membersOfPlan, planHeader, planKeys } from '../../../src/store/plan-facts.ts'
import { countReasons, membersNotRemoved, readExpected } from '../../../src/store/plan-figures.ts'
import { lastItems, readEnded, readPeopleItems } from '../../../src/store/plan-people.ts'
import { keepForeseen, reopenProposal, stayingItems } from '../../../src/store/reopened.ts'
import { type Ground, NOON } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Act = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const NOBODY = { items: [], people: [], emails: [], emailKeys: [], products: [] }

export const EDITED_LOOKS: Record<string, Act> = {
  editsSince: async (sql, as, { ground, waiting, mark }) => {
    await sql`
      insert into audit (organization_id, at, actor, act, object, plan_id, before, after)
      values (${ground.id}, ${NOON}, ${mark}, 'plan.edited', 'pln', ${waiting}, '{"hash": "a"}', '{"act": "leave_out", "people": 2}')`
    return await editsSince(sql, as.id, waiting, 'a')
  },
  // It says again what it was asked for: how much of it is not there is all that it tells.
  notInPlan: async (sql, as, { waiting, people }) =>
    (await notInPlan(sql, as.id, waiting, { items: [1], people, emails: [], products: ['cad'] })).length,
  planHeader: (sql, as, { waiting }) => planHeader(sql, as.id, waiting).catch(() => null),
  planKeys: (sql, as) => planKeys(sql, as.id),
  membersOfPlan: (sql, as, { applied }) => membersOfPlan(sql, as.id, applied),
  countPeople: (sql, as, { waiting }) => countPeople(sql, as.id, waiting),
  readPeopleItems: (sql, as, { waiting }) => readPeopleItems(sql, as.id, waiting, { after: 0, limit: 99 }),
  readEnded: (sql, as, { applied }) => readEnded(sql, as.id, applied, { after: 0, limit: 99 }),
  lastItems: (sql, as, { applied }) => lastItems(sql, as.id, applied, 99),
  readExpected: (sql, as, { waiting }) => readExpected(sql, as.id, waiting, ['invite']),
  countReasons: (sql, as, { failed }) => countReasons(sql, as.id, failed, ['failed_permanent']),
  membersNotRemoved: async (sql, as, { ground, failed }) => {
    await sql`update plan_items set kind = 'remove' where organization_id = ${ground.id} and plan_id = ${failed}`
    return await membersNotRemoved(sql, as.id, failed, { codes: ['EMAIL_IN_USE'], limit: 99 })
  },
  reopenProposal: async (sql, as, { waiting }) => (await reopenProposal(sql, as.id, waiting)).actions,
  stayingItems: async (sql, as, { waiting }) => {
    const items = []
    for await (const page of stayingItems(sql, as.id, waiting)) items.push(...page)
    return items
  },
}

/** Somebody of whom one item of the plan is done and another cancelled, while `act` does its part. */
async function halfDone(sql: Transaction, { ground, waiting }: Tenant, act: () => Promise<unknown>): Promise<void> {
  const numbers = [9001, 9002]
  await sql`
    insert into plan_items (organization_id, plan_id, number, wave, kind, effect, person_id, subject_key, subject_email, reason,
      source_ids, precondition, predicted)
    select ${ground.id}, ${waiting}, unnest(${numbers}::int[]), 1, 'invite', 'additive', person_id, 'x', 'x', '{}', '{}', '{}', 'succeeded'
    from (select person_id from members where organization_id = ${ground.id} order by person_id limit 1) somebody`
  await sql`
    insert into outcomes (organization_id, plan_id, number, state, params, at)
    values (${ground.id}, ${waiting}, 9001, 'succeeded', '{}', ${NOON}), (${ground.id}, ${waiting}, 9002, 'cancelled', '{}', ${NOON})`
  await act()
  for (const table of ['outcomes', 'plan_items'])
    await sql`delete from ${sql(table)} where organization_id = ${ground.id} and plan_id = ${waiting} and number > 9000`
}

export const EDITED_TOUCHES: Record<string, Act> = {
  holdLane: (sql, as, { lease }) => holdLane(sql, { ...lease, organizationId: as.id }),
  moveItems: (sql, as, { waiting }) => moveItems(sql, as.id, waiting, { ...NOBODY, items: [1] }, true),
  settleLeftOut: async (sql, as, { ground, waiting }) => {
    const leave = (out: boolean) =>
      sql`update plan_items set excluded = ${out} where organization_id = ${ground.id} and plan_id = ${waiting}`
    await leave(true)
    await settleLeftOut(sql, as.id, waiting, NOON)
    await leave(false)
  },
  writeEdited: (sql, as, { waiting }) =>
    writeEdited(sql, as.id, waiting, {
      hash: 'forged',
      headline: 'x',
      counts: {},
      seats: [],
      findings: [],
      leftOut: 9,
    }),
  keepForeseen: async (sql, as, { ground, waiting }) => {
    const proposal = await reopenProposal(sql, ground.id, waiting)
    await sql`update placed set predicted = 'noop'`
    await keepForeseen(proposal, as.id, waiting)
  },
  cancelItems: (sql, as, { waiting }) => cancelItems(sql, as.id, waiting, 'x', NOON),
  writeCancelledLetters: (sql, as, theirs) =>
    halfDone(sql, theirs, () => writeCancelledLetters(sql, as.id, theirs.waiting, ['invite'], NOON)),
  waitCancelled: (sql, as, theirs) => halfDone(sql, theirs, () => waitCancelled(sql, as.id, theirs.waiting, NOON)),
}
