/** docs/scim-support.md says of 95 statements what becomes of them here; the tests that hold it are found by the same numbers. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(import.meta.dirname, '../..')
const ROW = /^\| (\d+) \| [^|]* \| ([^|]+) \| ([^|]+) \| ([^|]*) \|$/gm
const TEXT = /(['"`])((?:(?!\1)[^\\\n]|\\.)*)\1/g
const NUMBERS = /^(?:\d{1,2}(?:, | and | to ))*\d{1,2}(?=:| [A-Za-z"/%])|\((?:\d{1,2}, )*\d{1,2}\)/

const rows = [...readFileSync(join(root, 'docs/scim-support.md'), 'utf8').matchAll(ROW)].map(
  ([, number, statement = '', here = '', why = '']) => ({ number: Number(number), statement, here, why }),
)

/** What stands in quotation marks in the tests, their names among it. */
const texts = readdirSync(join(root, 'test/scim'))
  .filter((file) => file.endsWith('.test.ts') && file !== 'support.test.ts')
  .flatMap((file) => [...readFileSync(join(root, 'test/scim', file), 'utf8').matchAll(TEXT)])
  .map(([, , text = '']) => text)

/** Numbers at the head of what tests are called, `22, 74 to 76: …`, or behind it, `… (46)`. */
function named(): Set<number> {
  return new Set(texts.flatMap((text) => numbersIn(NUMBERS.exec(text)?.[0] ?? '')))
}

function numbersIn(text: string): number[] {
  return text.split(/, | and /).flatMap((part) => {
    const [first = 0, last = first] = (part.match(/\d+/g) ?? []).map(Number)
    return Array.from({ length: last - first + 1 }, (_, n) => first + n)
  })
}

test('every statement has a row, in order, and what is not simply so has a reason', () => {
  expect(rows.map((row) => row.number)).toEqual(Array.from({ length: 95 }, (_, n) => n + 1))
  for (const { number, statement, here, why } of rows) {
    expect(statement.trim(), String(number)).not.toBe('')
    expect(here, String(number)).toMatch(/^(?:yes|differs|no|not yet|by a proxy|dialect `strict`)$/)
    if (here !== 'yes') expect(why.trim(), String(number)).not.toBe('')
  }
})

test('every statement has a test of its number', () => {
  const numbers = named()
  expect(rows.map((row) => row.number).filter((number) => !numbers.has(number))).toEqual([])
})

test.each([
  ['Entra ID', 'E', 46],
  ['Okta', 'O', 31],
])('every row about %s has a test of its number', (_, letter, most) => {
  const range = new RegExp(String.raw`\b${letter}-(\d+)(?: to ${letter}-(\d+))?`, 'g')
  const numbers = new Set(
    texts
      .flatMap((text) => [...text.matchAll(range)])
      .flatMap(([, first = '', last = first]) => numbersIn(first === last ? first : `${first} to ${last}`)),
  )
  const rows = Array.from({ length: most }, (_, n) => n + 1)
  expect(rows.filter((row) => !numbers.has(row))).toEqual([])
})
