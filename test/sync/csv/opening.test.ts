import { describe, expect, it } from 'vitest'
import { CsvRefusal } from '../../../src/sync/csv/index.ts'
import { collect, open, read } from './support.ts'

async function refusal(text: string | Uint8Array, settings = {}): Promise<CsvRefusal> {
  try {
    await collect(await open(text, settings))
  } catch (error) {
    if (error instanceof CsvRefusal) return error
    throw error
  }
  throw new Error('it was read')
}

const ROSTER = 'id,email,first_name\n1,jörg@x.com,Jörg\n2,żaneta@x.com,Żaneta\n'
const utf16 = (text: string, big = false) => {
  const bytes = Buffer.from(text, 'utf16le')
  return big ? bytes.swap16() : bytes
}

describe('encoding', () => {
  it.each<[string, Uint8Array, string, boolean]>([
    ['UTF-8', Buffer.from(ROSTER), 'utf-8', false],
    ['UTF-8 with BOM', Buffer.from(`\uFEFF${ROSTER}`), 'utf-8', true],
    ['UTF-16 LE with BOM', utf16(`\uFEFF${ROSTER}`), 'utf-16le', true],
    ['UTF-16 BE with BOM', utf16(`\uFEFF${ROSTER}`, true), 'utf-16be', true],
    ['UTF-16 LE', utf16(ROSTER), 'utf-16le', false],
    ['UTF-16 BE', utf16(ROSTER, true), 'utf-16be', false],
  ])('%s', async (_, bytes, encoding, bom) => {
    const { opened, rows, errors } = await read(bytes, {}, 7)
    expect(errors).toEqual([])
    expect(opened.layout).toMatchObject({ encoding, bom, header: ['id', 'email', 'first_name'] })
    expect(rows.map((row) => row.profile.firstName)).toEqual(['Jörg', 'Żaneta'])
  })

  it('a declared code page is asked when the bytes are not Unicode', async () => {
    const bytes = Buffer.concat([
      Buffer.from('email,first_name\nz@x.com,'),
      Buffer.from([0xaf]),
      Buffer.from('aneta\n'),
    ])
    const { opened, rows } = await read(bytes, { encoding: 'windows-1250' })
    expect(opened.layout.encoding).toBe('windows-1250')
    expect(rows[0]?.profile.firstName).toBe('Żaneta')
    expect((await read(ROSTER, { encoding: 'windows-1250' })).rows[0]?.profile.firstName).toBe('Jörg')
  })

  it('bytes that are not UTF-8 without a declared encoding are ENCODING_UNCERTAIN, with the word', async () => {
    const bytes = Buffer.from('email,first_name\nj@x.com,J\xf6rg\n', 'latin1')
    expect(await refusal(bytes)).toMatchObject({
      code: 'ENCODING_UNCERTAIN',
      params: { sample: 'J\ufffdrg', enc: 'utf-8' },
    })
  })

  it('the same where they come late in a large file', async () => {
    const bytes = Buffer.from(`email,first_name\n${'a@x.com,Ann\n'.repeat(200_000)}j@x.com,J\xf6rg\n`, 'latin1')
    expect(await refusal(bytes)).toMatchObject({ code: 'ENCODING_UNCERTAIN' })
    const { rows, errors, opened } = await read(bytes, { encoding: 'iso-8859-15' })
    expect([errors.length, rows.at(-1)?.profile.firstName, opened.layout.encoding]).toEqual([0, 'Jörg', 'iso-8859-15'])
  })

  it('a broken byte in a file that is UTF-8 otherwise is an error of its row', async () => {
    const bytes = Buffer.concat([
      Buffer.from(`${ROSTER}3,c@x.com,J`),
      Buffer.from([0xf6]),
      Buffer.from('rg\n4,d@x.com,Zoë\n'),
    ])
    const { rows, errors } = await read(bytes)
    expect(rows.map((row) => row.anchor)).toEqual(['1', '2', '4'])
    expect(errors).toMatchObject([{ line: 4, code: 'ENCODING_UNCERTAIN', anchorKey: '3', emailKey: 'c@x.com' }])
  })

  it('an unknown declared encoding is as good as none', async () => {
    expect((await read(ROSTER, { encoding: 'no-such' })).rows).toHaveLength(2)
    const bytes = Buffer.from('email,first_name\nj@x.com,J\xf6rg\n', 'latin1')
    expect(await refusal(bytes, { encoding: 'no-such' })).toMatchObject({ code: 'ENCODING_UNCERTAIN' })
  })
})

