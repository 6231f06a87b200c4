/** A resource type that only tests have: nothing but data, so whatever works for it works without knowing users and groups by name. */
import { attribute, type ResourceType, type Schema } from '../../src/scim/schema.ts'

const NETWORK: Schema = {
  id: 'urn:example:params:scim:schemas:extension:network:1.0:Device',
  name: 'Network',
  description: 'How it is reached',
  attributes: [
    attribute({ name: 'address', required: true, description: 'Its address.' }),
    attribute({ name: 'constructor', description: 'A name that every object has already.' }),
  ],
}

export const DEVICE: ResourceType = {
  name: 'Device',
  endpoint: '/Devices',
  description: 'A thing with a serial number',
  schema: {
    id: 'urn:example:params:scim:schemas:core:1.0:Device',
    name: 'Device',
    description: 'A thing with a serial number',
    attributes: [
      attribute({
        name: 'serialNumber',
        required: true,
        caseExact: true,
        mutability: 'immutable',
        uniqueness: 'server',
        description: 'Given once.',
      }),
      attribute({ name: 'label', description: 'What people call it.' }),
      attribute({ name: 'enabled', type: 'boolean', description: 'Whether it is in use.' }),
      attribute({ name: 'ports', type: 'integer', description: 'How many ports it has.' }),
      attribute({ name: 'weight', type: 'decimal', description: 'In kilograms.' }),
      attribute({ name: 'boughtAt', type: 'dateTime', description: 'When it was bought.' }),
      attribute({ name: 'key', type: 'binary', caseExact: true, description: 'Its public key.' }),
      attribute({ name: 'manual', type: 'reference', caseExact: true, description: 'Where to read on.' }),
      attribute({ name: 'tags', multiValued: true, description: 'Words.' }),
      attribute({ name: 'notes', returned: 'request', description: 'Long.' }),
      attribute({ name: 'secret', returned: 'never', description: 'Kept and never shown.' }),
      attribute({ name: 'seal', returned: 'always', description: 'Shown whatever is asked.' }),
      attribute({
        name: 'contacts',
        type: 'complex',
        multiValued: true,
        description: 'Whom to ask.',
        subAttributes: [
          attribute({ name: 'value', required: true, description: 'Address.' }),
          attribute({ name: 'primary', type: 'boolean', description: 'Whom first.' }),
          attribute({ name: 'pin', mutability: 'writeOnly', returned: 'never', description: 'Thrown away.' }),
          attribute({ name: 'since', type: 'dateTime', description: 'Since when.' }),
        ],
      }),
      attribute({
        name: 'parts',
        type: 'complex',
        multiValued: true,
        description: 'What it consists of.',
        subAttributes: [attribute({ name: 'value', caseExact: true, mutability: 'immutable', description: 'An id.' })],
      }),
    ],
  },
  extensions: [{ schema: NETWORK, required: true }],
  keys: { unique: 'serialNumber', displayName: 'label', active: 'enabled', emails: 'contacts' },
  members: 'parts',
  memberOf: null,
}
export const NETWORK_URN = NETWORK.id
