/** Everything that one source serves. */
import type { ScimExtension } from '../reconcile/scim-extension.ts'
import type { Dialect } from './dialect.ts'
import { entitlementType } from './entitlement.ts'
import { extended } from './extension.ts'
import { GROUP } from './group.ts'
import { roleType } from './role.ts'
import type { ResourceType } from './schema.ts'
import { USER } from './user.ts'

/** Types whose resources clients write, with the extensions of the source. */
export function writableTypes(extensions: readonly ScimExtension[]): ResourceType[] {
  return [USER, GROUP].map((type) => extended(type, extensions))
}

/** Types whose resources rosterd itself lists. */
export function listedTypes(dialect: Dialect): ResourceType[] {
  return [roleType(dialect), entitlementType(dialect)]
}

/** By the name of a type, e.g. User → /Users: what `$ref` is made of. */
export function endpointsOf(types: readonly ResourceType[]): Map<string, string> {
  return new Map(types.map(({ name, endpoint }) => [name, endpoint]))
}