describe('delimiter and lines', () => {
  it.each([',', ';', '\t', '|'])('finds %j', async (delimiter) => {
    const text = `id,email,groups\n1,a@x.com,"Sales"\n2,b@x.com,\n`.replaceAll(',', delimiter)
    const { opened, rows } = await read(text)
    expect(opened.layout.delimiter).toBe(delimiter)
    expect(rows.map((row) => row.anchor)).toEqual(['1', '2'])
  })

  it('is not misled by what stands in the cells', async () => {
    const { opened } = await read('email;groups\na@x.com;"a,b,c"\nb@x.com;"d,e,f"\n')
    expect(opened.layout.delimiter).toBe(';')
  })

  it('honours sep=', async () => {
    const { opened, rows } = await read('sep=|\r\nemail|first_name\r\na@x.com|Ann\r\n')
    expect(opened.layout).toMatchObject({ delimiter: '|', headerLine: 2 })
    expect(rows[0]).toMatchObject({ line: 3, profile: { firstName: 'Ann' } })
  })

  it.each(['\n', '\r\n', '\r'])('lines that end with %j', async (newline) => {
    const { rows, errors } = await read(['email,first_name', 'a@x.com,"A\nB"', '', ',', 'b@x.com,Bo', ''].join(newline))
    expect(errors).toEqual([])
    expect(rows.map((row) => [row.profile.email, row.profile.firstName])).toEqual([
      ['a@x.com', 'A B'],
      ['b@x.com', 'Bo'],
    ])
  })

  it('names the physical line, right after quoted line breaks, blank lines and hints', async () => {
    const { opened, rows } = await read('# hint\n\nemail,note\na@x.com,"1\n2\n3"\n\n,\nb@x.com,"x""\n"\nc@x.com,\n')
    expect(opened.layout.headerLine).toBe(3)
    expect(rows.map((row) => row.line)).toEqual([4, 9, 11])
  })

  it('a file of one column', async () => {
    const { opened, rows } = await read('email\na@x.com\nb@x.com')
    expect(rows).toHaveLength(2)
    expect(opened.counts()).toMatchObject({ rows: 2, finalNewline: false })
  })

  it('lines that all end with a delimiter', async () => {
    expect((await read('id;email\n1;a@x.com;\n2;b@x.com;\n')).rows).toHaveLength(2)
    expect((await read('id;email\n1;a@x.com;\n2;b@x.com\n')).errors).toMatchObject([
      { line: 2, code: 'ROW_UNPARSEABLE' },
    ])
  })

  it('recognizes the trailer', async () => {
    const { opened, rows } = await read('email\na@x.com\n#END 1\n')
    expect(rows).toHaveLength(1)
    expect(opened.counts()).toMatchObject({ rows: 1, trailer: 1 })
  })

  it('a header and nothing else opens, with no rows', async () => {
    const { opened, rows, errors } = await read('email,first_name\n')
    expect([rows, errors, opened.counts().rows]).toEqual([[], [], 0])
  })
})

describe('what cannot be read at all', () => {
  it.each<[string, string | Uint8Array, string]>([
    ['xlsx', Buffer.from('PK\x03\x04....[Content_Types].xml'), 'an Excel file'],
    ['zip', Buffer.from('PK\x03\x04....roster.csv'), 'a zip file'],
    ['xls', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'an old Excel file'],
    ['PDF', '%PDF-1.7\n', 'a PDF file'],
    ['gzip', Buffer.from('1f8b0800', 'hex'), 'a gzip file'],
    ['HTML', '\uFEFF\n<!DOCTYPE html><html><body>Sign in</body></html>', 'an HTML page'],
    ['XML', '<?xml version="1.0"?><a/>', 'an XML file'],
    ['JSON', '[{"email":"a@x.com"}]', 'a JSON file'],
    ['binary', Buffer.alloc(5000), 'a binary file'],
  ])('%s', async (_, bytes, type) =>
    expect(await refusal(bytes)).toMatchObject({ code: 'FILE_TYPE', params: { type } }),
  )

  it('no column for the address, with what was found', async () => {
    expect(await refusal('first_name,last_name\nAnn,Lee\n')).toMatchObject({
      code: 'HEADER_MISSING',
      params: { field: 'email', list: 'first_name, last_name' },
    })
    expect(await refusal('')).toMatchObject({ code: 'HEADER_MISSING' })
    expect(await refusal('email\na@x.com\n', { keyedBy: 'external_id' })).toMatchObject({
      params: { field: 'external_id' },
    })
  })

  it('a file without a header line does not show its cells', async () => {
    const { params } = await refusal('Ann,ann@x.com,hunter2\nBo,bo@x.com,secret\n')
    expect(JSON.stringify(params)).not.toMatch(/hunter2|ann@x/)
  })

  it('the same header twice', async () => {
    expect(await refusal('email,E-Mail\na@x.com,b@x.com\n')).toMatchObject({
      code: 'HEADER_MISSING',
      params: { ambiguous: 'E-Mail' },
    })
  })

  it('ten thousand columns', async () => {
    const header = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',')
    expect(await refusal(`email,${header}\n`)).toMatchObject({ code: 'ROW_UNPARSEABLE', params: { n: 1, k: 10_001 } })
  })

  it('more rows or bytes than the limit', async () => {
    const text = `email\n${'a@x.com\n'.repeat(11)}`
    expect(await refusal(text, { limits: { rows: 10, bytes: 1000 } })).toMatchObject({ code: 'FILE_TOO_LARGE' })
    expect(await refusal(text, { limits: { rows: 20, bytes: 50 } })).toMatchObject({ code: 'FILE_TOO_LARGE' })
  })
})
