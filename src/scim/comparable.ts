/**
 * Resources in the form in which they are compared. It is made here and never in SQL, since databases fold differently from machine
 * to machine; what a filter compares with goes through the same functions.
 */
import { fold } from '../reconcile/normalise.ts'
import { type Document, isObject, type Json } from './document.ts'
import { instantOf } from './instant.ts'
import { type Attribute, COMMON, type ResourceType } from './schema.ts'
import { usualWidth } from './user-name.ts'

/** Text without case (RFC 7643 §2.2): composed, then folded, so that `Straße` is `STRASSE` and é is e with an accent. */
export function foldCase(text: string): string {
  return fold(text.normalize('NFC'))
}

/** One value of an attribute as it is compared. Text that ought to be a dateTime and is none stays as it is. */
export function comparableValue(attribute: Attribute, value: Json): Json {
  if (Array.isArray(value)) return value.map((one: Json) => comparableValue(attribute, one))
  if (isObject(value)) return attributesOf(attribute.subAttributes ?? [], value)
  if (typeof value !== 'string') return value
  if (attribute.type === 'string') return foldText(attribute, value)
  return attribute.type === 'dateTime' ? (instantOf(value) ?? value) : value
}

function foldText({ caseExact, userName }: Attribute, text: string): string {
  if (caseExact) return text
  return foldCase(userName === true ? usualWidth(text) : text)
}

/** The document in the same shape: strings folded unless caseExact, dateTimes in UTC with nine digits, everything else as it is. */
export function comparableOf(type: ResourceType, document: Document): Document {
  const comparable: Record<string, Json> = attributesOf(type.schema.attributes, document)
  Object.assign(comparable, attributesOf(COMMON, document))
  for (const { schema } of type.extensions) {
    const extension = document[schema.id]
    if (isObject(extension)) comparable[schema.id] = attributesOf(schema.attributes, extension)
  }
  return comparable
}

function attributesOf(attributes: readonly Attribute[], values: Document): Record<string, Json> {
  const comparable: Record<string, Json> = {}
  for (const attribute of attributes) {
    const value = Object.hasOwn(values, attribute.name) ? values[attribute.name] : undefined
    if (value !== undefined) comparable[attribute.name] = comparableValue(attribute, value)
  }
  return comparable
}
