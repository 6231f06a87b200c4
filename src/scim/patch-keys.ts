/** Operations without a path, or on a whole schema: the keys of their value are the paths, as Okta and Entra ID send them. */
import { once } from './coerce.ts'
import { type Dialect, isLenient } from './dialect.ts'
import { isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import type { Operation } from './patch-change.ts'
import { readPath } from './patch-path.ts'
import { folded, type ResourceType, type Schema, schemasOf } from './schema.ts'
import { sameUrn } from './schemas.ts'
import { shown } from './simple-value.ts'

/** What the operations of one request share. */
export interface Request {
  readonly type: ResourceType
  readonly dialect: Dialect
}

/**
 * The attributes in the value of an operation on a whole resource, or on a whole extension.
 *
 * @throws ScimError invalidValue for no object; invalidSyntax for a key that stands twice or, under `strict`, is unknown; those of a path
 */
export function readAttributes(
  request: Request,
  { op, at }: Pick<Operation, 'op' | 'at'>,
  value: Json | undefined,
  within: { schema: Schema; inside: boolean },
): Operation[] {
  const { type, dialect } = request
  const given = Array.isArray(value) && value.length === 1 && isLenient(dialect) ? value[0] : value
  if (!isObject(given)) {
    const detail = `"${op}" on ${within.schema.id} needs an object of attributes as its value, not ${shown(given ?? null)}.`
    throw new ScimError('invalidValue', detail)
  }
  const seen = new Set<string>()
  return Object.entries(given).flatMap(([key, one]): Operation[] => {
    once(seen, folded(key), 'the value')
    const nested = within.inside ? undefined : schemaOf(type, key, dialect)
    if (nested !== undefined) {
      // A schema as a key: its attributes follow one level below. Null in place of an extension unassigns it.
      if (one !== null) return readAttributes(request, { op, at }, one, { schema: nested, inside: true })
      return nested === type.schema || op === 'add' ? [] : everythingOf(nested, at)
    }
    const text = within.schema === type.schema ? key : `${within.schema.id}:${key}`
    const target = readPath(type, text, dialect, { key: true })
    if (target === null || target.attribute === null) {
      if (isLenient(dialect)) return [{ op, at, text, target: null, value: one, named: false }]
      throw new ScimError(
        'invalidSyntax',
        `${type.name} has no attribute ${shown(text)}; /Schemas lists those that it has.`,
      )
    }
    return [{ op, at, text, target, value: one, named: false }]
  })
}

/** The schema whose URN this is; leniently also as Entra's documentation misspells it. */
function schemaOf(type: ResourceType, key: string, dialect: Dialect): Schema | undefined {
  return schemasOf(type).find((schema) => sameUrn(schema.id, key, { lenient: isLenient(dialect), ignored: [] }))
}

/** Removes every attribute of an extension that a client may write. */
export function everythingOf(extension: Schema, at: number | null): Operation[] {
  const writable = extension.attributes.filter((one) => one.mutability !== 'readOnly')
  return writable.map((attribute) => ({
    op: 'remove',
    at,
    text: `${extension.id}:${attribute.name}`,
    target: { extension, attribute, sub: null, selector: null },
    value: undefined,
    named: false,
  }))
}
