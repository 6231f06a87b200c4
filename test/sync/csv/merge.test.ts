import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StagedRow } from '../../../src/reconcile/model.ts'
import { canonicalRow, mergeRows } from '../../../src/sync/csv/index.ts'
import { read } from './support.ts'

async function rows(text: string): Promise<StagedRow[]> {
  const { rows, errors } = await read(text)
  expect(errors).toEqual([])
  return rows
}

describe('rows of one key', () => {
  it('that are the same are one, with a warning', async () => {
    const merged = mergeRows(await rows('id,email,first_name\n1,a@x.com,Ann\n1,a@x.com,Ann\n'))
    expect(merged).toMatchObject({ ok: true, warning: 'ROW_DUPLICATE', params: { a: 3, b: 2 }, row: { line: 2 } })
  })

  it('that differ in lists are united', async () => {
    const merged = mergeRows(await rows('id,email,products,groups\n1,a@x.com,Nuke X,b\n1,a@x.com,Maya,B;a\n'))
    expect(merged).toMatchObject({
      ok: true,
      warning: null,
      row: { groups: ['a', 'b'], groupNames: ['a', 'B'], products: [{ product: 'maya' }, { product: 'nuke' }] },
    })
  })

  it('one row per product, each with its own end', async () => {
    const merged = mergeRows(await rows('email,products,expires\na@x.com,Maya,2027-06-30\na@x.com,Nuke X,\n'))
    expect(merged).toMatchObject({
      ok: true,
      row: {
        expiresAt: null,
        products: [
          { product: 'maya', expiresAt: '2027-06-30T22:00:00.000Z' },
          { product: 'nuke', expiresAt: null },
        ],
      },
    })
  })

  it('an empty cell beside a filled one says nothing', async () => {
    expect(mergeRows(await rows('id,email,first_name\n1,a@x.com,\n1,a@x.com,Ann\n'))).toMatchObject({
      row: { profile: { firstName: 'Ann' } },
    })
  })

  it.each([
    ['id,email,first_name\n1,a@x.com,Ann\n1,a@x.com,Anna\n', 'first_name'],
    ['id,email,Shoe size\n1,a@x.com,43\n1,a@x.com,44\n', 'shoe_size'],
    ['id,email,status\n1,a@x.com,active\n1,a@x.com,leaver\n', 'status'],
    ['id,email,products,expires\n1,a@x.com,Maya,2027-06-30\n1,a@x.com,Maya,2027-07-30\n', 'expires'],
    ['id,email,groups,expires\n1,a@x.com,g,2027-06-30\n1,a@x.com,h,2027-07-30\n', 'expires'],
  ])('that disagree are a conflict: %j', async (text, field) => {
    expect(mergeRows(await rows(text))).toEqual({
      ok: false,
      error: { code: 'ROW_CONFLICT', params: { a: 2, b: 3, field } },
    })
  })

  it('one id with two addresses', async () => {
    expect(mergeRows(await rows('id,email\n1,a@x.com\n1,b@x.com\n'))).toEqual({
      ok: false,
      error: { code: 'ANCHOR_DUPLICATE', params: { a: 2, b: 3 } },
    })
  })

  it('a row that names somebody by an id alone says nothing of their address', async () => {
    const { rows: found } = await read('email,external_id\n,A@x.com\nA@x.com,\n', { keyedBy: 'either' })
    const ids = found.map((row) => ({ ...row, anchorKey: 'a@x.com' }))
    for (const order of [ids, ids.toReversed()])
      expect(mergeRows(order)).toMatchObject({
        ok: true,
        row: { line: 2, profile: { email: 'A@x.com', emailKey: 'a@x.com' } },
      })
  })

  it('the order of rows does not matter', async () => {
    const name = fc.constantFrom('', 'Ann', 'Bo')
    const row = fc.tuple(
      fc.constantFrom('A@x.com', 'a@x.com'),
      name,
      fc.constantFrom('Maya', 'Nuke X', ''),
      fc.constantFrom('g', 'G;h', 'h'),
      fc.constantFrom('', '2027-06-30', '2027-07-30'),
    )
    const text = fc
      .array(row, { minLength: 1, maxLength: 4 })
      .map((all) =>
        ['id,email,first_name,products,groups,expires', ...all.map((cells) => `1,${cells.join(',')}`)].join('\n'),
      )
    await fc.assert(
      fc.asyncProperty(text, fc.infiniteStream(fc.nat()), async (text, dice) => {
        const found = await rows(text)
        const shuffled = found
          .map((row) => ({ row, at: dice.next().value ?? 0 }))
          .sort((a, b) => a.at - b.at)
          .map(({ row }) => row)
        expect(mergeRows(shuffled)).toEqual(mergeRows(found))
        // The same rows on other lines: the content comes to the same.
        const reversed = found.map((row, at) => ({ ...row, line: found.length + 1 - at }))
        const [a, b] = [mergeRows(found), mergeRows(reversed)]
        expect(a.ok).toBe(b.ok)
        if (a.ok && b.ok) expect(canonicalRow(a.row)).toBe(canonicalRow(b.row))
      }),
      { numRuns: 150 },
    )
  })
})
