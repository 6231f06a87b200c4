/**
 * Finds records, cells and physical line numbers in text that comes in blocks. Lines without a quote are split at once;
 * the others are walked. What is doubtful on one line goes to the careful reader; a record that is open at its end is
 * an error of the line where its quote opened, and reading goes on at the line after it. That costs no quadratic time:
 * the lines that were looked at in vain have an even number of quotes each, so none of them opens another record.
 */
import { readCarefully } from './careful.ts'

export type Problem =
  /** The quote that opened on line `q` is never closed. */
  | { kind: 'quote'; q: number }
  /** More than a megabyte. */
  | { kind: 'long' }
  | { kind: 'nul' }

export interface CsvRecord {
  /** Physical line on which the record begins, 1-based. */
  line: number
  cells: string[]
  problem: Problem | null
  /** The record begins with `#`, outside quotes. */
  comment: boolean
}

/** A record may have so many characters, quoted line breaks included. */
export const MAX_RECORD = 1024 * 1024
const QUOTE = 34
const NO_QUOTE = Number.MAX_SAFE_INTEGER

type Walk =
  | { end: number; cells: string[] }
  /** The text ends inside a quoted cell that opened at `open`. */
  | { open: number }
  /** A quote stands where none may, after the quoted cell that opened at `at` where there was one. */
  | { doubt: number; at: number }

export class Scanner {
  readonly #delimiter: string
  readonly #newline: '\n' | '\r'
  #text = ''
  #line = 1
  #discarding = false
  #nextQuote = -1
  #nul = false

  constructor(delimiter: string, newline: '\n' | '\r') {
    this.#delimiter = delimiter
    this.#newline = newline
  }

  /** The records that are complete with this block; after the last block (`last`), all that are left. At most `limit`. */
  push(block: string, last: boolean, limit = Number.POSITIVE_INFINITY): CsvRecord[] {
    this.#text = this.#text === '' ? block : this.#text + block
    this.#nextQuote = -1
    this.#nul = this.#text.includes('\0')
    const text = this.#text
    const records: CsvRecord[] = []
    let from = 0
    while (from < text.length && records.length < limit) {
      const newline = text.indexOf(this.#newline, from)
      if (newline < 0 && !last && text.length - from <= MAX_RECORD) break
      const end = newline < 0 ? text.length : newline
      const next = this.#record(text, from, end, last, records)
      if (next < 0) break
      from = next
    }
    this.#text = from === 0 ? text : text.slice(from)
    return records
  }

  /** Adds the record at `from`, whose first line ends at `end`; returns where the next one begins, or -1 when more text is needed. */
  #record(text: string, from: number, end: number, last: boolean, records: CsvRecord[]): number {
    const next = Math.min(end + 1, text.length)
    const complete = end < text.length || last
    if (this.#discarding) {
      if (complete) this.#endLine()
      return next
    }
    if (end - from > MAX_RECORD) {
      records.push(this.#bad(text, from, from, { kind: 'long' }))
      if (complete) this.#endLine()
      else this.#discarding = true
      return next
    }
    if (this.#nextQuote < from) {
      const quote = text.indexOf('"', from)
      this.#nextQuote = quote < 0 ? NO_QUOTE : quote
    }
    if (this.#nextQuote >= end) {
      const line = text.slice(from, this.#trimmed(text, from, end))
      records.push(this.#good(line.split(this.#delimiter), text, from))
      this.#line++
      return next
    }
    const walk = this.#walk(text, from, last)
    if ('cells' in walk) {
      records.push(this.#good(walk.cells, text, from))
      this.#line += walk.end > end + 1 ? lineBreaks(text, from, walk.end, this.#newline) : 1
      return walk.end
    }
    if ('open' in walk) {
      if (!last && text.length - from <= MAX_RECORD) return -1
      return this.#unclosed(text, from, end, next, walk.open, records)
    }
    if (walk.doubt > end) {
      return this.#unclosed(text, from, end, next, walk.at, records)
    }
    const cells = readCarefully(text.slice(from, this.#trimmed(text, from, end)), this.#delimiter)
    if (cells === null) return this.#unclosed(text, from, end, next, from, records)
    records.push(this.#good(cells, text, from))
    this.#line++
    return next
  }

  #unclosed(text: string, from: number, end: number, next: number, open: number, records: CsvRecord[]): number {
    const q = this.#line + lineBreaks(text, from, open, this.#newline)
    records.push(this.#bad(text, from, end, { kind: 'quote', q }))
    this.#line++
    return next
  }

  #endLine(): void {
    this.#discarding = false
    this.#line++
  }

  #good(cells: string[], text: string, from: number): CsvRecord {
    const record: CsvRecord = { line: this.#line, cells, problem: null, comment: text.charCodeAt(from) === 35 }
    if (this.#nul && cells.some((cell) => cell.includes('\0'))) {
      record.cells = cells.map((cell) => cell.replaceAll('\0', '␀'))
      record.problem = { kind: 'nul' }
    }
    return record
  }

  #bad(text: string, from: number, end: number, problem: Problem): CsvRecord {
    const line = text
      .slice(from, this.#trimmed(text, from, end))
      .replaceAll('"', '')
      .replaceAll('\0', '␀')
    return { line: this.#line, cells: line === '' ? [] : line.split(this.#delimiter), problem, comment: false }
  }

  /** The end of a line without the CR of a CRLF. */
  #trimmed(text: string, from: number, end: number): number {
    return this.#newline === '\n' && end > from && text.charCodeAt(end - 1) === 13 ? end - 1 : end
  }

  /** Cells of a record with quotes that begins at `from`; `last`: no more text will come. */
  #walk(text: string, from: number, last: boolean): Walk {
    const limit = text.length
    const delimiter = this.#delimiter.charCodeAt(0)
    const newline = this.#newline.charCodeAt(0)
    const cells: string[] = []
    let opened = from
    let i = from
    for (;;) {
      if (text.charCodeAt(i) === QUOTE && i < limit) {
        opened = i
        let value = ''
        let start = i + 1
        for (;;) {
          const quote = text.indexOf('"', start)
          if (quote < 0 || quote - from > MAX_RECORD) return { open: opened }
          value += text.slice(start, quote)
          i = quote + 1
          if (i < limit && text.charCodeAt(i) === QUOTE) {
            value += '"'
            start = i + 1
            continue
          }
          break
        }
        if (i >= limit && !last) return { open: opened }
        cells.push(value)
        if (newline === 10 && text.charCodeAt(i) === 13 && i < limit) {
          if (i + 1 >= limit && !last) return { open: opened }
          if (i + 1 >= limit || text.charCodeAt(i + 1) === newline) i++
        }
      } else {
        const start = i
        for (; i < limit; i++) {
          const code = text.charCodeAt(i)
          if (code === delimiter || code === newline) break
          if (code === QUOTE) return { doubt: i, at: opened }
        }
        if (i >= limit && !last) return { open: opened }
        const ends = i >= limit || text.charCodeAt(i) === newline
        cells.push(text.slice(start, ends ? this.#trimmed(text, start, i) : i))
      }
      if (i >= limit) return { end: limit, cells }
      const code = text.charCodeAt(i)
      if (code === newline) return { end: i + 1, cells }
      if (code !== delimiter) return { doubt: i, at: opened }
      i++
    }
  }
}

function lineBreaks(text: string, from: number, to: number, newline: string): number {
  let breaks = 0
  for (let at = text.indexOf(newline, from); at >= 0 && at < to; at = text.indexOf(newline, at + 1)) breaks++
  return breaks
}
