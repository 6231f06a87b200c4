/** How many people a rule gives something, as lists and its own page say it. */
import { count, number } from '../../reconcile/amount.ts'
import type { RuleRow } from '../../store/organizations.ts'
import type { Reaches } from '../../store/rule-reach.ts'
import { Pill } from '../parts/pill.tsx'

/** Only what gives membership or a product reaches anybody: what excludes or protects takes part in what others give. */
const gives = ({ then: consequences }: RuleRow): boolean =>
  consequences.some((one) => 'member' in one || 'product' in one)

/** `101,625` of which only the beginning is known is `102,000`. */
export function roughly(amount: number): number {
  const unit = 10 ** Math.max(0, Math.floor(Math.log10(Math.max(1, amount))) - 2)
  return Math.round(amount / unit) * unit
}

/** @param reaches null where nobody has counted yet */
export function Reach({ row, reaches }: { row: RuleRow; reaches: Reaches | null }) {
  if (reaches === null || !gives(row)) return null
  const found = reaches.rules.get(row.key)
  if (found === undefined || found.people === 0) {
    // Of several rules that make somebody a member, the strongest is named.
    const members = row.then.some((one) => 'member' in one)
    return (
      <Pill tone="wait" title={members ? 'Nobody is meant, or stronger rules give the same.' : 'Nobody is meant.'}>
        gives nothing to anybody
      </Pill>
    )
  }
  const about = reaches.about !== null && found.people >= reaches.about
  const told = (amount: number) => (about ? `about ${number(roughly(amount))}` : number(amount))
  return (
    <div class="person">
      <span>
        {about ? `about ${count(roughly(found.people), 'person', 'people')}` : count(found.people, 'person', 'people')}
      </span>
      <span class="beneath">{found.sole === 0 ? 'others give the same' : `sole reason for ${told(found.sole)}`}</span>
    </div>
  )
}
