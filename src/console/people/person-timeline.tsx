/** What plans did with somebody, newest first: what, why, what became of it, and whether a mail went out. */
import { outcomeText, reasonText } from '../../reconcile/describe.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { MemberListRow } from '../../store/member-list.ts'
import type { HistoryRow } from '../../store/person-history.ts'
import { useAddress, useHere } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import { Pill, type Tone } from '../parts/pill.tsx'
import { Pager } from '../parts/table.tsx'
import { onPages } from '../plans/next-words.ts'
import { planPath } from '../plans/plan.ts'

export function PersonTimeline({ row, rows, next }: { row: MemberListRow; rows: HistoryRow[]; next: string | null }) {
  return (
    <section id="timeline" aria-labelledby="timeline-title">
      <h2 id="timeline-title" class="over-list">
        What happened
      </h2>
      <div class="list">
        {rows.length === 0 ? (
          <p class="empty">
            {'No plan has touched them. They became known '}
            <Moment at={row.invitedAt} />.
          </p>
        ) : (
          <ol class="timeline">
            {rows.map((one) => (
              <Deed row={one} />
            ))}
          </ol>
        )}
        {(next !== null || rows.length > 10) && <Pager next={next} shown="" />}
      </div>
    </section>
  )
}

function Deed({ row }: { row: HistoryRow }) {
  const { offers, zone } = useHere()
  const at = useAddress()
  const setback = outcomeText(row)
  const plan = showId('pln', row.planId)
  return (
    <li>
      <span class="when">
        <Moment at={row.at ?? row.createdAt} />
      </span>
      <div>
        <p class="states">
          <b>{deedText(row, zone)}</b>
          <Pill tone={TONES[row.state] ?? 'quiet'}>{STATES[row.state] ?? row.state.replaceAll('_', ' ')}</Pill>
          {row.letter !== null && <Pill>{MAILS[row.letter] ?? 'mail'}</Pill>}
        </p>
        <p class="beneath">
          {reasonText(row.reason)}
          {' · '}
          {offers('/plans/:plan') ? <a href={at(planPath(row.planId))}>{plan}</a> : plan}
          {row.reason.code.endsWith('_by_hand') ? '' : ` by ${row.createdBy}`}
        </p>
        {setback !== null && (
          <p
            class={TONES[row.state] === 'bad' ? 'setback' : 'beneath'}
          >{`${setback.message} ${onPages(setback.next)}`}</p>
        )}
      </div>
    </li>
  )
}

const TONES: Record<string, Tone> = {
  succeeded: 'good',
  failed_permanent: 'bad',
  failed_retryable: 'bad',
  blocked: 'bad',
  waiting_seat: 'wait',
  waiting_borrow: 'wait',
  pending: 'wait',
}

const STATES: Record<string, string> = {
  succeeded: 'done',
  noop: 'was so already',
  failed_permanent: 'failed',
  failed_retryable: 'failed for now',
  blocked: 'blocked by a failure',
  skipped_stale: 'skipped since something changed',
  skipped_excluded: 'left out',
  waiting_seat: 'waits for a seat',
  waiting_borrow: 'waits for a borrowed licence',
  pending: 'still to do',
}

const MAILS: Record<string, string> = {
  due: 'mail on its way',
  sending: 'mail on its way',
  sent: 'mail sent',
  failed: 'mail not delivered',
  unknown: 'mail may have left',
}

const DEEDS: Record<string, string> = {
  invite: 'Invite',
  reactivate: 'Reactivate',
  suspend: 'Suspend',
  remove: 'Remove',
  update_identity: 'Rename',
  update_profile: 'Update',
  update_role: 'Change role',
  link: 'Link',
  release_claim: 'Let go',
}
const PRODUCT_DEEDS: Record<string, string> = {
  assign: 'Assign',
  extend: 'Extend',
  shorten: 'Shorten',
  revoke: 'Revoke',
}

/** What is done with whom the page is about anyway. */
function deedText({ kind, productName, before, after }: HistoryRow, zone: string): string {
  const end = after?.expiresAt ?? null
  const verb = PRODUCT_DEEDS[kind]
  if (verb !== undefined)
    return `${verb} ${productName ?? 'products'}${end === null ? '' : ` until ${formatEnd(end, zone)}`}`
  if (kind === 'update_role') return `Change the role from ${before?.role ?? '?'} to ${after?.role ?? '?'}`
  if (kind === 'update_identity' && after?.email !== undefined) return `Rename ${before?.email ?? ''} → ${after.email}`
  return DEEDS[kind] ?? kind
}
