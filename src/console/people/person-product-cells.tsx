/** Of one product of somebody: every reason for it, and how it stands. */
import { reasonText } from '../../reconcile/describe.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import type { HistoryRow } from '../../store/person-history.ts'
import type { ReasonRow, WaitRow } from '../../store/person-page.ts'
import { useAddress, useHere } from '../here.ts'
import { Day } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import { planPath } from '../plans/plan.ts'

export interface Line {
  key: string
  name: string
  held: MemberListRow['assignments'][number] | null
  reasons: ReasonRow[]
  open: HistoryRow[]
  waits: WaitRow[]
}

export function Why({ line: { reasons, held } }: { line: Line }) {
  const { zone } = useHere()
  if (reasons.length === 0) return <span class="beneath">{held === null ? '' : 'nothing gives it any more'}</span>
  return (
    <ul class="whys">
      {reasons.map((reason) => (
        <li>
          {sentenceOf(reason)}
          {reason.expiresAt !== null && ` until ${formatEnd(reason.expiresAt.toISOString(), zone)}`}
          {reason.since !== null && (
            <span class="beneath">
              {' since '}
              <Day at={reason.since} />
            </span>
          )}
        </li>
      ))}
    </ul>
  )
}

/** The words in which plans say the same. */
function sentenceOf({ source, sourceName, rule, actor, productName: product }: ReasonRow): string {
  if (source === null) return reasonText({ code: 'assigned_by_hand', params: { actor: actor ?? 'an administrator' } })
  if (rule === 'column')
    return reasonText({ code: 'products_column', params: { source: sourceName ?? source, product } })
  return reasonText({ code: 'matched_rule', params: { rule, source: sourceName ?? source, product } })
}

export function Standing({ line: { held, open, waits, reasons } }: { line: Line }) {
  const at = useAddress()
  const { offers } = useHere()
  const waiting = waits.find(({ kind }) => kind === 'seat')
  const returning = waits.find(({ kind }) => kind === 'borrow')
  return (
    <span class="states">
      {held !== null && <Pill tone="good">held</Pill>}
      {waiting !== undefined && <Pill tone="wait">waits for a seat</Pill>}
      {returning !== undefined && <Pill tone="wait">ends once it is back</Pill>}
      {open.map(({ planId, kind }) => (
        <Pill tone="wait">
          {offers('/plans/:plan') ? (
            <a href={at(planPath(planId))}>{`${kind} in ${showId('pln', planId)}`}</a>
          ) : (
            `${kind} in ${showId('pln', planId)}`
          )}
        </Pill>
      ))}
      {held === null && waiting === undefined && open.length === 0 && reasons.length > 0 && (
        <Pill>not yet planned</Pill>
      )}
    </span>
  )
}
