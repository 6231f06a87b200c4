/** YAML text as a value that still knows where each of its parts stands. */
import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Node,
  parseDocument,
  visit,
} from 'yaml'
import type { Path, Problem } from './problem.ts'

export interface Place {
  line: number
  column: number
}

export interface YamlDocument {
  value: unknown
  /** Broken YAML; then `value` is not to be used. */
  problems: Problem[]
  /** Where the value at a path stands (`value`), or the key that leads to it (`key`); where that is missing, the key of what should hold it. */
  place(path: Path, of: 'key' | 'value'): Place
}

/** Parses one YAML document. */
export function readYaml(text: string): YamlDocument {
  const lines = new LineCounter()
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' })
  const at = (offset: number): Place => {
    const { line, col } = lines.linePos(offset)
    return { line: Math.max(line, 1), column: Math.max(col, 1) }
  }
  const broken = (offset: number, message: string): Problem => ({ ...at(offset), path: '', message, severity: 'error' })
  const found = [
    ...[...document.errors, ...document.warnings].map(({ pos, code }) => broken(pos[0], SENTENCES[code] ?? UNREADABLE)),
    ...danglingAliases(document).map((offset) => broken(offset, DANGLING)),
  ]
  const problems = found.filter((one, index) => found.findIndex(({ line }) => line === one.line) === index)
  return {
    value: problems.length === 0 ? plainValue(document, problems) : undefined,
    problems,
    place: (path, of) => at(offsetOf(document, path, of)),
  }
}

const DANGLING = 'This begins with *, which YAML takes for a reference; put the value in quotes.'
const UNREADABLE = 'This cannot be read as YAML; look at the indentation, colons and quotes here.'

/** In our own words: the library's may quote the text, and the text may be a password. */
const SENTENCES: Partial<Record<string, string>> = {
  DUPLICATE_KEY: 'This key stands here for the second time.',
  TAB_AS_INDENT: 'Indent with blanks, not with tabs.',
  BAD_INDENT: 'This line is indented differently than its neighbours, or a bracket or quote before it is not closed.',
  BAD_DQ_ESCAPE: 'This backslash sequence is unknown; use single quotes, or write two backslashes.',
  BAD_SCALAR_START: 'A value that begins with this character must be in quotes.',
  BLOCK_AS_IMPLICIT_KEY:
    'A value ends here and a setting begins inside it: put a value that holds a colon in quotes, or correct the indentation of the next line.',
  MISSING_CHAR: 'A quote, bracket, colon or comma is missing.',
  MULTIPLE_DOCS: 'A second document begins here; the file must hold one.',
  TAG_RESOLVE_FAILED:
    'Tags (a word that begins with !) are not understood; put the value in quotes if it begins with one.',
}

function plainValue(document: Document.Parsed, problems: Problem[]): unknown {
  try {
    return document.toJS({ maxAliasCount: 100 })
  } catch {
    const message = 'The references (*) of this file multiply too much.'
    problems.push({ line: 1, column: 1, path: '', message, severity: 'error' })
    return undefined
  }
}

function danglingAliases(document: Document.Parsed): number[] {
  const found: number[] = []
  visit(document, {
    Alias(_key, node) {
      if (node.resolve(document) === undefined) found.push(node.range?.[0] ?? 0)
    },
  })
  return found
}

/** Where something is missing, the key of what should hold it. */
function offsetOf(document: Document.Parsed, path: Path, of: 'key' | 'value'): number {
  const start = document.contents?.range?.[0] ?? 0
  let here: Part = { node: document.contents, key: start, value: start }
  for (const step of path) {
    const next = partOf(isAlias(here.node) ? here.node.resolve(document) : here.node, step)
    if (next === null) return here.key
    here = next
  }
  return here[of]
}

interface Part {
  node: Node | null
  /** Offsets in the text. An entry of a list has no key, and an empty value stands where its key does. */
  key: number
  value: number
}

function partOf(node: Node | null | undefined, step: string | number): Part | null {
  if (isSeq(node) && typeof step === 'number') {
    const entry = node.items[step]
    const start = isNode(entry) ? (entry.range?.[0] ?? 0) : 0
    return isNode(entry) ? { node: entry, key: start, value: start } : null
  }
  if (!isMap(node)) return null
  const pair = node.items.find(({ key }) => String(isScalar(key) ? key.value : key) === String(step))
  if (pair === undefined || !isNode(pair.key)) return null
  const value = isNode(pair.value) ? pair.value : null
  const key = pair.key.range?.[0] ?? 0
  const empty = value === null || (isScalar(value) && value.value === null)
  return { node: value, key, value: empty ? key : (value.range?.[0] ?? key) }
}
