/** The body of a request: JSON in UTF-8, or nothing, which counts as an empty object. */
import type { Context } from 'hono'
import { RosterdError } from '../errors.ts'

const JSON_TYPE = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i

/** @throws RosterdError INPUT_INVALID, MEDIA_TYPE_UNSUPPORTED */
export async function jsonOf(c: Context): Promise<unknown> {
  const text = readable(await bytesOf(c))
  if (text.trim() === '') return {}
  const type = c.req.header('content-type') ?? ''
  if (!JSON_TYPE.test(type)) throw new RosterdError('MEDIA_TYPE_UNSUPPORTED', { type: type || 'nothing' })
  try {
    return JSON.parse(text)
  } catch {
    throw new RosterdError('INPUT_INVALID', { detail: 'the body is not JSON.' })
  }
}

async function bytesOf(c: Context): Promise<ArrayBuffer> {
  try {
    return await c.req.arrayBuffer()
  } catch (error) {
    throw new RosterdError('INPUT_INVALID', { detail: 'the body broke off.' }, { cause: error })
  }
}

function readable(bytes: ArrayBuffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw new RosterdError('INPUT_INVALID', { detail: 'the body is not UTF-8.' })
  }
}
