/** PATCH (RFC 7644 §3.5.2). */

import { isId } from '../store/mirror-columns.ts'
import type { MirrorResource } from '../store/mirror-resource.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { checkVersion, isConditional } from './entity-tag.ts'
import { answerWith, find } from './get.ts'
import { applyPatch } from './patch.ts'
import { activeAlone } from './patch-active.ts'
import type { Operation } from './patch-change.ts'
import { isOnMembers } from './patch-members.ts'
import { readPatch } from './patch-request.ts'
import { versionOf } from './represent.ts'
import type { ResourceType } from './schema.ts'
import { selectionOf, wanted } from './shown.ts'
import { changeMembersAlone, stepsOf, tell, update } from './update.ts'
import { noteIgnored, notThere, overtaken, pushed, TRIES, written } from './write.ts'

/** What is left to answer with: the resource where it was asked for, else its version alone. */
export type Modified = { version: number; stored: MirrorResource | null }

/**
 * Does the operations, all or none, on what is there now: who was overtaken by another writer begins again.
 *
 * @param need null: the version is enough; else the resource itself is given, with the groups that it is in or without
 */
export async function patch(
  ask: Ask,
  type: ResourceType,
  id: string,
  body: unknown,
  need: { groups: boolean } | null,
): Promise<Modified> {
  if (!isId(id)) throw notThere(type, id)
  const { dialect } = ask.caller
  const operations = readPatch(type, body, dialect)
  const ofMembers = operations.every(({ target }) => target !== null && isOnMembers(type, target))
  if (ofMembers && need === null && !isConditional(ask)) {
    // What happens to members alone does not depend on the rest of the group: one call, whatever it holds.
    const steps = stepsOf(type, applyPatch(type, {}, operations, dialect, { id }).members)
    const { version, changed } = await written(type, () => changeMembersAlone(ask, type, id, steps))
    if (changed) pushed(ask, false)
    return { version, stored: null }
  }
  const active = isConditional(ask) ? null : activeAlone(type, operations, dialect)
  if (active !== null) {
    const { parts, caller, author, mirror } = ask
    const change = { id, active, at: parts.now(), author }
    const set = await written(type, () => mirror.active(caller.scope, type.name, change, need?.groups ?? false))
    if (set === 'gone') throw notThere(type, id)
    if (set !== 'unclear') {
      if (set.changed) pushed(ask, !active)
      return { version: set.resource.version, stored: set.resource }
    }
  }
  return await ask.mirror.alone(ask.caller.scope, type.name, id, () => patchWhole(ask, type, id, operations, need))
}

async function patchWhole(
  ask: Ask,
  type: ResourceType,
  id: string,
  operations: Operation[],
  need: { groups: boolean } | null,
): Promise<Modified> {
  const { dialect } = ask.caller
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const stored = await find(ask, type, id, { groups: need?.groups ?? false })
    checkVersion(ask, stored.version)
    const { document, members, ignored } = applyPatch(type, stored.document, operations, dialect, { id })
    if (ignored.length > 0) noteIgnored(ask, type, ignored)
    const after = await update(ask, type, stored, { document, members })
    if (after === null) continue
    tell(ask, stored, after)
    return { version: after.version, stored: after }
  }
  throw overtaken()
}

/**
 * Users are answered with (200), unless the dialect wants nothing back; groups only where attributes are asked for, since nobody wants
 * to read a hundred thousand members after adding one.
 */
export async function modify(ask: Ask, type: ResourceType, id: string, body: unknown): Promise<Response> {
  const selection = selectionOf(type, ask.query)
  const asked = ask.query.has('attributes') || ask.query.has('excludedattributes')
  const silent = ask.caller.dialect === 'entra' || type.members !== null
  const need = silent && !asked ? null : wanted(type, selection)
  const { version, stored } = await patch(ask, type, id, body, need)
  if (need === null || stored === null) return answer(204, null, ask.requestId, { etag: versionOf(version) })
  return await answerWith(ask, 200, type, stored, selection)
}
