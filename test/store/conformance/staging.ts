/** The staging: rows as they were read, several lines of one person found together, and the facts that admission weighs. */
import fc from 'fast-check'
import { expect } from 'vitest'
import type { StagedRow } from '../../../src/reconcile/model.ts'
import { failedRows } from '../../../src/store/failures.ts'
import { lostZeros } from '../../../src/store/lost-zeros.ts'
import {
  clearErrors,
  dropStaging,
  duplicates,
  replaceLines,
  stagedFacts,
  stageRows,
} from '../../../src/store/staging.ts'
import type { Cases, Ground } from './ground.ts'
import { broken, canonical, merge, row, stage } from './mirror.ts'

const facts = (ground: Ground, snapshot: number) => stagedFacts(ground.sql, ground.id, ground.source('hr'), snapshot)

async function groups(ground: Ground, snapshot: number): Promise<StagedRow[][]> {
  const list: StagedRow[][] = []
  for await (const group of duplicates(ground.sql, ground.id, snapshot)) list.push(group)
  return list
}

const count = async (ground: Ground, snapshot: number) =>
  (await ground.sql`select from staged_rows where organization_id = ${ground.id} and snapshot_id = ${snapshot}`).length

/** Anything that a cell can hold: NUL and broken surrogates are taken out before rows get here. */
const text = fc.oneof(
  fc.string({ unit: 'grapheme', maxLength: 8 }),
  fc.constantFrom('\\N', '\\.', '\t', 'a\nb', '\r\n', '{}', '{"a"}', '"', "'", '\\', '\\\\x00', 'NULL', ' ', 'Ä', '😀'),
)
const optional = fc.option(text)
/** What the reader makes of a column's header: it has a letter or a digit. */
const attributeName = text.filter((name) => /[\p{L}\p{N}]/u.test(name))

