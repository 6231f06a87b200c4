/** What planning by hand needs: what was asked of one person, and how that person stands. */
import type { Assignment, Grant, Instant, Member, Product, Role, RowProduct, Subject } from './model.ts'
import type { Operation } from './operation.ts'

/** What was asked of one person: a row of an upload, an address that was typed, or a member whom a filter found. */
export interface Chosen {
  /** The line of the upload; null where nobody wrote one. */
  line: number | null
  email: string
  userName: string | null
  firstName: string | null
  lastName: string | null
  displayName: string | null
  language: string | null
  /** Of the row itself; those that were named for everybody stand in the operation. */
  products: RowProduct[]
  /** The end that the row gives for all its products; null = the row says nothing. */
  expiresAt: Instant | null
  /** Null = the row says nothing. */
  role: Role | null
  seatPriority: number | null
  /** The row says that there is no end, whatever the operation says. */
  never: boolean
  /** The row says that its products may be revoked with the membership. */
  alsoRevoke: boolean
}

export interface HandCase {
  personId: number
  subject: Subject
  member: Member | null
  /** Sorted by product. */
  assignments: Assignment[]
  /** What connected sources give now; nothing of the person's own hand. */
  grants: Pick<Grant, 'productId' | 'expiresAt'>[]
}

/** What is the same for everybody whom the operation is about. */
export interface HandGround {
  operation: Operation
  /** Who asks, as reasons tell it. */
  actor: string
  /** Id of the pseudo-source `manual`, in whose name everything happens. */
  manual: number
  /** By key. */
  products: ReadonlyMap<string, Product>
  /** The upload, of which the rows are evidence. */
  snapshot: { id: number; file: string } | null
}
