import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FailureFile, type FailureRow, namedCells, writeFailures } from '../../../src/sync/csv/index.ts'
import { guarded, unguarded } from '../../../src/sync/csv/prefix.ts'
import { read } from './support.ts'

const failed = (cells: string[], extra: Partial<FailureRow> = {}): FailureRow => ({
  cells,
  line: 7,
  code: 'EMAIL_INVALID',
  reason: 'The address is not valid.',
  nextStep: 'Correct it.',
  plan: 'pln_1',
  item: null,
  ...extra,
})

const shape = (header: string[], delimiter = ','): FailureFile => ({
  columns: header.map((name) => ({ header: name, field: null, product: null })),
  delimiter,
})

async function text(rows: FailureRow[], file: FailureFile): Promise<string> {
  let all = ''
  for await (const part of writeFailures(rows, file)) all += part
  return all
}

describe('the failure file', () => {
  it('has the columns of the input, products, and ours; BOM, CRLF and the delimiter of the input', async () => {
    const written = await text(
      [failed(['a@x.com', 'x;y'], { products: 'Maya; Nuke X' })],
      shape(['email', 'note'], ';'),
    )
    expect(written).toBe(
      '\uFEFFemail;note;products;_line;_code;_reason;_next_step;_plan;_item\r\n' +
        'a@x.com;"x;y";"Maya; Nuke X";7;EMAIL_INVALID;The address is not valid.;Correct it.;pln_1;\r\n',
    )
  })

  it('does not double products or our own columns of an earlier round', async () => {
    const written = await text(
      [failed(['a@x.com', 'Maya', '3', 'OLD'])],
      shape(['email', 'Products', '_line', '_code']),
    )
    expect(written.split('\r\n')[0]).toBe('\uFEFFemail,Products,_line,_code,_reason,_next_step,_plan,_item')
    expect(written).not.toContain('OLD')
  })

  it('edge case 41: a name =cmd() is stored as text, exported with a prefix, and reads back identical', async () => {
    const input = "email,first_name,last_name\na@x.com,=cmd(),'=x\n"
    const before = await read(input)
    expect(before.rows[0]?.profile).toMatchObject({ firstName: '=cmd()', lastName: "'=x" })
    const written = await text([failed(['a@x.com', '=cmd()', "'=x"])], shape(['email', 'first_name', 'last_name']))
    expect(written).toContain("a@x.com,'=cmd(),''=x,")
    const after = await read(written)
    expect(after.opened.layout.ours).toBe(true)
    expect(after.rows[0]?.profile).toEqual(before.rows[0]?.profile)
    expect(after.rows[0]?.attributes).toEqual({})
  })

  it('what we write reads back as it was: cells, whatever they hold', async () => {
    const cell = fc.string({
      unit: fc.constantFrom(
        '=',
        '+',
        '-',
        '@',
        "'",
        '"',
        '#',
        ' ',
        '\t',
        '\n',
        '\r',
        '\r\n',
        ',',
        ';',
        'a',
        'ü',
        '＝',
        '5',
        'sep=',
        'version:',
        '#END 5',
      ),
      maxLength: 6,
    })
    const table = fc.array(fc.array(cell, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(table, fc.constantFrom(',', ';', '\t', '|'), async (table, delimiter) => {
        // The address is missing, so that each row comes back with its cells as read.
        const rows = table.map((cells) => failed([cells[0] ?? '', cells[1] ?? '', cells[2] ?? '', '']))
        const written = await text(rows, shape(['first_name', 'last_name', 'shoe size', 'email'], delimiter))
        const { errors, opened } = await read(written)
        expect(opened.layout.delimiter).toBe(delimiter)
        expect(errors.map(({ code, cells }) => [code, cells.slice(0, 4)])).toEqual(
          rows.map(({ cells }) => ['EMAIL_MISSING', cells]),
        )
      }),
      { numRuns: 300 },
    )
  })

  it('a row that was too long is too long again, until somebody mends it', async () => {
    const input = 'email,last_name,note\na@x.com,Lee, Ann,x\n'
    const { errors } = await read(input)
    const rows = errors.map(({ cells, line, code }) => failed(cells, { line, code }))
    const again = await read(await text(rows, shape(['email', 'last_name', 'note'])))
    expect(again).toMatchObject({ rows: [], errors: [{ code: 'ROW_UNPARSEABLE', emailKey: 'a@x.com' }] })
  })

  it('a prefix is taken away only where it was put', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('=', '-', "'", '"', ' ', '5', 'a', '＠') }),
        fc.boolean(),
        (cell, numeric) => {
          expect(unguarded(guarded(cell, numeric))).toBe(cell)
        },
      ),
    )
    expect(guarded('-5', true)).toBe('-5')
    expect(guarded('-5')).toBe("'-5")
    expect(guarded(' "=x')).toBe('\' "=x')
  })

  it('a first cell that looks like a trailer is a cell', async () => {
    const written = await text([failed(['#END 5', 'a@x.com'])], shape(['first_name', 'email']))
    expect((await read(written)).rows[0]?.profile.firstName).toBe('#END 5')
  })

  it('files of others keep their apostrophes', async () => {
    expect((await read("email,first_name\na@x.com,'=x\n")).rows[0]?.profile.firstName).toBe("'=x")
  })

  it('adds products beside columns that are each about one, and never twice', async () => {
    const columns = [
      { header: 'email', field: 'email' as const, product: null },
      { header: 'Maya', field: 'products' as const, product: 'maya' },
    ]
    const [header] = (await text([], { columns, delimiter: ',' })).split('\r\n')
    expect(header).toBe('\uFEFFemail,Maya,products,_line,_code,_reason,_next_step,_plan,_item')
    const ignored = shape(['email', 'PRODUCTS'])
    expect((await text([], ignored)).split('\r\n')[0]).toBe(
      '\uFEFFemail,PRODUCTS,_line,_code,_reason,_next_step,_plan,_item',
    )
  })

  it('for machines, cells by header', () => {
    expect(namedCells(['a@x.com', '=x', '3'], shape(['email', 'name', '_line']))).toEqual({
      email: 'a@x.com',
      name: '=x',
    })
  })
})
