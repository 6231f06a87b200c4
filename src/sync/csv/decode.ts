import { CsvRefusal } from './refusal.ts'

/** How the bytes of a file become text. Label `ascii`: nothing but ASCII so far, so the question is still open. */
export interface Encoding {
  label: string
  bom: boolean
}

/**
 * Decides by the first block, in this order: a byte order mark; the NUL pattern of UTF-16 (no text has NUL bytes);
 * valid UTF-8; the declared encoding; otherwise ENCODING_UNCERTAIN, unless all is ASCII. A block with some broken
 * bytes among more that are right UTF-8 is UTF-8: its rows with broken bytes are judged one by one.
 */
function encodingOf(block: Uint8Array, declared: string | undefined, whole: boolean): Encoding {
  if (block[0] === 0xef && block[1] === 0xbb && block[2] === 0xbf) return { label: 'utf-8', bom: true }
  const utf16 = utf16Of(block)
  if (utf16 !== null) return utf16
  if (isAscii(block)) return { label: 'ascii', bom: false }
  const text = new TextDecoder('utf-8').decode(block, { stream: !whole })
  let right = 0
  let broken = 0
  let sample = -1
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i)
    if (code === 0xfffd) {
      broken++
      if (sample < 0) sample = i
    } else if (code > 127) right++
  }
  if (broken === 0) return { label: 'utf-8', bom: false }
  if (declared !== undefined && isEncoding(declared)) return { label: declared.toLowerCase(), bom: false }
  if (right > broken) return { label: 'utf-8', bom: false }
  throw new CsvRefusal('ENCODING_UNCERTAIN', { sample: around(text, sample), enc: 'utf-8' })
}

/** The word around a broken character, for a person to recognize: not more than 40 characters of one cell. */
export function around(text: string, at: number): string {
  const before = /[^,;\t|"\r\n]*$/.exec(text.slice(Math.max(0, at - 20), at))?.[0] ?? ''
  const after = /^[^,;\t|"\r\n]*/.exec(text.slice(at, at + 20))?.[0] ?? ''
  return (before + after).toWellFormed()
}

/** Text of blocks of bytes; keeps the state between them. */
export class Decoder {
  encoding: Encoding
  readonly #declared: string | undefined
  #decoder: InstanceType<typeof TextDecoder> | null = null

  constructor(first: Uint8Array, declared: string | undefined, whole: boolean) {
    this.#declared = declared
    this.encoding = encodingOf(first, declared, whole)
  }

  /** The text of the next block; `last` flushes. Throws ENCODING_UNCERTAIN when the first non-ASCII bytes are not UTF-8 and nothing is declared. */
  decode(block: Uint8Array, last: boolean): string {
    if (this.#decoder === null) {
      if (this.encoding.label === 'ascii') {
        if (isAscii(block)) return Buffer.from(block.buffer, block.byteOffset, block.length).toString('latin1')
        this.encoding = encodingOf(block, this.#declared, last)
      }
      this.#decoder = new TextDecoder(this.encoding.label)
    }
    return this.#decoder.decode(block, { stream: !last })
  }
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if ((bytes[i] ?? 0) > 127) return false
  return true
}

/** UTF-16 by its mark; without one, when more than a third of the even (or odd) bytes are NUL and hardly any others. */
export function utf16Of(block: Uint8Array): Encoding | null {
  if (block[0] === 0xff && block[1] === 0xfe) return { label: 'utf-16le', bom: true }
  if (block[0] === 0xfe && block[1] === 0xff) return { label: 'utf-16be', bom: true }
  const end = Math.min(block.length, 4096) & ~1
  const nul: [number, number] = [0, 0]
  for (let i = 0; i < end; i++) if (block[i] === 0) nul[i & 1 ? 1 : 0]++
  const half = end / 2
  if (half < 4) return null
  if (nul[1] > half / 3 && nul[0] < half / 20) return { label: 'utf-16le', bom: false }
  if (nul[0] > half / 3 && nul[1] < half / 20) return { label: 'utf-16be', bom: false }
  return null
}

/** Whether a label names an encoding of the WHATWG Encoding Standard that this Node can decode. */
function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label) instanceof TextDecoder
  } catch {
    return false
  }
}
