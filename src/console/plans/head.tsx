/** What stands at the top of every page of a plan: the sentence, where it comes from, and who did what with it. */
import type { Child } from 'hono/jsx'
import { count, number } from '../../reconcile/amount.ts'
import { consentEnds } from '../../reconcile/consent.ts'
import { showId } from '../../reconcile/identifiers.ts'
import { mayApprove } from '../../reconcile/review.ts'
import type { FailureFile } from '../../store/failures.ts'
import type { PlanRow } from '../../store/plans.ts'
import { useAddress } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import { PlanPill } from '../parts/plan-pill.tsx'
import { headlineOf, type Names, originOf, planPath } from './plan.ts'

export function PlanHead({ row, names, files }: { row: PlanRow; names: Names; files: FailureFile[] }) {
  const { createdAt, createdBy, expiresAt, hash, operation, approvedAt, approvedBy, override } = row
  const read = operation === null ? files.map(({ file }) => file).join(', ') : ''
  const facts: [string, Child][] = [
    ['From', [originOf(row, names), read].filter((part) => part !== '').join(' · ')],
    [
      'Made',
      <>
        <Moment at={createdAt} />
        {` by ${createdBy}`}
      </>,
    ],
  ]
  if (operation?.reason !== undefined) facts.push(['Why', operation.reason])
  if (mayApprove(row)) facts.push(['Valid until', <Moment at={expiresAt} />])
  if (approvedAt !== null)
    facts.push([
      'Approved',
      <>
        <Moment at={approvedAt} />
        {` by ${approvedBy ?? 'nobody'}`}
      </>,
    ])
  if (override !== null) facts.push(['Overridden', `${number(override.count)}, because: ${override.reason}`])
  facts.push(['Hash', <code title={hash}>{hash.slice(0, 12)}</code>])
  return (
    <>
      <p class="plan-sentence">
        <PlanPill plan={row} /> <strong>{headlineOf(row)}</strong>
      </p>
      <dl class="facts">
        {facts.map(([name, value]) => (
          <div>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      <PlanNotes row={row} files={files} />
    </>
  )
}

/** What somebody has to know before they go on. */
function PlanNotes({ row, files }: { row: PlanRow; files: FailureFile[] }) {
  const at = useAddress()
  const errors = files.reduce((sum, file) => sum + file.errors, 0)
  const { supersededBy, closedReason, consent, state, id } = row
  return (
    <>
      {supersededBy !== null && (
        <p class="notice">
          {state === 'superseded'
            ? 'A newer plan has taken its place, and nothing of this one was done: '
            : 'It was asked for again: '}
          <a href={at(planPath(supersededBy))}>{`plan ${showId('pln', supersededBy)}`}</a>.{' '}
          <a href={at(`${planPath(supersededBy, '/compare')}?with=${showId('pln', id)}`)}>
            What changed since this one
          </a>
        </p>
      )}
      {CLOSED[state] !== undefined && <p class="notice">{CLOSED[state]}</p>}
      {closedReason !== null && <p class="notice">{`Reason: ${closedReason}`}</p>}
      {state === 'draft' && row.lane !== 'by_hand' && (
        <p class="notice">Its source is only observed: this shows what would be proposed, and nothing of it is done.</p>
      )}
      {consent !== null && mayApprove(row) && (
        <p class="notice">
          {`${consent.by} has said that it is right (${number(consent.count)}, because: ${consent.reason}). A second administrator with another e-mail address has to say the same until `}
          <Moment at={consentEnds(consent)} />.
        </p>
      )}
      {errors > 0 && (
        <p class="notice">
          {`${count(errors, 'row')} of the file could not be read, and whoever stands there stays as they are. `}
          <a href={at(planPath(id, '/failures.csv'))} download>
            Download these rows with their reasons
          </a>
        </p>
      )}
    </>
  )
}

const CLOSED: Partial<Record<PlanRow['state'], string>> = {
  rejected: 'It was rejected, and nothing of it was done.',
  expired: 'Nobody approved it in time, and nothing of it was done.',
  stale: 'Too much changed after it was made, so nothing of it was done. A newer plan shows what is still wanted.',
  discarded: 'It was let go, and nothing of it was done.',
}
