/** What a form says, as it is read. */
import { expect, test } from 'vitest'
import { Form } from '../../src/console/form.ts'

const count = (typed: string) => {
  const data = new FormData()
  data.set('count', typed)
  return new Form(data).number('count')
}

test.each([
  ['7', 7],
  ['1,234', 1_234],
  ['1.234', 1_234],
  ['1 234', 1_234],
  ['1’234', 1_234],
  ['', null],
  ['-1', null],
  ['seven', null],
  ['1e3', null],
  ['1234567890', null],
])('a number is typed as pages show it, or as people write it: %j', (typed, wanted) => {
  expect(count(typed)).toBe(wanted)
})
