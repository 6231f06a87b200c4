/**
 * Attributes as data (RFC 7643 §7): everything that validates, filters, patches and projects a resource reads these values, so that
 * a further resource type or extension is a further value and no further code.
 */

/** RFC 7643 §2.3. */
export type AttributeType =
  | 'string'
  | 'boolean'
  | 'decimal'
  | 'integer'
  | 'dateTime'
  | 'binary'
  | 'reference'
  | 'complex'

/** One attribute with all its characteristics, as `/Schemas` shows it. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly multiValued: boolean
  readonly description: string
  readonly required: boolean
  readonly caseExact: boolean
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly'
  readonly returned: 'always' | 'never' | 'default' | 'request'
  readonly uniqueness: 'none' | 'server' | 'global'
  readonly canonicalValues?: readonly string[]
  readonly referenceTypes?: readonly string[]
  readonly subAttributes?: readonly Attribute[]
  /** Not a characteristic that is shown: true for names that are compared as PRECIS prepares them. */
  readonly userName?: true
}

export interface Schema {
  /** The URN. */
  readonly id: string
  readonly name: string
  readonly description: string
  readonly attributes: readonly Attribute[]
}

/** RFC 7643 §6. */
export interface ResourceType {
  readonly name: string
  /** Relative to the base URL, e.g. `/Users`. */
  readonly endpoint: string
  readonly description: string
  readonly schema: Schema
  readonly extensions: readonly { readonly schema: Schema; readonly required: boolean }[]
  /** Attributes that the store keeps in columns of their own, by name: what is looked up by, and what must be unique. */
  readonly keys: {
    /** No two resources of the type have the same (folded unless caseExact); null: nothing but `externalId` is unique. */
    readonly unique: string | null
    readonly displayName: string | null
    readonly active: string | null
    readonly emails: string | null
  }
  /** The attribute whose values are other resources, one row each, such as `members` of a group; null where there is none. */
  readonly members: string | null
  /** The readOnly attribute that tells in whose members the resource is, such as `groups` of a user. */
  readonly memberOf: string | null
}

type Given = Pick<Attribute, 'name' | 'description'> & Partial<Attribute>

/** What an attribute is that says nothing else (RFC 7643 §2.2). */
export function attribute(given: Given): Attribute {
  return {
    type: 'string',
    multiValued: false,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...given,
  }
}

const common = { mutability: 'readOnly', returned: 'always', caseExact: true } as const

/** Attributes of every resource, which belong to no schema (RFC 7643 §3.1). */
export const COMMON: readonly Attribute[] = [
  attribute({
    name: 'schemas',
    type: 'reference',
    multiValued: true,
    returned: 'always',
    caseExact: true,
    description: 'URNs of the schemas of the resource.',
  }),
  attribute({
    name: 'id',
    ...common,
    uniqueness: 'server',
    description: 'Given by the server; never changes and is never given again.',
  }),
  attribute({ name: 'externalId', caseExact: true, description: 'The name that the client knows the resource by.' }),
  attribute({
    name: 'meta',
    type: 'complex',
    mutability: 'readOnly',
    description: 'What the server knows of the resource itself.',
    subAttributes: [
      attribute({
        name: 'resourceType',
        caseExact: true,
        mutability: 'readOnly',
        description: 'Name of the resource type.',
      }),
      attribute({ name: 'created', type: 'dateTime', mutability: 'readOnly', description: 'When it came into being.' }),
      attribute({
        name: 'lastModified',
        type: 'dateTime',
        mutability: 'readOnly',
        description: 'When it last changed.',
      }),
      attribute({
        name: 'location',
        type: 'reference',
        caseExact: true,
        mutability: 'readOnly',
        referenceTypes: ['uri'],
        description: 'Its URL.',
      }),
      attribute({ name: 'version', caseExact: true, mutability: 'readOnly', description: 'Its entity tag.' }),
    ],
  }),
]

/** All schemas of a type: its own, then its extensions. */
export function schemasOf(type: ResourceType): Schema[] {
  return [type.schema, ...type.extensions.map((one) => one.schema)]
}

/** An attribute name or a URN as it is compared (RFC 7643 §2.1: neither has case). */
export function folded(name: string): string {
  return name.toLowerCase()
}
