/** What an OpenID provider says of somebody, as an address and roles of ours. */
import type { Oidc } from '../../config/index.ts'
import { readEmail } from '../../reconcile/normalise.ts'
import { type AdministratorRole, holds } from '../../reconcile/roles.ts'

export type Claims = Readonly<Record<string, unknown>>

/** A claim by its name, which may hold dots; else by a path, as Keycloak nests its roles: `realm_access.roles`. */
export function claimOf(claims: Claims, name: string): unknown {
  if (Object.hasOwn(claims, name)) return claims[name]
  return name
    .split('.')
    .reduce<unknown>((inner, step) => (isGroup(inner) && Object.hasOwn(inner, step) ? inner[step] : undefined), claims)
}

const isGroup = (value: unknown): value is Claims =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The key of the address; null where there is none, or where the provider itself has not seen that it is theirs. */
export function addressIn(claims: Claims, { emailClaim }: Pick<Oidc, 'emailClaim'>): string | null {
  const email = claimOf(claims, emailClaim)
  // Some providers write the boolean of OpenID Connect Core §5.1 as text.
  if (emailClaim === 'email' && String(claims['email_verified']) === 'false') return null
  const read = typeof email === 'string' ? readEmail(email) : null
  return read?.ok ? read.key : null
}

/** The strongest role in each organization; whatever the configuration does not name gives none. */
export function rolesIn(
  claims: Claims,
  { rolesClaim, roles }: Pick<Oidc, 'rolesClaim' | 'roles'>,
  organizations: readonly string[],
): Record<string, AdministratorRole> {
  const claim = claimOf(claims, rolesClaim)
  const values = (Array.isArray(claim) ? claim : [claim]).filter((value) => typeof value === 'string')
  const found = new Map<string, AdministratorRole>()
  for (const value of values) {
    const given = Object.hasOwn(roles, value) ? roles[value] : undefined
    for (const organization of given === undefined ? [] : organizations) {
      const role = typeof given === 'string' ? given : Object.hasOwn(given ?? {}, organization) && given?.[organization]
      const before = found.get(organization)
      if (role && (before === undefined || holds(role, before))) found.set(organization, role)
    }
  }
  return Object.fromEntries(found)
}
