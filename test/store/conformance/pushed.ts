/** What is read of the mirror of an identity provider, and written because of it, in the name of one organization for another. */
import type { Transaction } from '../../../src/store/connection.ts'
import * as farewells from '../../../src/store/farewells.ts'
import * as directory from '../../../src/store/mirror-directory.ts'
import * as gaps from '../../../src/store/mirror-gaps.ts'
import * as read from '../../../src/store/mirror-read.ts'
import { lastLetterAt, writeAdministratorLetter } from '../../../src/store/outbox.ts'
import { found, type Ground, NOON } from './ground.ts'
import { row } from './mirror.ts'
import type { Tenant } from './tenants.ts'

type Act = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const idOf = (n: number) => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`
const [USER, GONE, GROUP, FROZEN, REPLACED] = [idOf(1), idOf(2), idOf(3), idOf(4), idOf(5)]
const LATER = new Date(NOON.getTime() + 1_000)
const BEGINNING = { after: { source: 0, number: 0 }, until: 1_000_000, limit: 99 }

/** Gives the organization what was pushed: somebody who was deleted and is back, groups, and who is in them. */
async function push(sql: Transaction, { ground, mark, people }: Tenant): Promise<{ source: number; id: string }> {
  const [organization, source] = [ground.id, ground.source('hr')]
  await sql`update sources set kind = 'scim' where organization_id = ${organization} and id = ${source}`
  const resources = [
    { type: 'User', id: USER, document: { userName: mark }, external: 'x', deleted: null },
    { type: 'User', id: GONE, document: { userName: mark }, external: 'x', deleted: NOON },
    { type: 'Group', id: GROUP, document: { displayName: mark }, name: mark, deleted: null },
    { type: 'Group', id: FROZEN, document: { displayName: `old ${mark}` }, name: `old ${mark}`, deleted: NOON },
    { type: 'Group', id: REPLACED, document: { displayName: mark }, name: mark, deleted: NOON },
  ]
  for (const { type, id, document, external, name, deleted } of resources) {
    await sql`
      insert into mirror_resources (organization_id, source_id, type, id, document, comparable, external_id, display_name_key, active,
        version, created_at, modified_at, deleted_at, replaced_at)
      values (${organization}, ${source}, ${type}, ${id}, ${JSON.stringify(document)}::text::json, '{}', ${external ?? null},
        ${name ?? null}, true, 1, ${NOON}, ${deleted ?? LATER}, ${deleted}, ${id === REPLACED ? LATER : null})`
  }
  for (const group of [GROUP, FROZEN, REPLACED]) {
    await sql`insert into mirror_members values (${organization}, ${source}, ${group}, ${USER}, 'User')`
  }
  await sql`
    insert into mirror_marks (organization_id, source_id, number, type, id, urgent, at)
    values (${organization}, ${source}, 0, 'User', ${USER}, true, ${NOON})`
  await sql`
    insert into person_links (organization_id, source_id, anchor_key, anchor, person_id, state, since)
    values (${organization}, ${source}, ${GONE}, ${GONE}, ${found(people.at(-1))}, 'ghost', ${NOON})`
  return { source, id: USER }
}

const look =
  (
    act: (transaction: Transaction, organization: number, user: { source: number; id: string }) => Promise<unknown>,
  ): Act =>
  async (sql, as, theirs) =>
    await act(sql, as.id, await push(sql, theirs))

const ADMINS = { managesAdmins: false, reach: 'everybody' } as const

/** The provider says that everybody is gone, and all of them are protected. */
async function sayGone(sql: Transaction, { id }: Ground): Promise<void> {
  await sql`update directory_users set status = 'leaver' where organization_id = ${id}`
  await sql`update desired_members set wanted = false, protected = true where organization_id = ${id}`
}

export const PUSHED_LOOKS: Record<string, Act> = {
  takeMarks: look(async (sql, as) => [
    await read.takeMarks(sql, as, { ...BEGINNING, urgent: false }),
    await read.takeMarks(sql, as, { ...BEGINNING, urgent: true }),
  ]),
  readMarkedUsers: look((sql, as, user) => read.readMarkedUsers(sql, as, [user])),
  readSuccessors: look((sql, as, user) => read.readSuccessors(sql, as, [{ ...user, externalId: 'x' }])),
  readMarkedGroups: look((sql, as, { source }) => read.readMarkedGroups(sql, as, [{ source, id: GROUP }])),
  readCountedGroups: look(async (sql, as, user) => [...(await read.readCountedGroups(sql, as, [user]))]),
  findTombstones: look((sql, as, user) => read.findTombstones(sql, as, [{ ...user, externalId: 'x' }])),
  readKnown: look(async (sql, as, { source }) => {
    const places = [GONE, 'ann'].map((id) => ({ source, id }))
    return [...(await directory.readKnown(sql, as, places)).values()]
  }),
  frozenGroups: look((sql, as) => gaps.frozenGroups(sql, as)),
  replacedGroups: look((sql, as) => gaps.replacedGroups(sql, as, new Date(0))),
  countMissing: async (sql, as, theirs) => {
    const { source } = await push(sql, theirs)
    const counts = await gaps.countMissing(sql, as.id, [{ sourceId: source, id: FROZEN, by: null }])
    return counts.filter((count) => count > 0)
  },
  withoutAddress: async (sql, as, theirs) => {
    await push(sql, theirs)
    await sql`update directory_users set email_key = '', user_name = ${theirs.mark} where organization_id = ${theirs.ground.id}`
    await sql`update desired_members set email_key = '' where organization_id = ${theirs.ground.id}`
    await sql`delete from members where organization_id = ${theirs.ground.id}`
    return await gaps.withoutAddress(sql, as.id)
  },
  openFarewells: async (sql, as, theirs) => {
    await sayGone(sql, theirs.ground)
    await farewells.settleFarewells(sql, theirs.ground.id, { ...ADMINS, sources: [theirs.ground.source('hr')] }, NOON)
    return await farewells.openFarewells(sql, as.id, 'everybody')
  },
  lastLetterAt: async (sql, as, theirs) => {
    const letter = { event: 'decision_waits', decisionId: 1 } as const
    await sql`insert into administrators ${sql({ organization_id: theirs.ground.id, email: 'x@y.z', email_key: 'x@y.z', role: 'admin' })}
      on conflict do nothing`
    await writeAdministratorLetter(sql, theirs.ground.id, letter, NOON)
    return await lastLetterAt(sql, as.id, 'decision_waits')
  },
  endedByDecision: async (sql, as, theirs) => {
    await sayGone(sql, theirs.ground)
    await farewells.settleFarewells(sql, theirs.ground.id, { ...ADMINS, sources: [theirs.ground.source('hr')] }, NOON)
    await sql`update decisions set state = 'decided', choice = 'end_access' where kind = 'gone'`
    return await farewells.endedByDecision(sql, as.id, theirs.people)
  },
}

export const PUSHED_TOUCHES: Record<string, Act> = {
  settleFarewells: async (sql, as) => {
    await sayGone(sql, as)
    await farewells.settleFarewells(sql, as.id, { ...ADMINS, sources: [as.source('hr')] }, NOON)
  },
  bearPeople: (sql, as) => directory.bearPeople(sql, as.id, [{ source: as.source('hr'), id: 'new' }], 1, NOON),
  linkReturns: (sql, as, { people, ground }) =>
    directory.linkReturns(
      sql,
      as.id,
      [{ source: ground.source('hr'), id: 'back', personId: found(people[0]) }],
      1,
      NOON,
    ),
  writeVersions: (sql, as, { people, ground }) => {
    const one = { source: ground.source('hr'), id: 'ann', personId: found(people[0]), hash: directory.rowHash('x') }
    return directory.writeVersions(sql, as.id, [{ ...one, row: row('ann') }], 1, NOON)
  },
  writeGroupNames: (sql, as, { ground }) =>
    directory.writeGroupNames(sql, as.id, [{ source: ground.source('hr'), id: 'drawing', name: 'x' }], async () => 1),
  notePushed: (sql, as, { people }) =>
    directory.notePushed(
      sql,
      as.id,
      people.map((personId) => ({ personId, urgent: false })),
      NOON,
    ),
}
