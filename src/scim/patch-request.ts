/** The body of a PATCH (RFC 7644 §3.5.2): from JSON to operations, each on one attribute of the type. */
import { type Dialect, isLenient } from './dialect.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { MOST_OPERATIONS } from './limits.ts'
import { inOperation, type Operation, VERBS, type Verb } from './patch-change.ts'
import { everythingOf, type Request, readAttributes } from './patch-keys.ts'
import { readPath } from './patch-path.ts'
import { folded, type ResourceType } from './schema.ts'
import { shown } from './simple-value.ts'

export const PATCH_SCHEMA = 'urn:ietf:params:scim:api:messages:2.0:PatchOp'

/**
 * Reads a body. An operation without a path, or with that of a whole schema, becomes one operation for each attribute in its value;
 * keys may be paths themselves (`name.givenName`, `urn:…:User:employeeNumber`), as Entra ID sends them.
 *
 * @throws ScimError invalidSyntax, invalidPath, invalidFilter, invalidValue or noTarget; 413 for too many operations
 */
export function readPatch(type: ResourceType, body: unknown, dialect: Dialect): Operation[] {
  if (!isObject(body)) throw syntax('The body of a PATCH is an object with "schemas" and "Operations".')
  checkKeys(body, ['schemas', 'Operations'], dialect)
  checkSchemas(member(body, 'schemas'), dialect)
  const operations = member(body, 'Operations')
  if (!Array.isArray(operations) || operations.length === 0)
    throw syntax('A PATCH needs "Operations", an array with at least one operation.')
  if (operations.length > MOST_OPERATIONS) {
    const most = MOST_OPERATIONS.toLocaleString('en')
    const detail = `The PATCH has ${operations.length} operations, but may have at most ${most}; one "add" or "remove" may name any number of members.`
    throw new ScimError(413, detail)
  }
  const request = { type, dialect }
  return operations.flatMap((one: Json, index) => {
    const at = operations.length === 1 ? null : index + 1
    return inOperation(at, () => readOperation(request, one, at))
  })
}

/** JumpCloud, Ory Polis and others leave `schemas` out. */
function checkSchemas(schemas: Json | undefined, dialect: Dialect): void {
  const absent = schemas === undefined || schemas === null || (Array.isArray(schemas) && schemas.length === 0)
  if (absent && isLenient(dialect)) return
  const urns = absent ? [] : Array.isArray(schemas) ? schemas : [schemas]
  const known = urns.filter((urn: Json) => typeof urn === 'string' && folded(urn) === folded(PATCH_SCHEMA))
  if (known.length === 0 || (known.length < urns.length && !isLenient(dialect)))
    throw syntax(`A PATCH needs "schemas": ["${PATCH_SCHEMA}"].`)
}

function readOperation(request: Request, given: Json, at: number | null): Operation[] {
  const { type, dialect } = request
  if (!isObject(given)) throw syntax(`An operation is an object with "op", "path" and "value", not ${shown(given)}.`)
  checkKeys(given, ['op', 'path', 'value'], dialect)
  const op = verbOf(member(given, 'op'))
  const value = member(given, 'value')
  const path = pathOf(member(given, 'path'), dialect)
  if (op !== 'remove' && value === undefined)
    throw new ScimError('invalidValue', `"${op}" needs a "value"; null unassigns the attribute.`)
  if (path === null) {
    if (op === 'remove') throw new ScimError('noTarget', '"remove" needs a "path" that says what to remove.')
    if (!isLenient(dialect)) throw syntax(`"${op}" needs a "path" that names one attribute.`)
    return readAttributes(request, { op, at }, value, { schema: type.schema, inside: false })
  }
  const found = readPath(type, path, dialect)
  if (found === null) {
    if (isLenient(dialect)) return [{ op, at, text: path, target: null, value, named: true }]
    // The interoperability profile has one keyword for all that no schema defines, in paths too.
    throw syntax(`${type.name} has no attribute ${shown(path)}; /Schemas lists those that it has.`)
  }
  if (found.attribute !== null) return [{ op, at, text: path, target: found, value, named: true }]
  if (found.extension === null && !isLenient(dialect))
    throw new ScimError('invalidPath', `${shown(path)} names the whole ${type.name}; name one attribute.`)
  if (found.extension === null && op === 'remove')
    throw new ScimError('noTarget', `${shown(path)} is the whole ${type.name}; DELETE removes that.`)
  // Null unassigns the extension as it would an attribute (RFC 7643 §2.5).
  if (found.extension !== null && (op === 'remove' || (op === 'replace' && value === null)))
    return everythingOf(found.extension, at)
  return readAttributes(request, { op, at }, value, { schema: found.extension ?? type.schema, inside: false })
}

function verbOf(op: Json | undefined): Verb {
  const low = typeof op === 'string' ? folded(op) : ''
  const verb = VERBS.find((one) => one === low)
  if (verb === undefined) throw syntax(`"op" is ${shown(op ?? null)} but must be add, replace or remove.`)
  return verb
}

function pathOf(path: Json | undefined, dialect: Dialect): string | null {
  if (path === undefined || (isLenient(dialect) && (path === null || path === ''))) return null
  if (typeof path !== 'string')
    throw new ScimError('invalidPath', `"path" is ${shown(path)} but must be text such as "userName".`)
  return path
}

/** Entra ID once sent a "name" besides; under `strict`, what the RFC does not define is an error. */
function checkKeys(message: Document, known: readonly string[], dialect: Dialect): void {
  if (isLenient(dialect)) return
  const other = Object.keys(message).find((key) => !known.some((name) => folded(name) === folded(key)))
  if (other !== undefined) throw syntax(`There is no ${shown(other)} here, only ${known.join(', ')}; leave it out.`)
}

/** A member of the message, whatever its case (RFC 7643 §2.1). */
function member(message: Document, name: string): Json | undefined {
  const [first, second] = Object.keys(message).filter((key) => folded(key) === folded(name))
  if (second !== undefined) throw syntax(`"${name}" is given twice, as ${shown(first ?? '')} and ${shown(second)}.`)
  return first === undefined ? undefined : message[first]
}

function syntax(detail: string): ScimError {
  return new ScimError('invalidSyntax', detail)
}
