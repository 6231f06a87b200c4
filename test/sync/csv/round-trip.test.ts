/** What was understood of a file, written back in its shape and read again, is understood the same. */
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StagedRow } from '../../../src/reconcile/model.ts'
import {
  asLines,
  canonicalRow,
  cellsOf,
  type FailureRow,
  mergeRows,
  type OpenedCsv,
  writeFailures,
} from '../../../src/sync/csv/index.ts'
import { rosterFile } from '../../support/roster-file.ts'
import { type Read, read, SETTINGS } from './support.ts'

const { zone } = SETTINGS

async function written(rows: StagedRow[], { layout }: OpenedCsv): Promise<string> {
  const reason = { code: 'X', reason: 'Because.', nextStep: 'Go on.', plan: 'pln_1', item: '1' }
  const failures: FailureRow[] = rows.map((row) => ({
    cells: cellsOf(row, layout, zone),
    line: row.line,
    ...reason,
  }))
  let text = ''
  for await (const part of writeFailures(failures, layout)) text += part
  return text
}

/** The rows of each person, put together where they do not contradict each other. */
function people({ rows }: Read): StagedRow[][] {
  return [...Map.groupBy(rows, (row) => row.anchorKey).values()].map((lines) => {
    const merged = mergeRows(lines)
    return merged.ok ? [merged.row] : lines
  })
}

const canonical = (found: StagedRow[][]) => found.flat().map(canonicalRow)

it('rows come back from a failure file as they went in', async () => {
  await fc.assert(
    fc.asyncProperty(rosterFile({ action: fc.constantFrom('', 'keep', 'remove') }), async ({ text, delimiter }) => {
      const before = await read(text, { delimiter })
      expect(before.errors).toEqual([])
      const known = people(before)
      const lines = known.flatMap((rows) => rows.flatMap((row) => asLines(row, before.opened.layout)))
      const again = await read(await written(lines, before.opened))
      expect(again.errors).toEqual([])
      expect(canonical(people(again))).toEqual(canonical(known))
    }),
    { numRuns: 500 },
  )
})

it('a second round gives the same bytes', async () => {
  await fc.assert(
    fc.asyncProperty(rosterFile(), async ({ text, delimiter }) => {
      const before = await read(text, { delimiter })
      const first = await written(before.rows, before.opened)
      const again = await read(first)
      const numbered = again.rows.map((row, at) => ({ ...row, line: before.rows[at]?.line ?? 0 }))
      expect(await written(numbered, again.opened)).toBe(first)
    }),
    { numRuns: 200 },
  )
})

it.each([
  ['an end of its own column', 'email,Maya', 'a@x.com,2027-06-30', ['a@x.com,2027-06-30,']],
  ['an inverted status', 'email,Block sign in', 'a@x.com,yes', ['a@x.com,yes,']],
  ['emptied on purpose', 'email,note', 'a@x.com,CLEAR', ['a@x.com,CLEAR,']],
  ['one group with a comma', 'email,groups', 'a@x.com,"A, B;"', ['a@x.com,"A, B;",']],
  ['a secret', 'email,Password', 'a@x.com,hunter2', ['a@x.com,,']],
  ['an id beside the address', 'email,id', 'a@x.com,007', ['a@x.com,007,']],
])('%s', async (_, header, line, expected) => {
  const { rows, opened } = await read(`${header}\n${line}\n`)
  const text = await written(rows, opened)
  expect(text.split('\r\n').slice(1, -1)).toEqual(expected.map((start) => expect.stringContaining(start)))
})

it('products that end on days of their own stand on lines of their own', async () => {
  const file = await read('email,products,expires\na@x.com,Maya,2027-06-30\na@x.com,Nuke X,\n')
  const [[row] = []] = people(file)
  if (!row) throw new Error('nobody')
  const text = await written(asLines(row, file.opened.layout), file.opened)
  expect(text.split('\r\n').slice(1, -1)).toEqual([
    expect.stringMatching(/^a@x\.com,nuke,,/),
    expect.stringMatching(/^a@x\.com,maya,2027-06-30,/),
  ])
})
