/** The three resources that describe the provider, described themselves (RFC 7643 §8.7.2; pagination: RFC 9865). */

import { type Attribute, attribute, type Schema } from './schema.ts'
import { SCHEMA_URN } from './schema-json.ts'

const read = (name: string, description: string, more: Partial<Attribute> = {}): Attribute =>
  attribute({ name, description, mutability: 'readOnly', ...more })
const must = { required: true } as const
const flag = (name: string, description: string): Attribute => read(name, description, { type: 'boolean', ...must })
const count = (name: string, description: string): Attribute => read(name, description, { type: 'integer', ...must })
const uri = (name: string, description: string, more: Partial<Attribute> = {}): Attribute =>
  read(name, description, { type: 'reference', caseExact: true, referenceTypes: ['uri'], ...more })
const parts = (
  name: string,
  description: string,
  subAttributes: Attribute[],
  more: Partial<Attribute> = {},
): Attribute => read(name, description, { type: 'complex', ...must, subAttributes, ...more })

const SUPPORTED = flag('supported', 'Whether it is supported.')

const offers = (name: string, multiple: string): Attribute =>
  parts(name, `What \`${name}\` of a user may be.`, [
    SUPPORTED,
    flag(multiple, 'Whether a user may have several.'),
    flag('primarySupported', 'Whether one of them may be marked as primary.'),
    flag('typeSupported', 'Whether they have a type.'),
    read('types', 'The types that there are.', { multiValued: true }),
  ])

const SERVICE_PROVIDER_CONFIG: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig',
  name: 'ServiceProviderConfig',
  description: 'What this provider can do',
  attributes: [
    parts('patch', 'PATCH.', [SUPPORTED]),
    parts('bulk', 'Many operations in one request.', [
      SUPPORTED,
      count('maxOperations', 'How many operations one request may have.'),
      count('maxPayloadSize', 'How many bytes one request may have.'),
    ]),
    parts('filter', 'Filters.', [SUPPORTED, count('maxResults', 'How many resources one answer has at most.')]),
    parts('changePassword', 'Changing passwords.', [SUPPORTED]),
    parts('sort', 'Sorting.', [SUPPORTED]),
    parts('etag', 'Entity tags.', [SUPPORTED]),
    parts(
      'authenticationSchemes',
      'How requests prove who they are from.',
      [
        read('type', 'The scheme.', { ...must, canonicalValues: ['oauthbearertoken'] }),
        read('name', 'Its name.', must),
        read('description', 'What to do.', must),
        uri('specUri', 'Where it is specified.'),
        read('primary', 'Whether it is preferred.', { type: 'boolean' }),
      ],
      { multiValued: true },
    ),
    parts('pagination', 'How lists are paged (RFC 9865).', [
      flag('cursor', 'By cursor.'),
      flag('index', 'By index.'),
      read('defaultPaginationMethod', 'When a request asks for neither.', { canonicalValues: ['cursor', 'index'] }),
      count('defaultPageSize', 'When a request has no count.'),
      count('maxPageSize', 'The largest page.'),
      count('cursorTimeout', 'For how many seconds a cursor can be used.'),
    ]),
    parts('RolesAndEntitlements', 'What users may be given.', [
      offers('roles', 'multipleRolesSupported'),
      offers('entitlements', 'multipleEntitlementsSupported'),
    ]),
    read('interopProfileConformant', 'Whether everything is as draft-zollner-scim-interop-profile demands.', {
      type: 'boolean',
    }),
  ],
}

const RESOURCE_TYPE: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:ResourceType',
  name: 'ResourceType',
  description: 'A kind of resource and where it is found',
  attributes: [
    read('name', 'The name, the same as the id.', must),
    read('description', 'What it is.'),
    uri('endpoint', 'Where its resources are, relative to the base URL.', must),
    uri('schema', 'The URN of its schema.', must),
    parts(
      'schemaExtensions',
      'Schemas that its resources may have besides.',
      [uri('schema', 'The URN of the extension.', must), flag('required', 'Whether every resource has it.')],
      { multiValued: true, required: false },
    ),
  ],
}

/** The characteristics of an attribute; of a sub-attribute they are the same. */
const CHARACTERISTICS: Attribute[] = [
  read('name', 'The name.', { ...must, caseExact: true }),
  read('type', 'The type of its values.', {
    ...must,
    canonicalValues: ['string', 'boolean', 'decimal', 'integer', 'dateTime', 'binary', 'reference', 'complex'],
  }),
  flag('multiValued', 'Whether it has several values.'),
  read('description', 'What it is.'),
  flag('required', 'Whether a resource must have it.'),
  read('canonicalValues', 'Values that are suggested.', { multiValued: true, caseExact: true }),
  flag('caseExact', 'Whether upper and lower case differ.'),
  read('mutability', 'Whether clients may write it.', {
    canonicalValues: ['readOnly', 'readWrite', 'immutable', 'writeOnly'],
  }),
  read('returned', 'When it stands in answers.', { canonicalValues: ['always', 'never', 'default', 'request'] }),
  read('uniqueness', 'Who else may have the same value.', { canonicalValues: ['none', 'server', 'global'] }),
  read('referenceTypes', 'What a reference leads to.', { multiValued: true, caseExact: true }),
]

const list = { multiValued: true, required: false } as const

const SCHEMA: Schema = {
  id: SCHEMA_URN,
  name: 'Schema',
  description: 'The attributes that resources have',
  attributes: [
    read('name', 'The name.'),
    read('description', 'What it describes.'),
    parts(
      'attributes',
      'The attributes.',
      [...CHARACTERISTICS, parts('subAttributes', 'What a complex attribute consists of.', CHARACTERISTICS, list)],
      { multiValued: true },
    ),
  ],
}

export const CONFIG_SCHEMAS: readonly Schema[] = [SERVICE_PROVIDER_CONFIG, RESOURCE_TYPE, SCHEMA]
