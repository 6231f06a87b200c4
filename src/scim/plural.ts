/** Multi-valued attributes with the sub-attributes that RFC 7643 §2.4 gives each of them. */
import { type Attribute, attribute } from './schema.ts'

interface Plural {
  name: string
  description: string
  /** What `type` usually says. */
  types?: readonly string[]
  /** How the value itself differs from a string without case. */
  value?: Partial<Attribute>
}

/** `value`, `display`, `type` and `primary`, all of the client's choice. */
export function plural({ name, description, types, value }: Plural): Attribute {
  return attribute({
    name,
    type: 'complex',
    multiValued: true,
    description,
    subAttributes: [
      attribute({ name: 'value', description: 'The value itself.', ...value }),
      attribute({ name: 'display', description: 'The value in words for people.' }),
      attribute({
        name: 'type',
        description: 'What the value is for.',
        ...(types !== undefined && { canonicalValues: types }),
      }),
      PRIMARY,
    ],
  })
}

export const PRIMARY = attribute({
  name: 'primary',
  type: 'boolean',
  description: 'True for the preferred value; at most one value has it.',
})
