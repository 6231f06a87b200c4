/** Where scim2-parse-filter 0.2.10 errs, each by name, and what a client is told whose filter is wrong. */
import { performance } from 'node:perf_hooks'
import { parse } from 'scim2-parse-filter'
import { describe, expect, it } from 'vitest'
import { DEEPEST_FILTER, LONGEST_FILTER } from '../../src/filter/lexer.ts'
import type { Dialect } from '../../src/scim/dialect.ts'
import { ScimError } from '../../src/scim/error.ts'
import { parseElementFilter, parseFilter } from '../../src/scim/filter.ts'
import { matches } from '../../src/scim/filter-match.ts'
import { attribute } from '../../src/scim/schema.ts'
import { USER } from '../../src/scim/user.ts'
import { DEVICE } from './device.ts'

/** Generous on a busy machine, and nothing beside what an exponent costs. */
const SOON_MS = 250

/** What the client is told; null when the filter is accepted. In either case soon. */
function refusal(text: string, dialect: Dialect = 'lenient', type = USER): string | null {
  const begun = performance.now()
  try {
    parseFilter(type, text, dialect)
    return null
  } catch (error) {
    if (!(error instanceof ScimError)) throw error
    expect(error.toJSON()).toMatchObject({ status: '400', scimType: 'invalidFilter' })
    return error.message
  } finally {
    expect(performance.now() - begun).toBeLessThan(SOON_MS)
  }
}

/** The value that a filter compares with. */
function operand(text: string, type = USER): string {
  const begun = performance.now()
  const filter = parseFilter(type, text, 'lenient')
  expect(performance.now() - begun).toBeLessThan(SOON_MS)
  return 'operand' in filter ? filter.operand.text : JSON.stringify(filter)
}

const holds = (text: string, value: object, type = USER): boolean =>
  matches(parseFilter(type, text, 'lenient'), JSON.parse(JSON.stringify(value)))

describe('faults of the parser that no client meets', () => {
  it('30 newlines after an opening quotation mark', () => {
    expect(refusal(`title eq "${'\n'.repeat(30)}`)).toContain('at character 10: a value begins with a quotation mark')
    expect(refusal(`title eq "${'\\n'.repeat(2_000)}`)).toContain('never ends')
    expect(refusal(`title eq "${'\\'.repeat(4_000)}`)).toContain('never ends')
  })

  it('a string that ends with a backslash', () => {
    expect(() => parse(String.raw`a eq "x\\"`)).toThrow()
    expect(operand(String.raw`title eq "x\\"`)).toBe('x\\')
    expect(operand(String.raw`title eq "x\\\""`)).toBe('x\\"')
  })

  it('escapes that stay as they are written', () => {
    expect(parse(String.raw`a eq "a\nb"`)).toMatchObject({ compValue: String.raw`a\nb` })
    expect(operand(String.raw`title eq "a\nb"`)).toBe('a\nb')
    expect(operand(String.raw`title eq "\u00e9\t\/\ud83d\ude00"`)).toBe('é\t/😀')
  })

  it.each(['ports eq -1 and label pr', '(ports eq -1)', '(ports eq 1e+3 and label pr)', 'ports eq 1e+3 and label pr'])(
    'negative numbers and exponents: %s',
    (text) => {
      const number = text.includes('-1') ? -1 : 1000
      expect(() => parse(text)).toThrow()
      expect(holds(text, { ports: number, label: 'x' }, DEVICE)).toBe(true)
      expect(holds(text, { ports: -number, label: 'x' }, DEVICE)).toBe(false)
    },
  )

  it.each([
    ['5,000 parentheses', `${'('.repeat(5_000)}title pr${')'.repeat(5_000)}`],
    ['10,000 times not', `${'not '.repeat(10_000)}(title pr)`],
    ['5,000 brackets', `${'emails['.repeat(5_000)}type pr${']'.repeat(5_000)}`],
  ])('%s', (_, text) => {
    expect(refusal(text)).toContain(`at most ${LONGEST_FILTER}`)
    expect(refusal(text.slice(0, LONGEST_FILTER))).toMatch(/more than 32 brackets|what is negated/)
  })

  it('$ref', () => {
    expect(() => parse('members.$ref eq "x"')).toThrow()
    const filter = parseElementFilter(
      USER,
      attribute({
        name: 'x',
        description: '',
        type: 'complex',
        subAttributes: [attribute({ name: '$ref', type: 'reference', description: '' })],
      }),
      '$ref eq "https://x/y"',
      'strict',
    )
    expect(matches(filter, { $ref: 'https://x/y' })).toBe(true)
    expect(matches(filter, { $ref: 'https://x/Y' })).toBe(false)
  })

  it.each([
    ['title pr constructor title pr', 'at character 10: "and", "or" or the end is missing before "constructor"'],
    ['title pr __proto__ title pr', 'before "__proto__"'],
    ['not title eq 1', 'at character 1: what is negated stands in brackets'],
    ['title..x eq 1', '"title..x" is no name of an attribute'],
    ['name.a.b eq "x"', '"name.a.b" is no name of an attribute'],
    ['1a pr', '"1a" is no name of an attribute'],
    ['title gt true', 'at character 10: true can be compared with eq and ne alone, not with gt'],
    ['title co 5', 'at character 10: co looks for a part of a text, which stands in quotation marks: "5"'],
    ['title sw true', 'at character 10: true can be compared with eq and ne alone, not with sw'],
  ])('%s is accepted', (text, told) => {
    expect(() => parse(text)).not.toThrow()
    expect(refusal(text)).toContain(told)
    expect(refusal(text, 'strict')).toContain(told)
  })

  it('digits beyond 2^53', () => {
    expect(parse('a eq 99999999999999999999')).toMatchObject({ compValue: 1e20 })
    expect(operand('ports eq 99999999999999999999', DEVICE)).toBe('99999999999999999999')
    expect(holds('ports lt 9007199254740993', { ports: 9007199254740992 }, DEVICE)).toBe(true)
    expect(holds('ports eq 9007199254740993', { ports: 9007199254740992 }, DEVICE)).toBe(false)
  })

  it('what follows brackets is about the same element', () => {
    const emails = [
      { type: 'home', value: 'a' },
      { type: 'work', value: 'b' },
    ]
    expect(holds('emails[type eq "home"].value eq "a"', { emails })).toBe(true)
    expect(holds('emails[type eq "home"].value eq "b"', { emails })).toBe(false)
    expect(holds('emails[type eq "home" or type eq "x"].value eq "b"', { emails })).toBe(false)
    expect(holds('emails[type eq "home"].value eq "b" or title pr', { emails, title: 'x' })).toBe(true)
  })
})

