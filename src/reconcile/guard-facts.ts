/** What the guards know of a plan: counts, so that a plan of a million items costs nothing more. */
export interface PlanFacts {
  removes: number
  /** Suspensions; absent = none. */
  suspends?: number
  /** Members that are invited, active or suspended today. */
  members: number
  /** Per product: revokes in the plan, and how many hold it today. Sorted by product, or not. */
  revokes: {
    /** The product's key. */
    product: string
    /** What people call it; the key where that is not known. */
    name?: string
    count: number
    holders: number
  }[]
}
