/** Whether a whole document is one of its type, after it was read or patched. */

import { type Reading, readValue } from './coerce.ts'
import { foldCase } from './comparable.ts'
import { type Dialect, isLenient } from './dialect.ts'
import { type Document, isObject, type Json } from './document.ts'
import { ScimError } from './error.ts'
import { keyAttributes, LONGEST_FOLDED, LONGEST_KEY } from './keys.ts'
import { type Attribute, COMMON, type ResourceType } from './schema.ts'
import { shown } from './simple-value.ts'

/**
 * Checks a document that was changed: types, what is required, one primary value at most, lengths of keys. Gives it back as it is
 * stored, without what became null or empty. What no schema knows any more, because an extension was taken out of the configuration,
 * stays untouched. Throws ScimError invalidValue.
 */
export function checkDocument(type: ResourceType, document: Document, dialect: Dialect): Document {
  const reading: Reading = { lenient: isLenient(dialect), ignored: [] }
  const checked = new Map(Object.entries(document))
  again([...type.schema.attributes, ...COMMON], checked, reading)
  for (const { schema } of type.extensions) {
    const given = checked.get(schema.id)
    if (!isObject(given)) continue
    const extension = new Map(Object.entries(given))
    again(schema.attributes, extension, reading)
    if (extension.size > 0) checked.set(schema.id, Object.fromEntries(extension))
    else checked.delete(schema.id)
  }
  const result = Object.fromEntries(checked)
  checkComplete(type, result)
  return result
}

function again(attributes: readonly Attribute[], values: Map<string, Json>, reading: Reading): void {
  for (const attribute of attributes) {
    const given = values.get(attribute.name)
    const value = given === undefined ? null : readValue(attribute, given, reading)
    if (value === null) values.delete(attribute.name)
    else values.set(attribute.name, value)
  }
}

/** Whether nothing required is missing and no key is longer than an index can hold. Throws ScimError invalidValue. */
export function checkComplete(type: ResourceType, document: Document): void {
  checkRequired(type.schema.attributes, document, '')
  for (const { schema, required } of type.extensions) {
    const extension = document[schema.id]
    if (isObject(extension)) checkRequired(schema.attributes, extension, `${schema.id}:`)
    else if (required)
      throw new ScimError(
        'invalidValue',
        `The extension ${schema.id} is required: send an object of its attributes under that name.`,
      )
  }
  for (const attribute of keyAttributes(type)) {
    for (const text of textsOf(document[attribute.name])) {
      if (text.length > LONGEST_KEY) {
        const far = `${attribute.name} is ${shown(text)}, ${text.length} characters long`
        throw new ScimError('invalidValue', `${far}, but may have at most ${LONGEST_KEY}; send a shorter one.`)
      }
      const bytes = Buffer.byteLength(foldCase(text))
      if (bytes > LONGEST_FOLDED) {
        const far = `${attribute.name} is ${shown(text)}, ${bytes} bytes long as it is compared`
        throw new ScimError('invalidValue', `${far}, but may have at most ${LONGEST_FOLDED}; send a shorter one.`)
      }
    }
  }
}

/** Of one schema, the attributes that are required or have parts that are: few, and looked for in every request. */
const DEMANDING = new WeakMap<readonly Attribute[], readonly Attribute[]>()

function demanding(attributes: readonly Attribute[]): readonly Attribute[] {
  let found = DEMANDING.get(attributes)
  if (found === undefined) {
    // What clients cannot set, or what is thrown away, nobody can be asked for.
    const settable = attributes.filter((one) => one.mutability !== 'readOnly' && one.mutability !== 'writeOnly')
    found = settable.filter((one) => one.required || demanding(one.subAttributes ?? []).length > 0)
    DEMANDING.set(attributes, found)
  }
  return found
}

function checkRequired(attributes: readonly Attribute[], values: Document, before: string): void {
  for (const attribute of demanding(attributes)) {
    const value = Object.hasOwn(values, attribute.name) ? values[attribute.name] : undefined
    const where = `${before}${attribute.name}`
    if (attribute.required && (value === undefined || (typeof value === 'string' && value.trim() === ''))) {
      throw new ScimError('invalidValue', `${where} is required and must not be empty.`)
    }
    if (attribute.subAttributes === undefined || value === undefined) continue
    for (const element of Array.isArray(value) ? value : [value]) {
      if (isObject(element)) checkRequired(attribute.subAttributes, element, `${where}.`)
    }
  }
}

/** The text of a key: of the attribute itself, or of the `value` in each of its elements. */
function textsOf(value: Json | undefined): string[] {
  const elements: readonly Json[] = Array.isArray(value) ? value : value === undefined ? [] : [value]
  return elements.flatMap((element) => {
    const text = isObject(element) ? element['value'] : element
    return typeof text === 'string' ? [text] : []
  })
}
