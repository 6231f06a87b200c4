/** PUT: a resource as a whole (RFC 7644 §3.5.1). */
import type { MirrorResource } from '../store/mirror-resource.ts'
import type { Ask } from './ask.ts'
import { checkVersion } from './entity-tag.ts'
import { answerWith, find } from './get.ts'
import { readResource } from './resource.ts'
import type { ResourceType } from './schema.ts'
import { selectionOf, wanted } from './shown.ts'
import { tell, update } from './update.ts'
import { noteIgnored, overtaken, TRIES } from './write.ts'

/** Replaces what is there; what the body leaves out is gone, members included. Throws ScimError, 404 where nothing is there. */
export async function put(
  ask: Ask,
  type: ResourceType,
  id: string,
  body: unknown,
  options: { groups: boolean },
): Promise<MirrorResource> {
  return await ask.mirror.alone(ask.caller.scope, type.name, id, () => putWhole(ask, type, id, body, options))
}

async function putWhole(
  ask: Ask,
  type: ResourceType,
  id: string,
  body: unknown,
  options: { groups: boolean },
): Promise<MirrorResource> {
  for (let attempt = 0; attempt < TRIES; attempt += 1) {
    const stored = await find(ask, type, id, options)
    checkVersion(ask, stored.version)
    const given = readResource(type, body, { dialect: ask.caller.dialect, before: stored.document })
    if (given.ignored.length > 0) noteIgnored(ask, type, given.ignored)
    const members = type.members === null ? [] : [{ op: 'replace' as const, values: given.members ?? [] }]
    const after = await update(ask, type, stored, { document: given.document, members })
    if (after === null) continue
    tell(ask, stored, after)
    return after
  }
  throw overtaken()
}

export async function replace(ask: Ask, type: ResourceType, id: string, body: unknown): Promise<Response> {
  const selection = selectionOf(type, ask.query)
  const stored = await put(ask, type, id, body, wanted(type, selection))
  return await answerWith(ask, 200, type, stored, selectionOf(type, ask.query, stored.document))
}
