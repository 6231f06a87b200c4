/** A route whose body is a file: it is taken in as it comes, so that nothing holds it whole, and counted on the way. */
import type { z } from '@hono/zod-openapi'
import type { Context } from 'hono'
import { matchedRoutes } from 'hono/route'
import { RosterdError } from '../errors.ts'
import { describe } from './describe-route.ts'
import { answerOnce, digestOf, keyOf } from './once.ts'
import {
  type Asked,
  admit,
  type Definition,
  type Door,
  type DoorEnv,
  type NamesIn,
  PREFIX,
  pathOf,
  shown,
} from './openapi.ts'
import { PATIENCE_MS, within } from './patience.ts'

interface RawDefinition<P extends string, Q extends z.ZodType, A extends z.ZodType>
  extends Omit<Definition<P, Q, z.ZodUndefined, A>, 'method' | 'body' | 'files' | 'secret'> {
  raw: {
    /** Media types that are read, lower case. */
    types: readonly string[]
    mostBytes: number
  }
}

interface Reception<N extends string, Q, R, A> {
  /** Takes in all bytes, and says what they are: whatever a repetition under the same Idempotency-Key brings has to be equal. */
  receive(asked: Asked<N, Q, AsyncIterable<Uint8Array>>): Promise<R>
  answer(asked: Omit<Asked<N, Q, never>, 'body'>, received: R): Promise<A>
  /** Lets go of what `receive` kept: the request was answered before, or its answer failed. */
  drop(asked: Omit<Asked<N, Q, never>, 'body'>, received: R): Promise<void>
}

/** Adds a POST whose body is bytes. Where `receive` throws, it has kept nothing. */
export function rawRoute<
  P extends string,
  A extends z.ZodType,
  R extends { sha256: string },
  Q extends z.ZodType = z.ZodUndefined,
>(door: Door, definition: RawDefinition<P, Q, A>, reception: Reception<NamesIn<P>, z.output<Q>, R, z.input<A>>): void {
  const { types, mostBytes } = definition.raw
  describe(door.app.openAPIRegistry, PREFIX, { ...definition, method: 'post', bytes: types })
  const path = pathOf(definition.path)
  door.raw.add(`POST ${path}`)
  const answering = async (c: Context<DoorEnv>): Promise<Response> => {
    const asked = await admit(door, definition, c)
    const key = keyOf(c)
    checkHead(c, types, mostBytes)
    const received = await reception.receive({ ...asked, body: counted(c, mostBytes) })
    const answer = async () => JSON.stringify(definition.answer.parse(await reception.answer(asked, received)))
    try {
      if (key === null) return shown(await answer())
      const { text, repeated } = await answerOnce(
        { parts: asked.parts, organization: asked.organization.id, tokenId: c.var.caller.tokenId ?? 0, key },
        { digest: digestOf('post', c.req.path, [asked.query, received.sha256]), secret: undefined },
        answer,
      )
      if (repeated) await reception.drop(asked, received)
      return shown(text, repeated ? { 'idempotency-replayed': 'true' } : {})
    } catch (error) {
      await reception.drop(asked, received)
      throw error
    }
  }
  door.app.post(path, (c) => within(definition.patience ?? PATIENCE_MS, c.var.log, answering(c)))
}

/** Is the request for a route that counts its bytes for itself? */
export function isRaw(door: Door, c: Context): boolean {
  return matchedRoutes(c).some(({ method, path }) => door.raw.has(`${method} ${path}`))
}

function checkHead(c: Context, types: readonly string[], mostBytes: number): void {
  const type = c.req.header('content-type') ?? ''
  if (!types.includes(type.replace(/;.*/s, '').trim().toLowerCase())) {
    throw new RosterdError('MEDIA_TYPE_UNSUPPORTED', { type: type || 'nothing', types: types.join(' or ') })
  }
  if (Number(c.req.header('content-length') ?? 0) > mostBytes) throw tooLarge(mostBytes)
}

async function* counted(c: Context, mostBytes: number): AsyncGenerator<Uint8Array> {
  const reader = c.req.raw.body?.getReader()
  if (reader === undefined) return
  try {
    for (let bytes = 0; ; ) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw new RosterdError('INPUT_INVALID', { detail: 'the body broke off.' }, { cause: error })
      })
      if (done) return
      bytes += value.byteLength
      if (bytes > mostBytes) throw tooLarge(mostBytes)
      yield value
    }
  } finally {
    reader.releaseLock()
  }
}

const tooLarge = (limit: number): RosterdError => new RosterdError('BODY_TOO_LARGE', { limit })
