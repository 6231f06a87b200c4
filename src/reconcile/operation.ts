/** An operation: what a person asked for, before anybody is looked up. It stands in the hashed header of its plan. */
import type { Instant, Role } from './model.ts'

export const VERBS = ['invite', 'remove', 'assign', 'revoke'] as const
export type Verb = (typeof VERBS)[number]

/** How long a person's word stands against what a source says. */
export type PinFor = { kind: 'next_sync' } | { kind: 'days'; days: number } | { kind: 'always' }

export const PIN_DEFAULT: PinFor = { kind: 'days', days: 30 }

export interface Operation {
  verb: Verb
  /** Keys of products named for everybody, beside those of the rows. */
  products: string[]
  /** Only of `revoke`: everything that they hold. */
  allProducts: boolean
  /** One end for all; a row's own counts first. */
  expiresAt: Instant | null
  /** Only of `invite`. */
  role: Role
  /** Only of `remove`: products are revoked first. Without it whoever holds one stays, with HAS_PRODUCTS. */
  revokeFirst: boolean
  /** Only of `assign`: whoever gets no seat waits for one. Without it their item fails. */
  wait: boolean
  pin: PinFor
  /** Why, in the words of whoever asks: of `remove` and `revoke`, and kept with the pins that come of them. Absent where nothing was said. */
  reason?: string
  /** The filter that chose the people; null where a file or addresses did. */
  where: string | null
  /** The upload; null where the people were named in another way. */
  file: { name: string; sha256: string } | null
  /** What the numbers of the plan must add up to. With `where`, given = people found. */
  rows: { given: number; merged: number; errors: number }
}
