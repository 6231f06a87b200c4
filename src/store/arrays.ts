/**
 * Arrays on their way to PostgreSQL and back. Left to itself, the driver asks for the array types of the server at the start of each
 * connection, and nobody can catch what that query throws: a server that ends just then would end this process as well
 * (https://github.com/porsager/postgres/issues/1192). So it is told which there are.
 */
import type { ParsedOptions } from 'postgres'

/** The numbers of array types and of their elements in pg_type, which are the same on every server. */
const ELEMENTS = new Map([
  [199, 114], // json
  [1000, 16], // boolean
  [1001, 17], // bytea
  [1003, 19], // name
  [1005, 21], // smallint
  [1007, 23], // integer
  [1009, 25], // text
  [1015, 1043], // varchar
  [1016, 20], // bigint
  [1021, 700], // real
  [1022, 701], // double precision
  [1182, 1082], // date
  [1185, 1184], // timestamptz
  [1231, 1700], // numeric
  [2951, 2950], // uuid
  [3807, 3802], // jsonb
])

type Convert = (value: unknown) => unknown

/** Lets a pool send and read arrays of all types that a table or a query here may have, each element as if it stood alone. */
export function teachArrays({ parsers, serializers }: Pick<ParsedOptions, 'parsers' | 'serializers'>): void {
  for (const [array, element] of ELEMENTS) {
    const [parse, serialize] = [parsers[element] ?? asItIs, serializers[element] ?? String]
    serializers[array] = (value) => (Array.isArray(value) ? textOf(value, serialize) : value)
    parsers[array] = (text: string) => elementsOf(text, parse)
  }
}

const asItIs: Convert = (text) => text

function textOf(values: unknown[], serialize: Convert): string {
  const texts = values.map((value) => {
    if (value === undefined) throw new TypeError('an element of an array is undefined')
    if (value === null) return 'NULL'
    return Array.isArray(value) ? textOf(value, serialize) : quoted(String(serialize(value)))
  })
  return `{${texts.join(',')}}`
}

const quoted = (text: string): string => `"${text.replace(/["\\]/g, '\\$&')}"`

/** What opens and closes an array, an element in quotes with a backslash before what would end it, or a bare one. */
const TOKEN = /([{}])|"((?:[^"\\]|\\.)*)"|([^{},"]+)/gs

function elementsOf(text: string, parse: Convert): unknown[] {
  const whole: unknown[] = []
  const open = [whole]
  for (const [, mark, inQuotes, bare] of text.matchAll(TOKEN)) {
    const inner: unknown[] = []
    if (mark === '}') open.pop()
    else if (mark === '{') {
      open.at(-1)?.push(inner)
      open.push(inner)
    } else if (inQuotes !== undefined) open.at(-1)?.push(parse(inQuotes.replace(/\\(.)/gs, '$1')))
    else open.at(-1)?.push(bare === 'NULL' ? null : parse(bare))
  }
  const [outermost] = whole
  if (!Array.isArray(outermost)) throw new TypeError('PostgreSQL sent an array that is none')
  return outermost
}
