import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CsvRefusal, readCsv } from '../../../src/sync/csv/index.ts'
import { chunks, collect, open, read, SETTINGS } from './support.ts'

const MB = 1024 * 1024

describe('a bad record is an error of its line, and the others go on', () => {
  it('an unclosed quote, named by the line where it opened', async () => {
    const { rows, errors } = await read('email,note\na@x.com,1\nb@x.com,"2\nc@x.com,3\nd@x.com,4\n')
    expect(errors).toMatchObject([{ line: 3, code: 'ROW_UNPARSEABLE', params: { n: 3, q: 3 }, emailKey: 'b@x.com' }])
    expect(rows.map((row) => row.line)).toEqual([2, 4, 5])
  })

  it('a quote that only meets the quote of another line', async () => {
    const { rows, errors } = await read('email,note\n"a@x.com","1\n"b@x.com","2"\n"c@x.com","3"\n')
    expect(errors).toMatchObject([{ line: 2, code: 'ROW_UNPARSEABLE', params: { q: 2 } }])
    expect(rows.map((row) => row.profile.email)).toEqual(['b@x.com', 'c@x.com'])
  })

  it('quotes where none belong are kept as they are', async () => {
    const { rows, errors } = await read('email,first_name,last_name\na@x.com,Jim "Bo",X\nb@x.com,"Bo" Jim,"Y, Z"\n')
    expect(errors).toEqual([])
    expect(rows.map((row) => [row.profile.firstName, row.profile.lastName])).toEqual([
      ['Jim "Bo"', 'X'],
      ['"Bo" Jim', 'Y, Z'],
    ])
  })

  it('too many columns, too few to know who it is, NUL bytes', async () => {
    const { rows, errors } = await read('first_name,email,note\nA,a@x.com,1,2\nB\nC,c@x.com,x\0y\nD,d@x.com\n')
    expect(errors.map(({ line, code, params }) => [line, code, params['why']])).toEqual([
      [2, 'ROW_UNPARSEABLE', '4 columns instead of 3'],
      [3, 'ROW_UNPARSEABLE', '1 column instead of 3'],
      [4, 'ROW_UNPARSEABLE', 'it holds NUL bytes'],
    ])
    expect(JSON.stringify(errors)).not.toContain('\\u0000')
    expect(errors[0]?.emailKey).toBe('a@x.com')
    expect(rows.map((row) => row.line)).toEqual([5])
  })

  it('the person of a shifted row is found by the only address in it', async () => {
    const { errors } = await read('last_name,email,note\nLee, Ann,a@x.com,1\n')
    expect(errors).toMatchObject([{ emailKey: 'a@x.com', anchorKey: 'a@x.com' }])
  })

  it('a record of more than a megabyte', async () => {
    const long = 'x'.repeat(2 * MB)
    const { rows, errors } = await read(`email,note\na@x.com,${long}\nb@x.com,"${long}"\nc@x.com,ok\n`, {}, 10_000)
    expect(errors.map(({ line, code }) => [line, code])).toEqual([
      [2, 'ROW_UNPARSEABLE'],
      [3, 'ROW_UNPARSEABLE'],
    ])
    expect(rows).toMatchObject([{ line: 4 }])
  })

  it('an unclosed quote in front of megabytes loses only its own line', async () => {
    const lines = 200_000
    const { rows, errors } = await read(`email,note\nq@x.com,"open\n${'a@x.com,1\n'.repeat(lines)}`)
    expect(errors).toMatchObject([{ line: 2, params: { q: 2 } }])
    expect(rows).toHaveLength(lines)
    expect(rows.at(-1)?.line).toBe(lines + 2)
  })
})

describe('time stays linear', () => {
  const timed = async (head: string, unit: string, total: number, size = 64 * 1024) => {
    const body = Buffer.from(unit.repeat(Math.ceil((64 * 1024) / unit.length)))
    async function* stream() {
      yield Buffer.from(head)
      for (let sent = 0; sent < total; sent += body.length) yield* chunks(body, size)
    }
    const started = performance.now()
    const opened = await readCsv(stream(), SETTINGS)
    for await (const _ of opened.batches);
    const ms = performance.now() - started
    return { ms, counts: opened.counts() }
  }

  it('200 MB in a single line', async () => {
    const { ms, counts } = await timed('email,note\na@x.com,', 'x', 200 * MB)
    expect(counts).toMatchObject({ rows: 1, errors: 1 })
    expect(ms).toBeLessThan(40_000)
  })

  it.each([
    ['a line that closes one quote and opens another, for ever', 'x","y\n'],
    ['every line opens a quote', 'a@x.com,"\n'],
    ['nothing but quotes', '"'],
    ['nothing but delimiters', ','],
    ['blanks in and around cells', `a@x.com, ${' '.repeat(60_000)}é${' '.repeat(60_000)}.\n`],
    ['quotes where none belong', 'a"b,"c"d\n'],
  ])('%s', async (_, unit) => {
    const { ms } = await timed('email,note\n', unit, 2 * MB)
    expect(ms).toBeLessThan(30_000)
  })
})

describe('any bytes', () => {
  const settled = async (bytes: Uint8Array, size?: number) => {
    try {
      const results = await collect(await open(bytes, {}, size))
      return { rows: results.length, codes: results.map((result) => (result.ok ? '' : result.error.code)) }
    } catch (error) {
      if (error instanceof CsvRefusal) return { refused: error.code, params: error.params }
      throw error
    }
  }

  it('never crash the reader', async () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .uint8Array({ maxLength: 300 })
        .map((tail) => Buffer.concat([Buffer.from('id,email,expires,password\n'), tail])),
      fc
        .string({
          unit: fc.constantFrom('"', ',', '\n', '\r', ';', 'a', '@', '\0', 'x.com', "'", '=', '\ufffd', '#'),
          maxLength: 200,
        })
        .map((text) => Buffer.from(`email,note\n${text}`)),
    )
    await fc.assert(
      fc.asyncProperty(bytes, async (bytes) => {
        expect(await settled(bytes)).toBeDefined()
      }),
      { numRuns: 400 },
    )
  })

  it('come to the same in one chunk and byte by byte', async () => {
    const text = fc.string({ unit: fc.constantFrom('"', '""', ',', '\n', '\r\n', 'a', 'a@x.com', 'é'), maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(text, async (text) => {
        const bytes = Buffer.from(`email,note\n${text}`)
        expect(await settled(bytes, 1)).toEqual(await settled(bytes))
      }),
      { numRuns: 200 },
    )
  })
})
