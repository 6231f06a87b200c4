/** Groups (RFC 7643 §4.2). Members are users or groups, one row each in the store. */
import { attribute, type ResourceType, type Schema } from './schema.ts'

const GROUP_SCHEMA: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:Group',
  name: 'Group',
  description: 'Group',
  attributes: [
    attribute({
      name: 'displayName',
      // §4.2 says REQUIRED, the representation in §8.7.1 does not; a group without a name is of no use to anybody.
      required: true,
      uniqueness: 'server',
      description: 'The name of the group.',
    }),
    attribute({
      name: 'members',
      type: 'complex',
      multiValued: true,
      description: 'Users and groups in the group.',
      subAttributes: [
        attribute({ name: 'value', caseExact: true, mutability: 'immutable', description: 'The id of the member.' }),
        attribute({
          name: '$ref',
          type: 'reference',
          caseExact: true,
          mutability: 'immutable',
          referenceTypes: ['User', 'Group'],
          description: 'The URL of the member.',
        }),
        attribute({ name: 'display', mutability: 'readOnly', description: 'The name of the member.' }),
        attribute({
          name: 'type',
          mutability: 'immutable',
          canonicalValues: ['User', 'Group'],
          description: 'The resource type of the member.',
        }),
      ],
    }),
  ],
}

export const GROUP: ResourceType = {
  name: 'Group',
  endpoint: '/Groups',
  description: 'Group',
  schema: GROUP_SCHEMA,
  extensions: [],
  keys: { unique: 'displayName', displayName: 'displayName', active: null, emails: null },
  members: 'members',
  memberOf: null,
}
