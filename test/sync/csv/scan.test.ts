import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCarefully } from '../../../src/sync/csv/careful.ts'
import { type CsvRecord, Scanner } from '../../../src/sync/csv/scan.ts'

function scan(text: string, sizes: number[], delimiter = ',', newline: '\n' | '\r' = '\n'): CsvRecord[] {
  const scanner = new Scanner(delimiter, newline)
  const records: CsvRecord[] = []
  let at = 0
  for (const size of sizes) {
    records.push(...scanner.push(text.slice(at, at + size), false))
    at += size
  }
  return [...records, ...scanner.push(text.slice(at), true)]
}

const cell = fc.string({ unit: fc.constantFrom('a', 'ß', '"', ',', ';', '\n', '\r\n', ' ', '😀'), maxLength: 6 })
const quoted = (text: string, always: boolean) =>
  always || /[",;\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text

describe('the scanner', () => {
  it('agrees with csv-parse on well-formed files, cut anywhere, and counts lines as an editor does', () => {
    const table = fc.array(fc.array(fc.tuple(cell, fc.boolean()), { minLength: 2, maxLength: 5 }), {
      minLength: 1,
      maxLength: 8,
    })
    fc.assert(
      fc.property(
        table,
        fc.constantFrom(',', ';'),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        fc.array(fc.nat(9)),
        (table, delimiter, newline, ended, sizes) => {
          const records = table.map((cells) => cells.map(([text, always]) => quoted(text, always)).join(delimiter))
          const text = records.join(newline) + (ended ? newline : '')
          const found = scan(text, sizes, delimiter)
          const oracle = parse(text, { delimiter, record_delimiter: [newline], relax_column_count: true })
          expect(found.map(({ cells }) => cells)).toEqual(oracle)
          expect(found.every(({ problem }) => problem === null)).toBe(true)
          let line = 1
          const lines = records.map((record) => {
            const begins = line
            line += record.split('\n').length
            return begins
          })
          expect(found.map((record) => record.line)).toEqual(lines)
        },
      ),
      { numRuns: 500 },
    )
  })

  it('accounts for every line of a damaged file: none is lost, none comes twice', () => {
    const damaged = fc.string({ unit: fc.constantFrom('"', 'a', ',', '\n'), maxLength: 60 })
    fc.assert(
      fc.property(damaged, fc.array(fc.nat(9)), (text, sizes) => {
        const lines = scan(text, sizes).map(({ line }) => line)
        expect(lines).toEqual([...new Set(lines)].sort((a, b) => a - b))
        expect(scan(text, sizes)).toEqual(scan(text, []))
      }),
      { numRuns: 500 },
    )
  })
})

describe('the careful reader', () => {
  it('reads a line with stray quotes as csv-parse does when it is lenient', () => {
    const line = fc.string({ unit: fc.constantFrom('"', '""', ',', 'a', ' '), minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(line, (line) => {
        let oracle: unknown = null
        try {
          oracle = parse(line, { relax_quotes: true, relax_column_count: true, record_delimiter: ['\n'] })[0]
        } catch {
          oracle = null
        }
        expect(readCarefully(line, ',')).toEqual(oracle)
      }),
      { numRuns: 1000 },
    )
  })
})
