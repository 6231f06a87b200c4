/** GET of one resource (RFC 7644 §3.4.1). */
import { isId } from '../store/mirror-columns.ts'
import type { MirrorResource } from '../store/mirror-resource.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { isKnown } from './entity-tag.ts'
import { answerInPieces, textOf } from './pieces.ts'
import type { Selection } from './project.ts'
import { locationOf, versionOf } from './represent.ts'
import type { ResourceType } from './schema.ts'
import { aroundOf, selectionOf, showText, wanted } from './shown.ts'
import { notThere } from './write.ts'

/** The resource as it is stored; `groups`: with those that it is in. Throws ScimError 404. */
export async function find(
  { mirror, caller }: Ask,
  type: ResourceType,
  id: string,
  options: { groups: boolean },
): Promise<MirrorResource> {
  const members = type.members !== null
  const found = isId(id) ? await mirror.read(caller.scope, type.name, 'id', id, { ...options, members }) : null
  if (found === null) throw notThere(type, id)
  return found
}

export async function get(ask: Ask, type: ResourceType, id: string): Promise<Response> {
  const selection = selectionOf(type, ask.query)
  const need = wanted(type, selection)
  const stored = await find(ask, type, id, need)
  // Joining a group changes the group and not who joins: their version says nothing about the groups that they are in.
  if (!need.groups && isKnown(ask, stored.version))
    return answer(304, null, ask.requestId, { etag: versionOf(stored.version) })
  return answerWith(ask, 200, type, stored, selection)
}

/** The resource as the client wants to see it, with its members where those are among that. */
export async function answerWith(
  ask: Ask,
  status: number,
  type: ResourceType,
  stored: MirrorResource,
  selection: Selection,
): Promise<Response> {
  const headers = { 'content-location': locationOf(type, stored.id, ask.baseUrl), etag: versionOf(stored.version) }
  if (!wanted(type, selection).members) {
    return answer(status, showText(type, stored, selection, aroundOf(ask)), ask.requestId, headers)
  }
  return await answerInPieces(ask, status, textOf(ask, [{ type, stored, selection }]), headers)
}
