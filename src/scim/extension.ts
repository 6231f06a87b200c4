/** Custom extensions, as the configuration of a source declares them, become schemas like any other. */
import type { ScimExtension } from '../reconcile/scim-extension.ts'
import { type Attribute, attribute, type ResourceType, type Schema } from './schema.ts'

type Declared = ScimExtension['attributes'][number]

/** The schema that an extension declares. References and binaries have case whatever is declared (RFC 7643 §2.3.6, §2.3.7). */
export function customSchema({ urn, name, description, attributes }: ScimExtension): Schema {
  return { id: urn, name, description, attributes: attributes.map(declared) }
}

/** The type with those extensions that are meant for it. */
export function extended(type: ResourceType, extensions: readonly ScimExtension[]): ResourceType {
  const own = extensions.filter((one) => one.resource === type.name)
  if (own.length === 0) return type
  const added = own.map((one) => ({ schema: customSchema(one), required: one.required }))
  return { ...type, extensions: [...type.extensions, ...added] }
}

function declared(given: Omit<Declared, 'subAttributes'> & Pick<Partial<Declared>, 'subAttributes'>): Attribute {
  const { canonicalValues, referenceTypes, subAttributes, ...rest } = given
  return attribute({
    ...rest,
    caseExact: rest.caseExact || rest.type === 'reference' || rest.type === 'binary',
    ...(canonicalValues !== undefined && { canonicalValues }),
    ...(referenceTypes !== undefined && { referenceTypes }),
    ...(subAttributes !== undefined && { subAttributes: subAttributes.map(declared) }),
  })
}
