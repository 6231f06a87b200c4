/** What a SCIM request reads and writes of the mirror, asked in the name of one organization for what belongs to another. */
import type { Handle, Transaction } from '../../../src/store/connection.ts'
import * as mirror from '../../../src/store/mirror.ts'
import { setActive } from '../../../src/store/mirror-active.ts'
import * as list from '../../../src/store/mirror-list.ts'
import * as look from '../../../src/store/mirror-look.ts'
import * as members from '../../../src/store/mirror-members.ts'
import * as read from '../../../src/store/mirror-resource.ts'
import { type Ground, NOON } from './ground.ts'
import type { Tenant } from './tenants.ts'

type Act = (transaction: Transaction, as: Ground, theirs: Tenant) => Promise<unknown>

const [USER, GROUP, OTHER] = [901, 902, 903].map((n) => `0190b0c0-0000-7000-8000-${String(n).padStart(12, '0')}`)
const AUTHOR = { actor: 'idp', token: null, request: null }
const NEITHER = { groups: false, members: false }

const scopeOf = (as: Ground) => ({ organization: as.id, source: as.source('hr') })
const rowOf = (id: string, name: string): mirror.MirrorRow => ({
  ...{ id, uniqueKey: name, externalId: null, displayNameKey: name, active: true, emailKeys: [] },
  document: JSON.stringify({ displayName: name, active: true }),
  comparable: JSON.stringify({ displayName: name, active: true }),
})

/** Somebody, a few more, and a group that they are in, called after the organization; both organizations have the same ids. */
export async function fillMirror(sql: Handle, as: Ground, mark: string, more: string[]): Promise<void> {
  const scope = scopeOf(as)
  await mirror.createResource(sql, scope, 'User', rowOf(USER ?? '', mark), null, NOON, AUTHOR)
  const others = more.map((_, n) => `0190b0c0-0000-7000-8000-${String(910 + n).padStart(12, '0')}`)
  for (const id of others)
    await mirror.createResource(sql, scope, 'User', rowOf(id, `${mark} ${id}`), null, NOON, AUTHOR)
  const own = { ids: [USER ?? '', ...others], types: ['User'] }
  await mirror.createResource(sql, scope, 'Group', rowOf(GROUP ?? '', mark), own, NOON, AUTHOR)
  await sql`delete from mirror_marks where organization_id = ${as.id}`
}

const filled =
  (act: (sql: Transaction, scope: mirror.MirrorScope, mark: string) => Promise<unknown>): Act =>
  (sql, as, theirs) =>
    act(sql, scopeOf(as), theirs.mark)

const PAGE = { types: ['User', 'Group'], where: null, order: null, offset: 0, after: null, limit: 10, ...NEITHER }

export const MIRRORED_LOOKS: Record<string, Act> = {
  readResource: filled((sql, scope) => read.readResource(sql, scope, 'Group', GROUP ?? '', NEITHER)),
  lookUpResources: filled(async (sql, scope, mark) => [
    ...(await read.lookUpResources(sql, scope, 'User', 'uniqueKey', [mark], NEITHER)),
  ]),
  findConflicts: filled(async (sql, scope, mark) => [
    ...(await mirror.findConflicts(sql, scope, 'User', [{ id: OTHER ?? '', uniqueKey: mark, externalId: null }])),
  ]),
  listResources: filled(async (sql, scope) => [
    await list.listResources(sql, scope, PAGE),
    await list.listResources(sql, scope, { ...PAGE, groups: true, members: true }),
  ]),
  countPushed: filled(look.countPushed),
  lastPushed: filled((sql, scope) => look.lastPushed(sql, scope, 9)),
  listPushedGroups: filled((sql, scope) => look.listPushedGroups(sql, scope, 9)),
  countGroupMembers: filled(async (sql, scope) => [...(await look.countGroupMembers(sql, scope, [GROUP ?? '']))]),
  countResources: filled(async (sql, scope) => [
    await list.countResources(sql, scope, PAGE),
    await list.countResources(sql, scope, { ...PAGE, where: sql`r.active` }),
  ]),
  readGroupMembers: filled(async (sql, scope) => {
    const found: unknown[] = []
    for await (const piece of members.readGroupMembers(sql, scope, [GROUP ?? ''])) found.push(piece)
    for await (const piece of members.readGroupMembers(sql, scope, [GROUP ?? '', USER ?? ''])) found.push(piece)
    return found
  }),
}

export const MIRRORED_TOUCHES: Record<string, Act> = {
  createResource: (sql, as) =>
    mirror.createResource(sql, scopeOf(as), 'User', rowOf(OTHER ?? '', 'x'), null, NOON, AUTHOR),
  createResources: (sql, as) =>
    mirror.createResources(sql, scopeOf(as), 'User', [{ row: rowOf(OTHER ?? '', 'x'), at: NOON, author: AUTHOR }]),
  updateResource: async (sql, as) => {
    const [row] = await sql<{ version: number }[]>`
      select version from mirror_resources where organization_id = ${as.id} and type = 'User' and id = ${USER ?? ''}`
    const change = { expected: row?.version ?? 0, emails: true, urgent: true, renamed: true }
    return await mirror.updateResource(sql, scopeOf(as), 'User', rowOf(USER ?? '', 'changed'), change, NOON, AUTHOR)
  },
  updateResources: async (sql, as) => {
    const [row] = await sql<{ version: number }[]>`
      select version from mirror_resources where organization_id = ${as.id} and type = 'User' and id = ${USER ?? ''}`
    const change = { expected: row?.version ?? 0, emails: true, urgent: true, renamed: true }
    const written = { row: rowOf(USER ?? '', 'changed'), change, at: NOON, author: AUTHOR }
    return await mirror.updateResources(sql, scopeOf(as), 'User', [written])
  },
  setActive: (sql, as) =>
    setActive(sql, scopeOf(as), 'User', [{ id: USER ?? '', active: false, at: NOON, author: AUTHOR }], true),
  deleteResource: (sql, as) =>
    mirror.deleteResource(sql, scopeOf(as), 'User', USER ?? '', { expected: null, urgent: true }, NOON, AUTHOR),
  changeMembers: async (sql, as) => {
    const change = { steps: [{ op: 'replace' as const, values: [] }], types: ['User'], expected: null }
    return await members.changeMembers(sql, scopeOf(as), 'Group', GROUP ?? '', change, NOON, AUTHOR)
  },
  changeMembersOfMany: async (sql, as) => {
    const steps = [{ op: 'remove' as const, values: [USER ?? ''] }]
    const change = { group: GROUP ?? '', steps, at: NOON, author: AUTHOR }
    return await members.changeMembersOfMany(sql, scopeOf(as), 'Group', [change], ['User'])
  },
}
