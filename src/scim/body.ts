/** The body of a request: JSON in UTF-8 within limits, read so that nothing in it means two things (RFC 7644 §3.8, RFC 8259 §4). */
import { Refusal } from './answer.ts'
import { ScimError } from './error.ts'
import { shown } from './simple-value.ts'

/** Nothing that SCIM knows lies deeper than five. */
const DEEPEST = 32
const JSON_TYPE = /^application\/(?:scim\+)?json\s*(?:;|$)/i
const UTF8 = new TextDecoder('utf-8', { fatal: true })

/**
 * Reads a body of at most `limit` bytes. Throws ScimError 415 for what is not JSON by its Content-Type, 413, and invalidSyntax for
 * broken JSON, invalid UTF-8, names given twice and nesting deeper than 32.
 */
export async function readBody(raw: Request, limit: number): Promise<unknown> {
  const type = raw.headers.get('content-type')
  if (type !== null && type !== '' && !JSON_TYPE.test(type)) {
    throw new ScimError(415, `The body is ${shown(type)} but must be application/scim+json or application/json.`)
  }
  return parseJson(textOf(await bytesOf(raw, limit)))
}

async function bytesOf(raw: Request, limit: number): Promise<Uint8Array> {
  const length = raw.headers.get('content-length')
  if (length !== null && Number(length) > limit) throw tooLarge(limit)
  try {
    // Who says beforehand how much comes cannot send more.
    if (length !== null) return new Uint8Array(await raw.arrayBuffer())
    return await gathered(raw, limit)
  } catch (error) {
    if (error instanceof ScimError) throw error
    throw new ScimError('invalidSyntax', 'The body broke off before its end; send it again.')
  }
}

async function gathered(raw: Request, limit: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of raw.body ?? []) {
    size += chunk.byteLength
    if (size > limit) throw tooLarge(limit)
    chunks.push(chunk)
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
    throw new ScimError('invalidSyntax', 'The body is not UTF-8.')
  }
}

/** As `readBody`, of text. */
function parseJson(text: string): unknown {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (error) {
    const empty = text.trim() === ''
    const where = error instanceof SyntaxError ? /position (\d+)/.exec(error.message)?.[1] : undefined
    const detail = empty ? 'is empty' : `is not JSON${where === undefined ? '' : `: see position ${where}`}`
    throw new ScimError('invalidSyntax', `The body ${detail}; send one JSON object.`)
  }
  if (namesIn(value, 1) !== colonsIn(text)) {
    throw new ScimError('invalidSyntax', 'The body has an object with the same name twice; send each once.')
  }
  return value
}

/** How many names the objects in it have: one that was given twice counts once. */
function namesIn(value: unknown, depth: number): number {
  if (typeof value !== 'object' || value === null) return 0
  if (depth > DEEPEST) {
    throw new ScimError('invalidSyntax', `The body is nested deeper than ${DEEPEST} levels.`)
  }
  let names = 0
  if (Array.isArray(value)) {
    for (const one of value) names += namesIn(one, depth + 1)
    return names
  }
  for (const one of Object.values(value)) names += 1 + namesIn(one, depth + 1)
  return names
}

/** Colons outside of quotes: one for each name as it stands there. The text has been found to be JSON. */
function colonsIn(text: string): number {
  let colons = 0
  for (let at = 0; at < text.length; at++) {
    const sign = text.charCodeAt(at)
    if (sign === 58) colons += 1
    else if (sign === 34) at = endOfString(text, at)
  }
  return colons
}

function endOfString(text: string, open: number): number {
  let at = open
  for (;;) {
    at = text.indexOf('"', at + 1)
    let slashes = 0
    while (text.charCodeAt(at - 1 - slashes) === 92) slashes += 1
    if (slashes % 2 === 0) return at
  }
}
