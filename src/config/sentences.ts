/** What zod found, as one sentence each, at the line where it stands. */
import type { z } from 'zod'
import type { YamlDocument } from './document.ts'
import { type Path, type Problem, pathText } from './problem.ts'
import { configJsonSchema } from './schema.ts'
import { similar } from './similar.ts'

type Issue = z.core.$ZodIssue

/** One problem per mistake, in the order of the file. */
export function problemsOf(issues: Issue[], document: YamlDocument): Problem[] {
  return issues
    .flatMap((issue) => explain(issue, []))
    .map(({ path, message, at }) => ({
      ...document.place(path, at),
      path: pathText(path),
      message,
      severity: 'error' as const,
    }))
    .sort((a, b) => a.line - b.line || a.column - b.column)

  function explain(issue: Issue, base: Path): Finding[] {
    const path = [...base, ...issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))]
    if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(path, key, document.value))
    if (issue.code === 'invalid_key') {
      const why = issue.issues[0]?.message ?? 'is not possible here'
      return [{ path, at: 'key', message: `The key ${last(path)} ${why}.` }]
    }
    const value = valueAt(document.value, path)
    if (value === undefined) return [{ path, at: 'key', message: `${pathText(path)} is missing.` }]
    if (issue.code === 'invalid_union' && 'discriminator' in issue) {
      // One key says which alternative was meant, and it says none; zod looks no further then.
      const values = 'options' in issue && Array.isArray(issue.options) ? issue.options.map(String) : []
      const wrong: Finding = { path, at: 'value', message: oneOf(pathText(path), values, value) }
      return [wrong, ...strangers(path.slice(0, -1))]
    }
    if (issue.code === 'invalid_union') {
      const near = nearest(issue.errors, value)
      if (near !== null) return near.flatMap((inner) => explain(inner, path))
    }
    return [{ path, at: 'value', message: sentence(issue, path, value) }]
  }

  function strangers(path: Path): Finding[] {
    const known = knownKeys(path, document.value)
    const there = valueAt(document.value, path)
    if (typeof there !== 'object' || there === null) return []
    return Object.keys(there).flatMap((key) => (known.includes(key) ? [] : unknownKey(path, key, document.value)))
  }
}

interface Finding {
  path: Path
  message: string
  at: 'key' | 'value'
}

/** The alternative that was meant: the only one whose own keys are all there, so that what is wrong lies deeper. */
function nearest(alternatives: Issue[][], value: unknown): Issue[] | null {
  const fits = (issue: Issue) => issue.path.length > 0 && valueAt(value, issue.path.slice(0, 1)) !== undefined
  const deeper = alternatives.filter((issues) => issues.length > 0 && issues.every(fits))
  return deeper.length === 1 ? (deeper[0] ?? null) : null
}

function unknownKey(path: Path, key: string, root: unknown): Finding {
  const known = knownKeys(path, root)
  const other = kindsWith(path, key)
  if (other.length > 0) {
    const kind = valueAt(root, [...path, 'kind'])
    const message = `${shown(key)} is a setting of sources of the kind ${other.join(' and ')}; ${pathText(path)} is of the kind ${kind}.`
    return { path: [...path, key], at: 'key', message }
  }
  const guess = similar(key, known)
  const where = path.length === 0 ? 'a setting' : `a setting of ${pathText(path)}`
  const hint = guess === null ? `Possible: ${known.join(', ')}.` : `Did you mean ${guess}?`
  return { path: [...path, key], at: 'key', message: `${shown(key)} is not ${where}. ${hint}` }
}

function sentence(issue: Issue, path: Path, value: unknown): string {
  const name = pathText(path) || 'The file'
  switch (issue.code) {
    case 'invalid_type':
      return `${name} must be ${TYPES[issue.expected] ?? issue.expected}, not ${typeOf(value)}.`
    case 'invalid_value':
      return oneOf(
        name,
        issue.values.map((one) => (one === '\t' ? '"\\t"' : String(one))),
        value,
      )
    case 'too_small':
      if (issue.message.startsWith('must')) return `${name} ${issue.message}.`
      return issue.origin === 'array'
        ? `${name} needs at least ${issue.minimum} entry.`
        : `${name} must be ${issue.minimum} or more.`
    case 'too_big':
      return `${name} must be ${issue.maximum} or less.`
    default:
      return withName(name, String(path.at(-1)), issue.message)
  }
}

