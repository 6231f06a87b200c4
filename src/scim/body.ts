/** The body of a request: JSON in UTF-8 within limits, read so that nothing in it means two things (RFC 7644 §3.8, RFC 8259 §4). */
import { Refusal } from './answer.ts'
import { ScimError } from './error.ts'
import { countNames, nameTwice } from './json-names.ts'
import { shown } from './simple-value.ts'
import { discard } from './unread-body.ts'

/** Objects and arrays in each other. */
const DEEPEST = 32
const JSON_TYPE = /^application\/(?:scim\+)?json\s*(?:;|$)/i
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a body of at most `limit` bytes. Throws ScimError 415 for what is not JSON by its Content-Type, or packed by its
 * Content-Encoding, 413, and invalidSyntax for broken JSON, invalid UTF-8, names given twice and nesting deeper than 32; 415 and 413 when
 * the client has had time to send the rest.
 */
export async function readBody(raw: Request, limit: number): Promise<unknown> {
  const type = raw.headers.get('content-type')
  if (type !== null && type !== '' && !JSON_TYPE.test(type)) {
    await throwAway(raw)
    throw new ScimError(415, `The body is ${shown(type)} but must be application/scim+json or application/json.`)
  }
  const coding = raw.headers.get('content-encoding')
  if (coding !== null && !/^(?:identity)?$/i.test(coding)) {
    await throwAway(raw)
    const detail = `The body is packed (${shown(coding)}), but bodies are sent as they are: send it without Content-Encoding.`
    // Which codings it may have then (RFC 9110 §12.5.3).
    throw new Refusal(415, detail, { 'accept-encoding': 'identity' })
  }
  return parseJson(textOf(await bytesOf(raw, limit)))
}

async function bytesOf(raw: Request, limit: number): Promise<Uint8Array> {
  const length = raw.headers.get('content-length')
  if (length !== null && Number(length) > limit) {
    await throwAway(raw)
    throw tooLarge(limit)
  }
  try {
    // Who says beforehand how much comes cannot send more.
    if (length !== null) return new Uint8Array(await raw.arrayBuffer())
    return await gathered(raw, limit)
  } catch (error) {
    if (error instanceof ScimError) throw error
    throw new ScimError('invalidSyntax', 'The body broke off before its end; send it again.')
  }
}

async function throwAway(raw: Request): Promise<void> {
  if (raw.body !== null) await discard(raw.body.getReader())
}

async function gathered(raw: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  const reader = raw.body?.getReader()
  for (let size = 0; reader !== undefined; ) {
    const { done, value } = await reader.read()
    if (done) break
    size += value.byteLength
    if (size > limit) {
      chunks.length = 0
      await discard(reader)
      throw tooLarge(limit)
    }
    chunks.push(value)
  }
  return Buffer.concat(chunks)
}

function tooLarge(limit: number): ScimError {
  const detail = `The body has more than ${limit.toLocaleString('en')} bytes, the most that one request may have; send it in parts.`
  return new Refusal(413, detail, { connection: 'close' })
}

function textOf(bytes: Uint8Array): string {
  try {
    return UTF8.decode(bytes)
  } catch {
    throw new ScimError(
      'invalidSyntax',
      'The body has bytes that are not UTF-8, as JSON has to be; send it in that encoding.',
    )
  }
}

/** As `readBody`, of text. */
function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const detail = text.trim() === '' ? 'is empty' : `is not JSON${mistake(error)}`
    throw new ScimError('invalidSyntax', `The body ${detail}; send one JSON object.`)
  }
  if (namesIn(value, 1) !== countNames(text)) {
    const twice = `The body has ${shown(nameTwice(text))} twice in the same object; send each name once.`
    throw new ScimError('invalidSyntax', twice)
  }
  return value
}

/** What the parser says of a mistake, without the piece of the body around it, which may hold a password. */
function mistake(error: unknown): string {
  if (!(error instanceof SyntaxError)) return ''
  const [, what = '', position] = /^(.*?)(?:, ".*)?(?: in JSON)?(?: at position (\d+).*)?$/s.exec(error.message) ?? []
  const where = position === undefined ? '' : ` at character ${Number(position) + 1}`
  return what === '' ? '' : `: ${what.charAt(0).toLowerCase()}${what.slice(1)}${where}`
}

/** How many names the objects in it have: one that was given twice counts once. */
function namesIn(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > DEEPEST) {
    throw new ScimError(
      'invalidSyntax',
      `The body is nested deeper than ${DEEPEST} levels; nothing that SCIM knows lies deeper than five.`,
    )
  }
  let names = 0
  if (Array.isArray(value)) {
    for (const one of value) names += namesIn(one, depth + 1)
    return names
  }
  for (const one of Object.values(value)) names += 1 + namesIn(one, depth + 1)
  return names
}
