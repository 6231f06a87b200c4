/** What a choice is in an address, and what pasted addresses are understood as. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { pairsOf, readChoice } from '../../src/console/bulk/choice.ts'
import { pack, unpack } from '../../src/console/bulk/packed.ts'
import { readPasted } from '../../src/console/bulk/pasted.ts'

const ids = fc.uniqueArray(fc.integer({ min: 1, max: 1_000_000_000 }), { maxLength: 200 })
const sorted = (numbers: readonly number[]) => [...numbers].sort((a, b) => a - b)

describe('a choice in an address', () => {
  test('is read as it was written', () => {
    fc.assert(
      fc.property(ids, (numbers) => {
        expect(unpack(pack(numbers), 1_000)).toEqual(sorted(numbers))
      }),
    )
    expect(unpack('', 9)).toEqual([])
    for (const broken of ['.', '1..2', 'A', '1.', '-1', '1 2', 'zzzzzzzzzzzz']) expect(unpack(broken, 9)).toEqual([])
  })

  test('is short: a thousand of a million', () => {
    const some = Array.from({ length: 1_000 }, (_, index) => index * 997 + 3)
    expect(pack(some).length).toBeLessThan(4_000)
  })

  test('comes back whole from its fields', () => {
    const address =
      'who=1.2.3&browse=1&without=1&product=cad&product=a%26b&expires=2027-06-30&role=admin&wait=1&first=1&pin=always&reason=a+b&quiet=1'
    const choice = readChoice(new URLSearchParams(address))
    expect(readChoice(new URLSearchParams(pairsOf(choice)))).toEqual(choice)
    expect(new URLSearchParams(pairsOf(choice)).toString()).toBe(address)
  })

  test('keeps what other pages have ticked', () => {
    const shown = (boxes: number[], on: number[], rest: string) =>
      readChoice(new URLSearchParams(`${rest}&shown=${pack(boxes)}${on.map((id) => `&on=mem_${id}`).join('')}`))
    const picked = shown([3, 4, 5], [4], `browse=1&who=${pack([3, 9])}`)
    expect(picked.whom).toEqual({ kind: 'members', ids: [9, 4] })
    const edited = shown([3, 4], [3], `who=${pack([3, 4, 9])}&without=${pack([3, 9])}`)
    expect(edited.except).toEqual([9, 4])
    expect(edited.whom).toEqual({ kind: 'members', ids: [3, 4, 9] })
    // A box that was not shown says nothing.
    expect(shown([3], [3, 8], 'browse=1').whom).toEqual({ kind: 'members', ids: [3] })
  })

  test('says the whole search that finds those who are meant, or is refused: a part of it would find more', () => {
    const filter = new URLSearchParams({ q: '信'.repeat(200), state: 'suspended', product: 'cad' }).toString()
    expect(readChoice(new URLSearchParams({ all: '1', filter })).whom).toEqual({ kind: 'all', filter })
    const longer = new URLSearchParams({ all: '1', filter: `q=${'a'.repeat(4_000)}&state=suspended` })
    expect(() => readChoice(longer)).toThrow(/too long for an address/)
  })

  test('has an end', () => {
    const many = Array.from({ length: 1_000 }, (_, index) => index + 1)
    const query = new URLSearchParams(`all=1&shown=${pack(many)}`)
    expect(() => readChoice(query)).toThrow(/1,000 boxes are ticked or unticked, and 100 can be/)
  })
})

describe('pasted addresses', () => {
  test.each([
    ['Ann Lee <ann@x.example>; bob@x.example', ['ann@x.example', 'bob@x.example']],
    ['"Lee, Ann" <ann@x.example>, bob@x.example', ['ann@x.example', 'bob@x.example']],
    ['Lee, Ann <ann@x.example>; bob@x.example', ['ann@x.example', 'bob@x.example']],
    ['ann@x.example bob@x.example\ncam@x.example', ['ann@x.example', 'bob@x.example', 'cam@x.example']],
    ['Ann\tLee\tann@x.example\nBob\tRay\tbob@x.example', ['ann@x.example', 'bob@x.example']],
    ['<ann@x.example>', ['ann@x.example']],
    ['mailto:ann@x.example', ['ann@x.example']],
    ['', []],
  ])('%j', (text, addresses) => {
    const { people, wrong } = readPasted(text)
    expect([people.map(({ email }) => email), wrong]).toEqual([addresses, []])
  })

  test('give names where they have any', () => {
    const names = (text: string) => readPasted(text).people.map((one) => [one.firstName, one.lastName])
    expect(names('Ann Mary Lee <a@x.example>')).toEqual([['Ann Mary', 'Lee']])
    expect(names('"Lee, Ann" <a@x.example>')).toEqual([['Ann', 'Lee']])
    expect(names('Cher <c@x.example>')).toEqual([['Cher', '']])
    expect(names('a@x.example')).toEqual([['', '']])
  })

  test('say what is none, and count who stands there twice', () => {
    const { people, repeated, wrong } = readPasted('ann@x.example; ANN@x.example; bob(at)x.example; cam@@x.example')
    expect([people.length, repeated]).toEqual([1, 1])
    expect(wrong.map(({ text }) => text)).toEqual(['bob(at)x.example', 'cam@@x.example'])
  })

  test('never throw, whatever is pasted', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const { people, wrong } = readPasted(text)
        expect(people.length + wrong.length).toBeLessThanOrEqual(text.length + 1)
      }),
    )
  })
})