export const staging: Cases = {
  'any text is read back as it was written': async (ground) => {
    const rows = fc.array(
      fc.record({
        names: fc.tuple(optional, optional, optional, optional),
        userName: optional,
        attributes: fc.dictionary(attributeName, text, { maxKeys: 3 }),
        groups: fc.uniqueArray(text, { maxLength: 3 }),
        product: text,
      }),
      { minLength: 1, maxLength: 5 },
    )
    await fc.assert(
      fc.asyncProperty(rows, async (given) => {
        // Two lines each: only lines that share a key are ever read back from the staging.
        const staged = given.flatMap((one, index) => {
          const [firstName, lastName, displayName, language] = one.names
          const name = `p${index}`
          const profile = { ...row(name).profile, firstName, lastName, displayName, language, userName: one.userName }
          const products = [{ product: one.product, expiresAt: null }]
          const { attributes, groups } = one
          const first = row(name, { line: 2 * index + 2, profile, attributes, groups, groupNames: groups, products })
          return [first, { ...first, line: first.line + 1 }]
        })
        expect((await groups(ground, await stage(ground, staged))).flat()).toEqual(staged)
      }),
      { numRuns: 25 },
    )
  },
  'staging again begins anew': async (ground) => {
    const snapshot = await stage(ground, [row('ann'), row('bob')])
    const again = async function* () {
      yield [row('cem')]
    }
    await stageRows(ground.sql, ground.id, snapshot, again(), canonical)
    expect(await count(ground, snapshot)).toBe(1)
  },
  'a file that breaks off leaves what was staged before': async (ground) => {
    const snapshot = await stage(ground, [row('ann')])
    const breaking = async function* () {
      yield [row('bob'), row('cem')]
      throw new Error('the disk is gone')
    }
    await expect(stageRows(ground.sql, ground.id, snapshot, breaking(), canonical)).rejects.toThrow('the disk is gone')
    expect(await count(ground, snapshot)).toBe(1)
    expect(await ground.sql`select 1 as one`).toEqual([{ one: 1 }])
  },
  'lines that share a key come together, in key order, each group in the order of lines': async (ground) => {
    const names = ['cem', 'ann', 'bob', 'ann', 'cem', 'ann', 'dee']
    const snapshot = await stage(
      ground,
      names.map((name, index) => row(name, { line: index + 2 })),
    )
    const lines = (await groups(ground, snapshot)).map((group) => group.map((one) => `${one.anchor} ${one.line}`))
    expect(lines).toEqual([
      ['ann 3', 'ann 5', 'ann 7'],
      ['cem 2', 'cem 6'],
    ])
  },
  'a merged row takes the place of its lines': async (ground) => {
    const snapshot = await stage(ground, [2, 3, 4].map((line) => row('ann', { line })).concat(row('bob', { line: 5 })))
    await replaceLines(ground.sql, ground.id, snapshot, [2, 3, 4], [row('ann', { line: 2, role: 'admin' })], canonical)
    expect([await count(ground, snapshot), await groups(ground, snapshot)]).toEqual([2, []])
    await replaceLines(ground.sql, ground.id, snapshot, [2], [], canonical)
    await replaceLines(ground.sql, ground.id, snapshot, [], [], canonical)
    expect(await count(ground, snapshot)).toBe(1)
  },
  'the digest is of the content: not of the order of lines, the place or the file': async (ground) => {
    const digest = async (rows: StagedRow[]) => (await facts(ground, await stage(ground, rows))).digest
    const rows = ['ann', 'bob', 'cem'].map((name, index) => row(name, { line: index + 2 }))
    const one = await digest(rows)
    expect(one).toMatch(/^[0-9a-f]{64}$/)
    expect(await digest(rows.map((staged, index) => ({ ...staged, line: 40 - index })))).toBe(one)
    expect(await digest(rows.slice(1))).not.toBe(one)
    expect(await digest(rows.with(0, row('ann', { line: 2, status: 'leave' })))).not.toBe(one)
    expect(await digest([])).not.toBe(one)
  },
  'the facts count people, errors, and who is missing; whoever a broken row names is not': async (ground) => {
    const names = ['ann', 'bob', 'cem', 'dee', 'eve']
    await merge(
      ground,
      names.map((name, index) => row(name, { line: index + 2 })),
    )
    const errors = [
      broken(10, { anchorKey: 'bob' }),
      broken(11, { emailKey: 'cem@acme.test' }),
      broken(12, { userNameKey: 'user-dee' }),
    ]
    const snapshot = await stage(ground, [row('ann'), row('new')], { errors })
    expect(await facts(ground, snapshot)).toMatchObject({ people: 2, errors: 3, known: 5, missing: 1, unidentified: 0 })
    const nameless = await stage(ground, [row('ann')], { errors: [...errors, broken(13)] })
    expect(await facts(ground, nameless)).toMatchObject({ people: 1, errors: 4, unidentified: 1 })
    expect(await facts(ground, await stage(ground, [], { source: 'partners' }))).toMatchObject({
      people: 0,
      missing: 5,
    })
    const partners = await stagedFacts(ground.sql, ground.id, ground.source('partners'), snapshot)
    expect(partners.missing).toBe(0)
  },
  'ids that lost zeros, or got some, are those that are new and stand for one that is gone': async (ground) => {
    const ids = ['0007', '008', '9', 'ann', '000', '7000']
    await merge(
      ground,
      ids.map((name, index) => row(name, { line: index + 2 })),
    )
    const zeros = async (names: string[], source = 'hr') => {
      const snapshot = await stage(
        ground,
        names.map((name, index) => row(name, { line: index + 2 })),
      )
      return await lostZeros(ground.sql, ground.id, ground.source(source), snapshot)
    }
    expect(await zeros(ids)).toBe(0)
    expect(await zeros(['7', '8', '0009', 'ann', '0', '70'])).toBe(3)
    // Somebody else's number is no damage while the old one is still there.
    expect(await zeros([...ids, '7', '8'])).toBe(0)
    expect(await zeros(['7', '8'], 'partners')).toBe(0)
  },
  'errors are kept once a line, in the order of lines, until the file is read again': async (ground) => {
    const cells = ['a "b"', 'c\\d', '']
    const errors = [broken(9), broken(3, { cells, params: { value: 'x', n: 3 } }), broken(9, { code: 'OTHER' })]
    const snapshot = await stage(ground, [], { errors })
    const rows = () => failedRows(ground.sql, ground.id, snapshot, { after: 0, limit: 9 })
    expect(await rows()).toEqual([
      { line: 3, code: 'EMAIL_INVALID', params: { value: 'x', n: 3 }, cells },
      { line: 9, code: 'EMAIL_INVALID', params: {}, cells: [] },
    ])
    expect(await failedRows(ground.sql, ground.id, snapshot, { after: 3, limit: 1 })).toMatchObject([{ line: 9 }])
    await clearErrors(ground.sql, ground.id, snapshot)
    expect(await rows()).toEqual([])
  },
  'dropping one staging leaves the others': async (ground) => {
    const [one, other] = [await stage(ground, [row('ann')]), await stage(ground, [row('ann')])]
    await dropStaging(ground.sql, ground.id, one)
    expect([await count(ground, one), await count(ground, other)]).toEqual([0, 1])
  },
}
