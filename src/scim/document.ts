/** JSON as it comes in, is stored, and goes out. */

export type Json = null | boolean | number | string | readonly Json[] | { readonly [name: string]: Json }

/**
 * A resource as it is stored: names in the schema's own spelling, attributes of an extension in an object under its URN. Without
 * `schemas`, `id` and `meta`, which the server knows better; without members, which are rows of their own; and without anything null
 * or empty, since that is the same as absent (RFC 7643 §2.5).
 */
export type Document = { readonly [name: string]: Json }

export function isObject(value: unknown): value is Document {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
