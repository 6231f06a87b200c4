/**
 * Custom extension schemas of a source that pushes over SCIM (RFC 7643 §3.3), as plain data: the configuration writes it, it is
 * stored with the source, and the SCIM endpoint builds schemas of it.
 */
import { z } from 'zod'

/** RFC 7643 §2.3; an attribute that consists of others is `complex`. */
export const SIMPLE_TYPES = ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference'] as const
export const MUTABILITIES = ['readOnly', 'readWrite', 'immutable', 'writeOnly'] as const
export const RETURNED = ['always', 'never', 'default', 'request'] as const

const characteristics = {
  name: z.string(),
  description: z.string(),
  multiValued: z.boolean(),
  required: z.boolean(),
  caseExact: z.boolean(),
  mutability: z.enum(MUTABILITIES),
  returned: z.enum(RETURNED),
  canonicalValues: z.array(z.string()).optional(),
  referenceTypes: z.array(z.string()).optional(),
}

const extensionAttribute = z.object({
  ...characteristics,
  type: z.enum([...SIMPLE_TYPES, 'complex']),
  subAttributes: z.array(z.object({ ...characteristics, type: z.enum(SIMPLE_TYPES) })).optional(),
})

/** As it is stored. */
export const scimExtension = z.object({
  urn: z.string(),
  resource: z.enum(['User', 'Group']),
  name: z.string(),
  description: z.string(),
  /** A resource without it is refused (RFC 7643 §6). */
  required: z.boolean(),
  attributes: z.array(extensionAttribute),
})

export type ScimExtension = z.output<typeof scimExtension>
