/** What administrators may do. Their tokens carry a role of their own, which can only take away from it. */

/** From the least to the most: each may do what the ones before it may. */
export const ROLES = ['viewer', 'operator', 'admin'] as const
export type AdministratorRole = (typeof ROLES)[number]

export function holds(role: AdministratorRole, needed: AdministratorRole): boolean {
  return ROLES.indexOf(role) >= ROLES.indexOf(needed)
}

/** The lower of the two. */
export function atMost(role: AdministratorRole, ceiling: AdministratorRole): AdministratorRole {
  return holds(role, ceiling) ? ceiling : role
}
