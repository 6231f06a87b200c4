/** What the config file may say of custom SCIM schemas (RFC 7643 §7): names of attributes with their characteristics. */
import { z } from 'zod'
import { MUTABILITIES, RETURNED, type ScimExtension, SIMPLE_TYPES } from '../reconcile/scim-extension.ts'
import { word } from './setting.ts'

const characteristics = {
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9_-]{0,99}$/, 'must begin with a letter and hold only letters, digits, - and _'),
  description: z.string().default('').describe('What it holds, for whoever maps it.'),
  multi_valued: z.boolean().default(false).describe('It holds a list.'),
  required: z.boolean().default(false).describe('A resource without it is refused.'),
  case_exact: z.boolean().default(false).describe('Upper and lower case differ when it is compared.'),
  mutability: z.enum(MUTABILITIES).default('readWrite').describe('Whether clients may write it.'),
  returned: z.enum(RETURNED).default('default').describe('When it stands in answers.'),
  canonical_values: z.array(z.string()).optional().describe('Values that are suggested; others are accepted too.'),
  reference_types: z.array(z.string()).optional().describe('What a reference may name: User, Group, external or uri.'),
}
type Characteristics = z.output<z.ZodObject<typeof characteristics>>

const subAttribute = z.strictObject({ ...characteristics, type: z.enum(SIMPLE_TYPES).default('string') })
const attribute = z
  .strictObject({
    ...characteristics,
    type: z.enum([...SIMPLE_TYPES, 'complex']).default('string'),
    sub_attributes: z
      .array(subAttribute)
      .min(1)
      .optional()
      .describe('What an attribute of the type complex consists of.'),
  })
  .refine(
    ({ type, sub_attributes }) => (type === 'complex') === (sub_attributes !== undefined),
    'must have sub_attributes when its type is complex, and only then',
  )
  .refine(({ sub_attributes = [] }) => areDifferent(sub_attributes), 'must not name a sub-attribute twice')

/** A URN (RFC 8141) that can stand before a colon and a name; `urn:ietf:params:scim:schemas:core:` belongs to the RFCs. */
const urn = z
  .string()
  .regex(/^urn:[a-z0-9][a-z0-9-]{1,31}:[\w().,:;=@$%/*'+!-]+$/i, 'must be a URN such as urn:acme:scim:2.0:User')
  .refine((text) => !/:$/.test(text), 'must not end with a colon')
  .refine(
    (text) => !/^urn:ietf:params:scim:(api:|schemas:core:|schemas:extension:enterprise:)/i.test(text),
    'must not be a URN of the RFCs; those schemas are there already',
  )

const extension = z
  .strictObject({
    resource: z.enum(['User', 'Group']).default('User').describe('What it extends.'),
    name: word.optional().describe('What people call it; the last part of its URN when absent.'),
    description: z.string().default(''),
    required: z.boolean().default(false).describe('A resource without it is refused.'),
    attributes: z.array(attribute).min(1),
  })
  .refine(({ attributes }) => areDifferent(attributes), 'must not name an attribute twice')

/** URN → schema. */
export const extensions = z
  .record(urn, extension)
  .default({})
  .describe('Custom schemas beside the enterprise extension, each under its URN.')

/** SCIM names have no case (RFC 7643 §2.1). */
function areDifferent(attributes: { name: string }[]): boolean {
  return new Set(attributes.map(({ name }) => name.toLowerCase())).size === attributes.length
}

export function extensionsOf(section: z.output<typeof extensions>): ScimExtension[] {
  return Object.entries(section).map(([key, { name, attributes, ...rest }]) => ({
    urn: key,
    name: name ?? key.split(':').at(-1) ?? key,
    ...rest,
    attributes: attributes.map(({ type, sub_attributes, ...one }) => ({
      ...characteristicsOf(one),
      type,
      ...(sub_attributes !== undefined && {
        subAttributes: sub_attributes.map(({ type, ...sub }) => ({ ...characteristicsOf(sub), type })),
      }),
    })),
  }))
}

function characteristicsOf(one: Characteristics) {
  const { multi_valued, case_exact, canonical_values, reference_types, ...rest } = one
  return {
    ...rest,
    multiValued: multi_valued,
    caseExact: case_exact,
    ...(canonical_values !== undefined && { canonicalValues: canonical_values }),
    ...(reference_types !== undefined && { referenceTypes: reference_types }),
  }
}