function oneOf(name: string, allowed: string[], value: unknown): string {
  const guess = typeof value === 'string' ? similar(value, allowed) : null
  const hint = guess === null ? '' : ` Did you mean ${guess}?`
  const written = typeof value === 'string' ? `; ${shown(value)} is not possible` : ''
  return `${name} must be ${allowed.length === 1 ? '' : 'one of '}${allowed.join(', ')}${written}.${hint}`
}

/** Our own messages are predicates ("must be …"); the rules' may also begin with the key, or be a whole sentence. */
function withName(name: string, key: string, message: string): string {
  const predicate = message.startsWith(`${key} `) ? message.slice(key.length + 1) : message
  const text = predicate !== message || /^(must|is) /.test(message) ? `${name} ${predicate}` : `${name}: ${message}`
  return /[.?!]$/.test(text) ? text : `${text}.`
}

const TYPES: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'a group of settings',
  record: 'a group of settings',
}

function typeOf(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a group of settings'
  if (typeof value === 'number') return Number.isInteger(value) ? 'a number' : 'a number with a fraction'
  return typeof value === 'boolean' ? 'true or false' : 'text'
}

const last = (path: Path): string => shown(String(path.at(-1) ?? ''))

/** A word from the file, short enough for a sentence. */
const shown = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((inner, step) => {
    if (typeof inner !== 'object' || inner === null) return undefined
    return Object.getOwnPropertyDescriptor(inner, step)?.value
  }, value)
}

interface SchemaNode {
  $ref?: string | undefined
  const?: unknown
  anyOf?: unknown[] | undefined
  oneOf?: unknown[] | undefined
  properties?: Record<string, unknown> | undefined
  additionalProperties?: unknown
  items?: unknown
  $defs?: Record<string, unknown> | undefined
}

const isSchema = (node: unknown): node is SchemaNode =>
  typeof node === 'object' && node !== null && !Array.isArray(node)

/** The keys that the schema allows at a path, alternatives together, but for those that the text has decided between. */
function knownKeys(path: Path, text: unknown): string[] {
  const nodes = schemaAt(path)
  const said = nodes.filter((node) => isOf(node, valueAt(text, path)))
  return [...new Set((said.length > 0 ? said : nodes).flatMap((node) => Object.keys(node.properties ?? {})))]
}

/** The kinds of a source that have such a setting; empty where the path leads to none. */
function kindsWith(path: Path, key: string): string[] {
  return schemaAt(path).flatMap(({ properties }) => {
    const kind = properties?.['kind']
    return isSchema(kind) && kind.const !== undefined && properties?.[key] !== undefined ? [String(kind.const)] : []
  })
}

/** Whether the value says of itself what the alternative says of all. */
function isOf({ properties = {} }: SchemaNode, value: unknown): boolean {
  return Object.entries(properties).every(
    ([key, node]) => !isSchema(node) || node.const === undefined || valueAt(value, [key]) === node.const,
  )
}

let whole: SchemaNode | undefined

function wholeSchema(): SchemaNode {
  whole ??= configJsonSchema()
  return whole
}

/** What the schema says at a path: one node, or several where it has alternatives. */
function schemaAt(path: Path): SchemaNode[] {
  const root = wholeSchema()
  const expand = (node: unknown): SchemaNode[] => {
    if (!isSchema(node)) return []
    if (node.$ref !== undefined)
      return expand(node.$ref === '#' ? root : root.$defs?.[node.$ref.replace('#/$defs/', '')])
    const alternatives = node.anyOf ?? node.oneOf
    return alternatives === undefined ? [node] : alternatives.flatMap(expand)
  }
  let nodes = expand(root)
  for (const step of path) {
    nodes = nodes.flatMap((node) =>
      expand(typeof step === 'number' ? node.items : (node.properties?.[step] ?? node.additionalProperties)),
    )
  }
  return nodes
}
