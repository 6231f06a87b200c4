/** What enterprises know of a user besides (RFC 7643 §4.3). */
import { attribute, type Schema } from './schema.ts'

export const ENTERPRISE_USER: Schema = {
  id: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User',
  name: 'EnterpriseUser',
  description: 'Enterprise User',
  attributes: [
    attribute({ name: 'employeeNumber', description: 'Number or code that the organization gives its people.' }),
    attribute({ name: 'costCenter', description: 'Cost center.' }),
    attribute({ name: 'organization', description: 'Organization.' }),
    attribute({ name: 'division', description: 'Division.' }),
    attribute({ name: 'department', description: 'Department.' }),
    attribute({
      name: 'manager',
      type: 'complex',
      description: 'The manager of the user.',
      subAttributes: [
        attribute({ name: 'value', caseExact: true, description: 'The id of the manager, who need not exist yet.' }),
        attribute({
          name: '$ref',
          type: 'reference',
          caseExact: true,
          referenceTypes: ['User'],
          description: 'The URL of the manager.',
        }),
        attribute({ name: 'displayName', mutability: 'readOnly', description: 'The name of the manager.' }),
      ],
    }),
  ],
}
