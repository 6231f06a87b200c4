/** The values of an attribute that has several, in a PATCH. */
import { comparableValue } from './comparable.ts'
import { isObject, type Json } from './document.ts'
import type { Attribute } from './schema.ts'

type Elements = readonly Json[]

/**
 * The values with further ones behind them. One that is there already, with the same `type` and `value`, is not added again (Entra ID
 * adds the same role in every cycle); what else it says of itself is taken over.
 */
export function appended(attribute: Attribute, before: Elements, further: Elements): Elements {
  const elements = [...before]
  const places = new Map<string, number>()
  for (const [place, element] of before.entries()) {
    const key = identity(attribute, element)
    if (!places.has(key)) places.set(key, place)
  }
  const primary = new Set<number>()
  for (const one of further) {
    const key = identity(attribute, one)
    const place = places.get(key) ?? elements.length
    const old = elements[place]
    elements[place] = isObject(old) && isObject(one) ? { ...one, ...old, ...aside(one) } : (old ?? one)
    places.set(key, place)
    if (isPrimary(one)) primary.add(place)
  }
  return onePrimary(elements, primary)
}

/** The values without those that have become the same as one before them. */
export function distinct(attribute: Attribute, elements: Elements): Elements {
  const places = new Map<string, number>()
  const kept: Json[] = []
  for (const element of elements) {
    const key = identity(attribute, element)
    const place = places.get(key)
    const old = kept[place ?? -1]
    if (place === undefined) places.set(key, kept.push(element) - 1)
    else if (isObject(old) && isPrimary(element)) kept[place] = { ...old, primary: true }
  }
  return kept
}

/** The values without those that a `remove` lists, as Entra ID, JumpCloud and OneLogin send it. */
export function without(attribute: Attribute, before: Elements, listed: Elements): Elements {
  const bare = new Set<string>()
  const typed = new Set<string>()
  const patterns: [string, string][][] = []
  for (const one of listed) {
    const comparable = comparableValue(attribute, one)
    if (!isObject(comparable)) bare.add(JSON.stringify(comparable))
    else if (comparable['value'] === undefined) patterns.push(partsOf(comparable))
    else if (comparable['type'] === undefined) bare.add(JSON.stringify(comparable['value']))
    else typed.add(identity(attribute, one))
  }
  return before.filter((element) => {
    const comparable = comparableValue(attribute, element)
    const value = isObject(comparable) ? comparable['value'] : comparable
    if (value !== undefined && bare.has(JSON.stringify(value))) return false
    if (typed.has(identity(attribute, element))) return false
    const parts = new Map(isObject(comparable) ? partsOf(comparable) : [])
    return !patterns.some((pattern) => pattern.every(([name, part]) => parts.get(name) === part))
  })
}

/** When some values became the primary ones, all others no longer are (RFC 7644 §3.5.2). */
export function onePrimary(elements: Elements, places: ReadonlySet<number>): Elements {
  if (places.size === 0) return elements
  return elements.map((element, place) =>
    !places.has(place) && isObject(element) && isPrimary(element) ? { ...element, primary: false } : element,
  )
}

function isPrimary(element: Json): boolean {
  return isObject(element) && element['primary'] === true
}

/** Two values are the same when `type` and `value` are (RFC 7643 §2.4); without a `value`, as in addresses, when all of it is. */
function identity(attribute: Attribute, element: Json): string {
  const comparable = comparableValue(attribute, element)
  if (!isObject(comparable)) return JSON.stringify(comparable)
  const { value, type } = comparable
  if (value !== undefined) return JSON.stringify([type ?? null, value])
  return JSON.stringify(partsOf(comparable).filter(([name]) => name !== 'primary'))
}

function partsOf(comparable: { readonly [name: string]: Json }): [string, string][] {
  return Object.entries(comparable).map(([name, part]): [string, string] => [name, JSON.stringify(part)])
}

/** What an equal value may say anew. */
function aside(element: { readonly [name: string]: Json }): { [name: string]: Json } {
  return Object.fromEntries(
    Object.entries(element).filter(([name]) => name === 'display' || name === 'primary' || name === '$ref'),
  )
}
