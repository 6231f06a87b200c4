/**
 * Takes a filter apart in one pass whose time grows with its length alone, and refuses what the grammar of RFC 7644 §3.4.2.2 does not
 * have. What is left for the parser are brackets, `and`, `or`, `not` and numbered names and values: it never sees a text of a client,
 * so nothing that it reads too widely, too narrowly or too slowly reaches one.
 */
import { FilterError, quoted } from './error.ts'
import { checkOperator, endOfString, type Literal, readBare, readString } from './literal.ts'

/** A name as the client wrote it; `at`: where it begins in the filter. */
export interface Name {
  readonly text: string
  readonly at: number
}

export interface Lexed {
  /** The filter with `a0`, `a1`, … for the names and `"0"`, `"1"`, … for the values. */
  readonly text: string
  readonly names: readonly Name[]
  readonly literals: readonly Literal[]
}

export const LONGEST_FILTER = 4_096
export const DEEPEST_FILTER = 32

const OPERATORS = new Set(['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'])
const PART = String.raw`(?:\$[Rr][Ee][Ff]|[A-Za-z][\w-]*)`
const NAME = new RegExp(String.raw`^${PART}(?:\.${PART})?$`)
const QUALIFIED = /^urn:[A-Za-z0-9][-\w.:%+~$!*'@;=,/]*$/i

/**
 * @param lenient bare words are values too
 * @throws FilterError
 */
export function lexFilter(text: string, lenient: boolean): Lexed {
  if (text.length > LONGEST_FILTER) {
    throw new FilterError(LONGEST_FILTER, `it has ${text.length} characters, and at most ${LONGEST_FILTER} are read.`)
  }
  return new Lexer(text, lenient).read()
}

class Lexer {
  readonly #text: string
  readonly #lenient: boolean
  #at = 0
  #out = ''
  readonly #names: Name[] = []
  readonly #literals: Literal[] = []
  /** Indexes of the brackets that are open. */
  readonly #open: number[] = []

  constructor(text: string, lenient: boolean) {
    this.#text = text
    this.#lenient = lenient
  }

  read(): Lexed {
    do this.#condition()
    while (this.#goesOn())
    return { text: this.#out, names: this.#names, literals: this.#literals }
  }

  /** Brackets and `not`s, then one comparison. */
  #condition(): void {
    for (;;) {
      this.#blanks()
      if (this.#text[this.#at] === '(') {
        this.#opens('(')
        continue
      }
      const name = this.#word()
      if (name.text === '') throw new FilterError(name.at, `a condition is missing${this.#found()}.`)
      if (name.text.toLowerCase() === 'not') {
        this.#blanks()
        if (this.#text[this.#at] !== '(') throw new FilterError(name.at, 'what is negated stands in brackets: not (…).')
        this.#out += 'not'
        continue
      }
      this.#name(name)
      if (this.#text[this.#at] !== '[') break
      this.#opens('[(')
    }
    this.#comparison()
  }

  #name(name: Name): void {
    const { text, at } = name
    const qualified = QUALIFIED.test(text) && !text.includes('..') && !/[.:]$/.test(text)
    if (!qualified && !NAME.test(text)) throw new FilterError(at, `${quoted(text)} is no name of an attribute.`)
    this.#out += `a${this.#names.length}`
    this.#names.push(name)
  }

  #comparison(): void {
    this.#blanks()
    const { text, at } = this.#word()
    const operator = text.toLowerCase()
    if (operator !== 'pr' && !OPERATORS.has(operator)) {
      const found = text === '' ? `an operator is missing${this.#found()}` : `${quoted(text)} is no operator`
      throw new FilterError(at, `${found}; there are ${[...OPERATORS].join(', ')} and pr.`)
    }
    this.#out += ` ${operator}`
    if (operator === 'pr') return
    if (this.#at < this.#text.length && !this.#blanks()) throw new FilterError(this.#at, 'a blank is missing here.')
    this.#out += ` "${this.#literals.length}"`
    const literal = this.#value()
    checkOperator(operator, literal)
    this.#literals.push(literal)
  }

  #value(): Literal {
    const at = this.#at
    if (this.#text[at] === '"') {
      const end = endOfString(this.#text, at)
      if (end === null) throw new FilterError(at, 'a value begins with a quotation mark and never ends with one.')
      this.#at = end
      return readString(this.#text.slice(at, end), at)
    }
    const { text } = this.#word()
    if (text === '') throw new FilterError(at, `a value is missing${this.#found()}.`)
    return readBare(text, at, this.#lenient)
  }

  /** Closes brackets; true when `and` or `or` follows, false at the end. */
  #goesOn(): boolean {
    for (let apart = false; ; apart = true) {
      apart = this.#blanks() || apart
      const character = this.#text[this.#at]
      if (character === ')' || character === ']') {
        this.#closes(character)
        continue
      }
      if (character === undefined) {
        const open = this.#open.at(-1)
        if (open !== undefined) throw new FilterError(open, `the bracket "${this.#text[open]}" is never closed.`)
        return false
      }
      const { text, at } = this.#word()
      const word = text.toLowerCase()
      if (word !== 'and' && word !== 'or') {
        throw new FilterError(
          at,
          `"and", "or" or the end is missing${text === '' ? this.#found() : ` before ${quoted(text)}`}.`,
        )
      }
      if (!apart) throw new FilterError(at, 'a blank is missing here.')
      this.#out += ` ${word} `
      return true
    }
  }

  #opens(written: '(' | '[('): void {
    if (this.#open.length === DEEPEST_FILTER) {
      throw new FilterError(this.#at, `more than ${DEEPEST_FILTER} brackets stand in each other.`)
    }
    this.#open.push(this.#at++)
    this.#out += written
  }

  /**
   * What follows `emails[…].value` has to hold for the element that the brackets found, and nothing is found by the parser's own
   * reading of it but any element: it goes into the brackets.
   */
  #closes(bracket: ')' | ']'): void {
    const open = this.#open.pop()
    if (open === undefined || (this.#text[open] === '[') !== (bracket === ']')) {
      throw new FilterError(this.#at, `the bracket "${bracket}" closes none that is open.`)
    }
    this.#at++
    this.#out += ')'
    if (bracket === ')') return
    if (this.#text[this.#at] === '.') {
      this.#at++
      this.#out += ' and '
      this.#name(this.#word())
      this.#comparison()
    }
    this.#out += ']'
  }

  /** Whether there were any. */
  #blanks(): boolean {
    const from = this.#at
    while (' \t\r\n'.includes(this.#text[this.#at] ?? '.')) this.#at++
    return this.#at > from
  }

  /** Everything up to a blank, a bracket or a quotation mark. */
  #word(): Name {
    const at = this.#at
    while (!' \t\r\n()[]"'.includes(this.#text[this.#at] ?? ' ')) this.#at++
    return { text: this.#text.slice(at, this.#at), at }
  }

  #found(): string {
    const character = this.#text[this.#at]
    return character === undefined ? ' at the end' : ` before ${quoted(character)}`
  }
}
