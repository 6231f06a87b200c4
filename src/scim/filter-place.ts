/** Where the store has the values of an attribute: in a column, in rows of their own, or in the document alone. */
import type { Place, Step } from '../store/mirror-filter.ts'
import type { AttributePath } from './attribute-path.ts'
import type { Attribute, ResourceType } from './schema.ts'

export const stepOf = (attribute: Attribute): Step => ({ name: attribute.name, many: attribute.multiValued })

/** Kept, or not even that, and never shown: nothing may be learned of it by asking. */
export function isHidden({ returned, mutability }: Attribute): boolean {
  return returned === 'never' || mutability === 'writeOnly'
}

export function placeOf(type: ResourceType, { extension, attribute, sub }: AttributePath): Place {
  const own = [attribute, sub].flatMap((one) => (one === null ? [] : stepOf(one)))
  if (extension !== null) return { home: 'document', path: [{ name: extension.id, many: false }, ...own] }
  return { home: attribute === null ? 'document' : homeOf(type, attribute, sub), path: own }
}

function homeOf(type: ResourceType, { name }: Attribute, sub: Attribute | null): Place['home'] {
  const { keys } = type
  if (name === 'meta') {
    if (sub?.name === 'created') return 'created'
    if (sub?.name === 'lastModified') return type.members === null ? 'modified' : 'modifiedWithMembers'
    return 'document'
  }
  if (name === type.members) return 'members'
  if (name === type.memberOf) return 'memberOf'
  if (name === keys.emails) return sub === null || sub.name === 'value' ? 'emails' : 'document'
  if (sub !== null) return 'document'
  if (name === 'id' || name === 'externalId') return name
  if (name === keys.displayName) return 'displayNameKey'
  if (name === keys.unique) return 'uniqueKey'
  return name === keys.active ? 'active' : 'document'
}
