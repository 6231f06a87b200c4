/** Resources as JSON text in pieces, since a page may be longer, and a group may have more members, than memory should hold. */
import { type MirrorMember, readGroupMembers } from '../store/mirror-members.ts'
import { answer } from './answer.ts'
import type { Ask } from './ask.ts'
import { named } from './attribute-path.ts'
import type { Selection } from './project.ts'
import { representMember } from './represent.ts'
import type { ResourceType } from './schema.ts'
import { aroundOf, type Shown, showText } from './shown.ts'

/** Characters that an answer may have to be sent in one go. */
const WHOLE = 1_000_000
/** And at least in each of the parts of one that is longer. */
const PART = 65_536

/** One resource and how it is shown. */
export interface Piece {
  type: ResourceType
  stored: Shown
  selection: Selection
}

/** JSON of the resources with a comma between two; null where members have to be read, or where it would be too long. */
export function textAtOnce(ask: Ask, pieces: readonly Piece[]): string | null {
  let characters = 0
  for (const { type, stored, selection } of pieces) {
    if (type.members !== null && selection.wants(type.members)) return null
    characters += stored.text.length
  }
  if (characters > WHOLE / 2) return null
  const around = aroundOf(ask)
  return pieces.map(({ type, stored, selection }) => showText(type, stored, selection, around)).join(',')
}

/** JSON of the resources with a comma between two, in parts that are worth sending. */
export async function* textOf(ask: Ask, pieces: readonly Piece[]): AsyncGenerator<string, void> {
  const around = aroundOf(ask)
  const groups = pieces.filter(({ type, selection }) => type.members !== null && selection.wants(type.members))
  const members = readGroupMembers(
    ask.parts.sql,
    ask.caller.scope,
    groups.map(({ stored }) => stored.id),
  )
  let next = groups.length > 0 ? await members.next() : null
  let part = ''
  for (const [index, { type, stored, selection }] of pieces.entries()) {
    const text = showText(type, stored, selection, around)
    const comma = index === 0 ? '' : ','
    if (type.members === null || next === null || next.done || next.value.group !== stored.id) {
      part += comma + text
      if (part.length < PART) continue
      yield part
      part = ''
      continue
    }
    const write = memberText(type, type.members, selection, around)
    let before = `${part}${comma}${text.slice(0, -1)},${JSON.stringify(type.members)}:[`
    while (!next.done && next.value.group === stored.id) {
      yield before + next.value.members.map(write).join(',')
      before = ','
      next = await members.next()
    }
    part = ']}'
  }
  if (part !== '') yield part
}

function memberText(
  type: ResourceType,
  name: string,
  selection: Selection,
  around: ReturnType<typeof aroundOf>,
): (member: MirrorMember) => string {
  const attribute = named(type.schema.attributes, name)
  const parts = attribute === null ? undefined : selection.shows.get(attribute)
  if (parts === 'all' || parts === undefined) return (member) => JSON.stringify(representMember(member, around))
  return (member) =>
    JSON.stringify(
      Object.fromEntries(Object.entries(representMember(member, around)).filter(([part]) => parts.has(part))),
    )
}

/** Answers with the pieces: at once where they are few, else as they are read, no faster than the client takes them. */
export async function answerInPieces(
  { requestId, log }: Pick<Ask, 'requestId' | 'log'>,
  status: number,
  pieces: AsyncGenerator<string, void>,
  headers: Record<string, string> = {},
): Promise<Response> {
  let text = ''
  while (text.length < WHOLE) {
    const next = await pieces.next()
    if (next.done) return answer(status, text, requestId, headers)
    text += next.value
  }
  const encoder = new TextEncoder()
  const stream = new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          let over = false
          while (text.length < PART && !over) {
            const next = await pieces.next()
            if (next.done) over = true
            else text += next.value
          }
          if (text !== '') controller.enqueue(encoder.encode(text))
          text = ''
          if (over) controller.close()
        } catch (error) {
          // The status is long gone: the client sees that the answer breaks off.
          log.error({ err: error, requestId }, 'an answer broke off')
          controller.error(error)
        }
      },
      async cancel() {
        await pieces.return()
      },
    },
    { highWaterMark: 0 },
  )
  return answer(status, stream, requestId, headers)
}
