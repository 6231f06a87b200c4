/** Schemas of the OpenAPI document in words, as far as this API uses them. */
import { z } from 'zod'

export interface Schema {
  $ref?: string | undefined
  type?: string | string[] | undefined
  description?: string | undefined
  enum?: unknown[] | undefined
  const?: unknown
  format?: string | undefined
  properties?: Record<string, Schema> | undefined
  required?: string[] | undefined
  items?: Schema | undefined
  additionalProperties?: boolean | Schema | undefined
  anyOf?: Schema[] | undefined
  allOf?: Schema[] | undefined
  minimum?: number | undefined
  maximum?: number | undefined
  maxLength?: number | undefined
  default?: unknown
}

export const schemaOf: z.ZodType<Schema> = z.lazy(() =>
  z.looseObject({
    $ref: z.string().optional(),
    type: z.union([z.string(), z.array(z.string())]).optional(),
    description: z.string().optional(),
    enum: z.array(z.unknown()).optional(),
    format: z.string().optional(),
    properties: z.record(z.string(), schemaOf).optional(),
    required: z.array(z.string()).optional(),
    items: schemaOf.optional(),
    additionalProperties: z.union([z.boolean(), schemaOf]).optional(),
    anyOf: z.array(schemaOf).optional(),
    allOf: z.array(schemaOf).optional(),
    minimum: z.number().optional(),
    maximum: z.number().optional(),
    maxLength: z.number().optional(),
  }),
)

/** The fields of an object, of all its parts together; null for what is none. */
export function fieldsOf(schema: Schema): { name: string; schema: Schema; needed: boolean }[] | null {
  const { properties, required = [], allOf } = schema
  if (properties !== undefined) {
    return Object.entries(properties).map(([name, own]) => ({ name, schema: own, needed: required.includes(name) }))
  }
  if (allOf !== undefined) {
    const parts = allOf.map(
      (part) => fieldsOf(part) ?? [{ name: `… all of ${nameOf(part)}`, schema: part, needed: true }],
    )
    return parts.flat()
  }
  return schema.type === 'object' && schema.additionalProperties === false ? [] : null
}

const nameOf = ({ $ref = '' }: Schema): string => $ref.replace(/^.*\//, '')

/** `text`, `list of #Plan or null`, `one of invited, active`; `#Name` stands for a schema of its own. */
export function typeOf(schema: Schema): string {
  const { $ref, anyOf, allOf, items, properties, additionalProperties: others } = schema
  if ($ref !== undefined) return `#${nameOf(schema)}`
  if (anyOf !== undefined) return [...new Set(anyOf.map(typeOf))].join(' or ')
  if (allOf !== undefined) return allOf.map(typeOf).join(' with ')
  if (schema.enum !== undefined) return `one of ${schema.enum.map(String).join(', ')}`
  if (items !== undefined) return orNull(schema, `list of ${typeOf(items)}`)
  if (properties !== undefined) return orNull(schema, `{ ${Object.entries(properties).map(fieldText).join(', ')} }`)
  if (typeof others === 'object') return orNull(schema, `object of ${typeOf(others)}`)
  const types = [schema.type ?? 'anything'].flat().map((type) => WORDS[type] ?? type)
  return `${types.join(' or ')}${limitsOf(schema)}`
}

const fieldText = ([name, schema]: [string, Schema]): string => `${name}: ${typeOf(schema)}`

const orNull = ({ type }: Schema, text: string): string =>
  Array.isArray(type) && type.includes('null') ? `${text} or null` : text

const WORDS: Readonly<Record<string, string>> = {
  string: 'text',
  integer: 'whole number',
  boolean: 'true or false',
}

function limitsOf({ format, minimum, maximum, maxLength, default: given }: Schema): string {
  // What a 53-bit number can hold is no limit that anybody needs to read.
  const huge = Number.MAX_SAFE_INTEGER
  const limits = [
    format === 'date-time' ? 'such as 2027-06-30T00:00:00Z' : '',
    minimum === undefined || minimum <= -huge ? '' : `from ${minimum}`,
    maximum === undefined || maximum >= huge ? '' : `to ${maximum}`,
    maxLength === undefined ? '' : `up to ${maxLength} characters`,
    given === undefined ? '' : `${String(given)} when absent`,
  ].filter((text) => text !== '')
  return limits.length === 0 ? '' : ` (${limits.join(', ')})`
}
