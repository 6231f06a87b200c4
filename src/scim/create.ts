/** POST of a resource (RFC 7644 §3.3). */
import { createResource, type MirrorRow } from '../store/mirror.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import type { Document } from './document.ts'
import { makeId } from './id.ts'
import { answerInPieces, textOf } from './pieces.ts'
import { locationOf, versionOf } from './represent.ts'
import { readResource } from './resource.ts'
import type { ResourceType } from './schema.ts'
import { aroundOf, type Shown, selectionOf, showText, wanted } from './shown.ts'
import { conflict, memberIds, memberTypes, noteIgnored, pushed, rowOf, written } from './write.ts'

/** A resource that was read and is not yet stored. */
export interface Born {
  document: Document
  row: MirrorRow
  members: string[]
}

/** Reads the body of a POST; `id`: the one that it is to have. Throws ScimError. */
export function bear(ask: Ask, type: ResourceType, body: unknown, id: string): Born {
  const { document, members, ignored } = readResource(type, body, { dialect: ask.caller.dialect, before: null })
  if (ignored.length > 0) noteIgnored(ask, type, ignored)
  return { document, row: rowOf(type, id, document), members: memberIds(type, members ?? []) }
}

/** Stores it; an index decides whether its keys are free. Throws ScimError uniqueness, invalidValue for members who are not there. */
export async function store(ask: Ask, type: ResourceType, born: Born, at: Date): Promise<Shown> {
  const { parts, mirror, caller, author } = ask
  const version = await written(type, () =>
    type.members === null
      ? mirror.create(caller.scope, type.name, { row: born.row, at, author })
      : createResource(parts.sql, caller.scope, type.name, born.row, membersOf(type, born), at, author),
  )
  if (version === null) throw await conflict(ask, type, born.row.id, born.document)
  const { document, row } = born
  return { id: row.id, text: row.document, document, version, createdAt: at, modifiedAt: at, groups: null }
}

const membersOf = (type: ResourceType, { members }: Born) => ({ ids: members, types: memberTypes(type) })

export async function create(ask: Ask, type: ResourceType, body: unknown): Promise<Response> {
  const at = ask.parts.now()
  const born = bear(ask, type, body, makeId(at.getTime()))
  const selection = selectionOf(type, ask.query, born.document)
  const stored = await store(ask, type, born, at)
  pushed(ask, false)
  const headers = { location: locationOf(type, stored.id, ask.baseUrl), etag: versionOf(stored.version) }
  if (born.members.length === 0 || !wanted(type, selection).members) {
    return answer(201, showText(type, stored, selection, aroundOf(ask)), ask.requestId, headers)
  }
  return answerInPieces(ask, 201, textOf(ask, [{ type, stored, selection }]), headers)
}
