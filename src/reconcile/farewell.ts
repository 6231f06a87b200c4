/**
 * Farewells: members whom an identity provider says are gone and from whom no source takes anything. A person decides about their access.
 */
import type { Role } from './model.ts'

/** `end_access`: they lose here what anybody else would lose who is gone; `keep`: they keep all of it. */
export const FAREWELL_CHOICES = ['end_access', 'keep'] as const

/** Somebody who is gone and shielded. */
export interface Farewell {
  personId: number
  sourceId: number
  /** The name of the source. */
  source: string
  anchor: string
  email: string
  role: Role
}

/** What there is to decide, in one paragraph. */
export function farewellWhy({ source, email, role }: Pick<Farewell, 'source' | 'email' | 'role'>): string {
  const shield = role === 'owner' ? 'an owner' : role === 'admin' ? 'an administrator' : 'protected'
  return `${source} says that ${email} has left. They are ${shield}: no source takes anything from them by itself, and they keep all access until a person decides.`
}
