/** How a resource takes another text and other members: PUT and PATCH differ only in where those come from. */
import { isDeepStrictEqual } from 'node:util'
import type { Handle } from '../store/connection.ts'
import { updateResource } from '../store/mirror.ts'
import { isId } from '../store/mirror-columns.ts'
import { changeMembers, type MemberStep, type MembersChanged } from '../store/mirror-members.ts'
import { type MirrorResource, readResource } from '../store/mirror-resource.ts'
import type { Ask } from './ask.ts'
import type { Document } from './document.ts'
import { isConditional, outdated } from './entity-tag.ts'
import { keysOf } from './keys.ts'
import type { ResourceType } from './schema.ts'
import { conflict, isTaken, memberIds, memberTypes, notThere, pushed, rowOf, written } from './write.ts'

/** What is to become of a resource. */
export interface Wish {
  document: Document
  /** In their order; empty: the members stay. */
  members: readonly MemberStep[]
}

/** Ends a transaction whose resource somebody else changed first. */
class Overtaken extends Error {}

/**
 * Fulfils the wish, whole or not at all, on exactly the version that was read; null when that is not there any more. What would change
 * nothing leaves version and date as they are. Throws ScimError uniqueness, invalidValue for members who are not there, 412.
 */
export async function update(
  ask: Ask,
  type: ResourceType,
  stored: MirrorResource,
  wish: Wish,
): Promise<MirrorResource | null> {
  const changed = wish.document !== stored.document && !isDeepStrictEqual(wish.document, stored.document)
  const steps = stepsOf(type, wish.members)
  if (!changed && steps.length === 0) return stored
  try {
    return await written(type, async () => {
      const { sql } = ask.parts
      // A condition on the version of a group is one on its members as well.
      const whole = type.members !== null && (steps.length > 0 || isConditional(ask))
      if (!whole) return await withText(ask, null, type, stored, wish.document)
      return await sql.begin(async (transaction) => {
        const other = await withMembers(ask, transaction, type, stored, steps)
        if (!changed) return await withSameText(ask, transaction, type, other)
        return await withText(ask, transaction, type, other, wish.document)
      })
    })
  } catch (error) {
    if (error instanceof Overtaken) return null
    if (isTaken(error)) throw await conflict(ask, type, stored.id, wish.document)
    throw error
  }
}

/** `handle`: the transaction that it belongs to; null: it stands alone. */
async function withText(
  { parts, mirror, caller, author }: Ask,
  handle: Handle | null,
  type: ResourceType,
  stored: MirrorResource,
  document: Document,
): Promise<MirrorResource> {
  const before = keysOf(type, stored.document)
  const row = rowOf(type, stored.id, document)
  const change = {
    expected: stored.ownVersion,
    emails: !isDeepStrictEqual(before.emailKeys, row.emailKeys),
    urgent: stored.active && !row.active,
    renamed: type.members !== null && before.displayNameKey !== row.displayNameKey,
  }
  const at = parts.now()
  const alone = async () => {
    const version = await updateResource(handle ?? parts.sql, caller.scope, type.name, row, change, at, author)
    return version === null ? null : { version, modifiedAt: at }
  }
  const made =
    handle === null ? await mirror.update(caller.scope, type.name, { row, change, at, author }) : await alone()
  if (made === null) throw new Overtaken()
  const { version: ownVersion, modifiedAt } = made
  // The changes of its members that were known go on counting.
  const version = ownVersion + stored.version - stored.ownVersion
  return stored.after({
    text: row.document,
    version,
    ownVersion,
    modifiedAt,
    active: row.active,
  })
}

/** What is to stay as it is must still be so, or the answer would give a text that is gone the version of the one that is there. */
async function withSameText(
  { caller }: Ask,
  handle: Handle,
  type: ResourceType,
  stored: MirrorResource,
): Promise<MirrorResource> {
  const now = await readResource(handle, caller.scope, type.name, stored.id, { groups: false, members: false })
  if (now?.ownVersion !== stored.ownVersion) throw new Overtaken()
  return stored
}

async function withMembers(
  ask: Ask,
  handle: Handle,
  type: ResourceType,
  stored: MirrorResource,
  steps: MemberStep[],
): Promise<MirrorResource> {
  const { parts, caller, author } = ask
  const at = parts.now()
  const expected = isConditional(ask) ? stored.version : null
  const change = { steps, types: memberTypes(type), expected, turn: true }
  const done = changedOf(
    type,
    stored.id,
    await changeMembers(handle, caller.scope, type.name, stored.id, change, at, author),
  )
  return stored.after({ version: done.version, ...(done.changed && { modifiedAt: at }) })
}

/** Changes nothing but members, which needs no look at the resource beforehand. Throws ScimError 404, invalidValue. */
export async function changeMembersAlone(
  { parts, mirror, caller, author }: Ask,
  type: ResourceType,
  id: string,
  steps: MemberStep[],
): Promise<{ version: number; changed: boolean }> {
  const change = { group: id, steps, at: parts.now(), author }
  return changedOf(type, id, await mirror.members(caller.scope, type.name, memberTypes(type), change))
}

/** Throws ScimError 404, 412. */
function changedOf(type: ResourceType, id: string, done: MembersChanged): { version: number; changed: boolean } {
  if (done === 'gone') throw notThere(type, id)
  if (done === 'other version') throw outdated(null)
  return done
}

/** The steps as the store takes them: whoever cannot be there need not be removed. Throws ScimError invalidValue. */
export function stepsOf(type: ResourceType, steps: readonly MemberStep[]): MemberStep[] {
  return steps.map(({ op, values }) => ({
    op,
    values: op === 'remove' ? values.filter(isId) : memberIds(type, values),
  }))
}

/** Tells whoever reads on what changed, if anything did. */
export function tell(ask: Ask, before: MirrorResource, after: MirrorResource): void {
  if (after.version !== before.version) pushed(ask, before.active && !after.active)
}