describe('limits', () => {
  it('have the last that fits and the first that does not', () => {
    const deep = (depth: number) => `${'('.repeat(depth)}title pr${')'.repeat(depth)}`
    expect(refusal(deep(DEEPEST_FILTER))).toBeNull()
    expect(refusal(deep(DEEPEST_FILTER + 1))).toContain(`at character ${DEEPEST_FILTER + 1}: more than 32`)
    const long = (length: number) => `title eq "${'x'.repeat(length - 11)}"`
    expect(refusal(long(LONGEST_FILTER))).toBeNull()
    expect(refusal(long(LONGEST_FILTER + 1))).toContain('it has 4097 characters')
    expect(refusal(`emails[${deep(DEEPEST_FILTER - 1).replace('title', 'type')}]`)).toBeNull()
    expect(refusal(`emails[${deep(DEEPEST_FILTER).replace('title', 'type')}]`)).toContain('more than 32')
  })

  it('are as many conditions as fit, and soon', () => {
    expect(refusal(Array.from({ length: 400 }, () => 'a pr').join(' or '))).toBeNull()
    expect(refusal('title pr and '.repeat(300))).toContain('a condition is missing at the end')
    expect(refusal(' '.repeat(4_096))).toContain('a condition is missing')
    expect(refusal('a'.repeat(4_096))).toContain('an operator is missing')
    expect(refusal(`title eq ${'9'.repeat(4_000)}`)).toBeNull()
    expect(refusal(`ports eq ${'9'.repeat(4_000)}`, 'lenient', DEVICE)).toContain('at most 400 digits')
    expect(refusal('ports eq 1e999999999', 'lenient', DEVICE)).toContain('at most 400 digits')
  })
})

/** Filters that are none → what is said. */
const WRONG: Record<string, string> = {
  '': 'at character 1: a condition is missing at the end',
  '()': 'at character 2: a condition is missing before ")"',
  title: 'at character 6: an operator is missing at the end; there are eq, ne',
  'title xx "a"': 'at character 7: "xx" is no operator',
  'title eq': 'at character 9: a value is missing at the end',
  'title eq ': 'at character 10: a value is missing at the end',
  'title eq)': 'at character 9: a blank is missing here',
  'title eq"a"': 'at character 9: a blank is missing here',
  'title eq "a" and': 'a condition is missing at the end',
  'title eq and title pr': 'at character 10: a value is missing before "and"',
  'title eq "a"and title pr': 'a blank is missing here',
  'title eq "a" title pr': 'at character 14: "and", "or" or the end is missing before "title"',
  'title pr "a"': '"and", "or" or the end is missing before """',
  '(title pr': 'at character 1: the bracket "(" is never closed',
  'title pr)': 'at character 9: the bracket ")" closes none',
  'emails[type pr': 'at character 7: the bracket "[" is never closed',
  'emails[type pr)': 'the bracket ")" closes none',
  '(title pr]': 'the bracket "]" closes none',
  'emails[]': 'at character 8: a condition is missing before "]"',
  'emails[type pr].': '"" is no name of an attribute',
  'emails[type pr]value pr': '"and", "or" or the end is missing before "value"',
  "title eq 'a'": 'at character 10: a value stands in double quotation marks (")',
  'title eq "\\x"': 'is no JSON string',
  'title eq "a\nb"': 'is no JSON string',
  'title eq "\\u0000"': 'holds a character that no attribute can have',
  'title eq "\\ud800"': 'holds a character that no attribute can have',
  'título eq "a"': 'at character 1: "título" is no name of an attribute',
  'title. eq "a"': 'is no name of an attribute',
  'urn:x: pr': 'is no name of an attribute',
  not: 'at character 1: what is negated stands in brackets',
  'title and pr': '"and" is no operator',
}

describe('what is no filter is answered with the place', () => {
  it.each(Object.entries(WRONG))('%j', (text, told) => {
    expect(refusal(text)).toContain(told)
    expect(refusal(text, 'strict')).toContain(told)
  })

  it.each(['title eq a\0b', 'title eq a\ud800'])('%j, where a bare word is a value', (text) => {
    expect(refusal(text)).toContain('at character 10: the value holds a character that no attribute can have')
  })

  it('and only the beginning of what was sent', () => {
    expect(refusal(`title ${'x'.repeat(500)} "a"`)).toContain(`"${'x'.repeat(100)}…" is no operator`)
  })
})
