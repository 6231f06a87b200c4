/** Schemas as /Schemas shows them (RFC 7643 §7). */
import type { Dialect } from './dialect.ts'
import type { Document, Json } from './document.ts'
import type { Attribute, Schema } from './schema.ts'

export const SCHEMA_URN = 'urn:ietf:params:scim:schemas:core:2.0:Schema'

/**
 * A schema as a resource, every attribute with all its characteristics and nothing null. For Entra without what is never returned:
 * its validator sets every attribute that it finds here, and reports those that do not come back.
 */
export function schemaJson(schema: Schema, { baseUrl, dialect }: { baseUrl: string; dialect: Dialect }): Document {
  const shown = schema.attributes.filter((one) => dialect !== 'entra' || one.returned !== 'never')
  return {
    schemas: [SCHEMA_URN],
    id: schema.id,
    name: schema.name,
    description: schema.description,
    attributes: shown.map(attributeJson),
    meta: { resourceType: 'Schema', location: `${baseUrl}/Schemas/${schema.id}` },
  }
}

function attributeJson(attribute: Attribute): Json {
  const { canonicalValues, referenceTypes, subAttributes } = attribute
  return {
    name: attribute.name,
    type: attribute.type,
    multiValued: attribute.multiValued,
    description: attribute.description,
    required: attribute.required,
    ...(canonicalValues !== undefined && { canonicalValues }),
    caseExact: attribute.caseExact,
    mutability: attribute.mutability,
    returned: attribute.returned,
    uniqueness: attribute.uniqueness,
    ...(referenceTypes !== undefined && { referenceTypes }),
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(attributeJson) }),
  }
}
