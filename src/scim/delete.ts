/** DELETE (RFC 7644 §3.6). */
import { deleteResource } from '../store/mirror.ts'
import { isId } from '../store/mirror-columns.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { checkVersion, isConditional, outdated } from './entity-tag.ts'
import { find } from './get.ts'
import type { ResourceType } from './schema.ts'
import { notThere, pushed, written } from './write.ts'

/** Takes the resource away. Throws ScimError 404, 412. */
export async function remove(ask: Ask, type: ResourceType, id: string): Promise<void> {
  const { parts, caller, author } = ask
  if (!isId(id)) throw notThere(type, id)
  let expected: number | null = null
  if (isConditional(ask)) {
    const stored = await find(ask, type, id, { groups: false })
    checkVersion(ask, stored.version)
    expected = stored.version
  }
  // Who was inactive already loses nothing by it, and to look first would cost a way to the database.
  const urgent = type.keys.active !== null
  const done = await written(type, () =>
    deleteResource(parts.sql, caller.scope, type.name, id, { expected, urgent }, parts.now(), author),
  )
  if (done === 'gone') throw notThere(type, id)
  if (done === 'other version') throw outdated(null)
  pushed(ask, urgent)
}

export async function destroy(ask: Ask, type: ResourceType, id: string): Promise<Response> {
  await remove(ask, type, id)
  return answer(204, null, ask.requestId)
}
