/** Users (RFC 7643 §4.1, characteristics as in §8.7.1). */
import { ENTERPRISE_USER } from './enterprise.ts'
import { PRODUCT } from './entitlement.ts'
import { PRIMARY, plural } from './plural.ts'
import { ORGANIZATION_ROLE } from './role.ts'
import { attribute, type ResourceType, type Schema } from './schema.ts'

const USER_SCHEMA: Schema = {
  id: 'urn:ietf:params:scim:schemas:core:2.0:User',
  name: 'User',
  description: 'User Account',
  attributes: [
    attribute({
      name: 'userName',
      required: true,
      uniqueness: 'server',
      userName: true,
      description: 'The name that the user signs in with; nobody else of the source has it.',
    }),
    attribute({
      name: 'name',
      type: 'complex',
      description: 'The parts of the real name.',
      subAttributes: [
        attribute({ name: 'formatted', description: 'The full name as it is shown, with title and suffix.' }),
        attribute({ name: 'familyName', description: 'Family name, last name.' }),
        attribute({ name: 'givenName', description: 'Given name, first name.' }),
        attribute({ name: 'middleName', description: 'Middle names.' }),
        attribute({ name: 'honorificPrefix', description: 'Title before the name, such as "Dr."' }),
        attribute({ name: 'honorificSuffix', description: 'Suffix after the name, such as "III".' }),
      ],
    }),
    attribute({ name: 'displayName', description: 'The name that people are shown.' }),
    attribute({ name: 'nickName', description: 'What the user is called in everyday life.' }),
    attribute({
      name: 'profileUrl',
      type: 'reference',
      caseExact: true,
      referenceTypes: ['external'],
      description: 'A page about the user.',
    }),
    attribute({ name: 'title', description: 'Job title.' }),
    attribute({ name: 'userType', description: 'Relation to the organization, such as "Employee" or "Contractor".' }),
    attribute({
      name: 'preferredLanguage',
      description: 'As in Accept-Language, such as "en-US" or "da, en-gb;q=0.8".',
    }),
    attribute({ name: 'locale', description: 'For dates, numbers and currencies, such as "en-US".' }),
    attribute({ name: 'timezone', description: 'Name in the IANA time zone database, such as "Europe/Berlin".' }),
    attribute({ name: 'active', type: 'boolean', description: 'Whether the user may work here.' }),
    attribute({
      name: 'password',
      mutability: 'writeOnly',
      returned: 'never',
      caseExact: true,
      description: 'Accepted and thrown away: rosterd signs nobody in.',
    }),
    plural({ name: 'emails', description: 'E-mail addresses.', types: ['work', 'home', 'other'] }),
    plural({
      name: 'phoneNumbers',
      description: 'Phone numbers, best as RFC 3966 writes them: "tel:+1-201-555-0123".',
      types: ['work', 'home', 'mobile', 'fax', 'pager', 'other'],
    }),
    plural({
      name: 'ims',
      description: 'Instant messaging addresses.',
      types: ['aim', 'gtalk', 'icq', 'xmpp', 'msn', 'skype', 'qq', 'yahoo'],
    }),
    plural({
      name: 'photos',
      description: 'URLs of photos.',
      types: ['photo', 'thumbnail'],
      value: { type: 'reference', caseExact: true, referenceTypes: ['external'] },
    }),
    attribute({
      name: 'addresses',
      type: 'complex',
      multiValued: true,
      description: 'Postal addresses.',
      subAttributes: [
        attribute({ name: 'formatted', description: 'The whole address as it is printed; may have line breaks.' }),
        attribute({
          name: 'streetAddress',
          description: 'Street, house number, post office box; may have line breaks.',
        }),
        attribute({ name: 'locality', description: 'City.' }),
        attribute({ name: 'region', description: 'State or region.' }),
        attribute({ name: 'postalCode', description: 'Postal code.' }),
        attribute({ name: 'country', description: 'Two letters of ISO 3166-1, such as "DE".' }),
        attribute({
          name: 'type',
          canonicalValues: ['work', 'home', 'other'],
          description: 'What the address is for.',
        }),
        PRIMARY,
      ],
    }),
    attribute({
      name: 'groups',
      type: 'complex',
      multiValued: true,
      mutability: 'readOnly',
      description: 'The groups that the user is in, directly or through another group; changed through the groups.',
      subAttributes: [
        attribute({ name: 'value', caseExact: true, mutability: 'readOnly', description: 'The id of the group.' }),
        attribute({
          name: '$ref',
          type: 'reference',
          caseExact: true,
          mutability: 'readOnly',
          referenceTypes: ['Group'],
          description: 'The URL of the group.',
        }),
        attribute({ name: 'display', mutability: 'readOnly', description: 'The name of the group.' }),
        attribute({
          name: 'type',
          mutability: 'readOnly',
          canonicalValues: ['direct', 'indirect'],
          description: '"indirect" when the user is in it only through another group.',
        }),
      ],
    }),
    plural({
      name: 'entitlements',
      description: 'Products that the user is to hold, by their keys.',
      types: [PRODUCT],
    }),
    plural({ name: 'roles', description: 'Roles of the user.', types: [ORGANIZATION_ROLE] }),
    plural({
      name: 'x509Certificates',
      description: 'Certificates, DER in base64.',
      types: ['work', 'home', 'other'],
      value: { type: 'binary', caseExact: true },
    }),
  ],
}

export const USER: ResourceType = {
  name: 'User',
  endpoint: '/Users',
  description: 'User Account',
  schema: USER_SCHEMA,
  extensions: [{ schema: ENTERPRISE_USER, required: false }],
  keys: { unique: 'userName', displayName: 'displayName', active: 'active', emails: 'emails' },
  members: null,
  memberOf: 'groups',
}
