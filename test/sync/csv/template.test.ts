import { describe, expect, it } from 'vitest'
import { describeLayout, TEMPLATES, type TemplateName, template } from '../../../src/sync/csv/index.ts'
import { open, read } from './support.ts'

const names = Object.keys(TEMPLATES).filter((name): name is TemplateName => name in TEMPLATES)

describe('templates', () => {
  it.each(names)('%s is read by rosterd, every column understood, no row to delete', async (name) => {
    const { opened, rows, errors } = await read(template(name, ['Maya', 'Nuke X']))
    expect(opened.layout.header).toEqual(TEMPLATES[name].columns)
    expect(opened.layout.unknown).toEqual([])
    expect([rows, errors]).toEqual([[], []])
  })

  it('names the products', () => {
    expect(template('assign', ['Maya', 'Nuke X'])).toContain(
      '# products: names, separated by semicolons, of: Maya; Nuke X\r\n',
    )
  })
})

describe('what was understood, for a person', () => {
  it('columns, counts, first rows, errors with sentences, no secrets', async () => {
    const lines = Array.from({ length: 30 }, (_, i) => `${i},p${i}@x.com,hunter2,8`)
    const file = `id;email;password;shoe\n${lines.join('\n').replaceAll(',', ';')}\n31;broken;hunter2;9\n`
    const description = await describeLayout(() => open(file), {
      sentence: (code, { line }) => `${code} in line ${line}`,
    })
    expect(description).toMatchObject({
      encoding: 'utf-8',
      delimiter: 'semicolon',
      keyedBy: 'external_id',
      columns: [
        { header: 'id', understoodAs: 'external_id' },
        { header: 'email', understoodAs: 'email' },
        { header: 'password', understoodAs: 'secret, never read' },
        { header: 'shoe', understoodAs: 'attribute shoe' },
      ],
      counts: { rows: 31, people: 30, merged: 0, errors: 1, warnings: 0 },
      errors: [{ line: 32, code: 'EMAIL_INVALID', sentence: 'EMAIL_INVALID in line 32' }],
    })
    expect(description.rows).toHaveLength(20)
    expect(JSON.stringify(description)).not.toContain('hunter2')
  })
})
