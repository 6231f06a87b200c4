import { createReadStream } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readCsv } from '../../../src/sync/csv/index.ts'
import { collect, SETTINGS } from './support.ts'

async function readFixture(name: string) {
  const opened = await readCsv(createReadStream(new URL(`../../data/${name}`, import.meta.url)), SETTINGS)
  return { opened, results: await collect(opened) }
}

describe('files of other tools are read as they are', () => {
  it('the users file of the Adobe User Sync Tool: rows shorter than the header', async () => {
    const { opened, results } = await readFixture('adobe-users-file-with-custom-attributes.csv')
    expect(opened.layout).toMatchObject({ delimiter: ',', keyedBy: 'email', unknown: ['bc', 'subco'] })
    expect(results.every((result) => result.ok)).toBe(true)
    expect(results).toHaveLength(3)
    expect(results[1]).toMatchObject({
      row: {
        line: 3,
        anchor: 'hook2@example.net',
        profile: { email: 'hook2@example.net', firstName: 'Hook2', lastName: 'User' },
        attributes: { bc: 'GB0070008', subco: 'Company 2', type: 'federatedID', country: 'US' },
      },
    })
  })

  it('its directory with bad rows: two broken addresses, each named with its line; the others go on', async () => {
    const { opened, results } = await readFixture('adobe-directory-with-bad-rows.csv')
    expect(results.map((result) => (result.ok ? result.row.line : { ...result.error.params }))).toEqual([
      { v: 'dwizardexample.com', why: 'no @', line: 2 },
      3,
      4,
      { v: 'dtownsend#example.com', why: 'no @', line: 5 },
      6,
      7,
      8,
    ])
    expect(opened.counts()).toMatchObject({ rows: 7, errors: 2, finalNewline: true })
  })

  it("Entra's bulk-create template: version line, bracketed names, Block sign in turned around, no password", async () => {
    const { opened, results } = await readFixture('entra-bulk-create-template.csv')
    expect(opened.layout).toMatchObject({ headerLine: 2, keyedBy: 'email', unknown: [] })
    const column = (header: string) => opened.layout.columns.find((one) => one.header.startsWith(header))
    expect(column('User name')).toMatchObject({ field: 'email' })
    expect(column('Block sign in')).toMatchObject({ field: 'status', inverted: true })
    expect(column('Initial password')).toMatchObject({ field: null, attribute: null, secret: true })
    expect(results).toMatchObject([
      {
        ok: true,
        row: { line: 3, status: 'active', profile: { email: 'chris@contoso.com', displayName: 'Chris Green' } },
      },
      { ok: true, row: { line: 4, status: 'leaver', attributes: { department: 'Lighting', job_title: 'Artist' } } },
    ])
  })
})
