/** Columns of the list of mails: to whom, about what, and how far each got. */
import { showId } from '../../reconcile/identifiers.ts'
import { type LetterListRow, WITH_LINK } from '../../store/letter-list.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Moment } from '../parts/moment.tsx'
import { Pill, type Tone } from '../parts/pill.tsx'
import type { Column } from '../parts/table.tsx'
import { Thing } from './audit.tsx'

export const STATES: Record<LetterListRow['state'], [word: string, tone: Tone]> = {
  due: ['on its way', 'wait'],
  sending: ['on its way now', 'wait'],
  sent: ['sent', 'good'],
  failed: ['not delivered', 'bad'],
  unknown: ['may have left', 'wait'],
}

const EVENTS: Record<string, string> = {
  plan: 'What a plan did with them',
  plan_waits: 'A plan waits for approval',
  plan_held: 'A plan is held by guards',
  plan_completed: 'A plan was applied',
  plan_partially_failed: 'A plan ended with failures',
  snapshot_held: 'A file is held',
  snapshot_refused: 'A file was refused',
  decision_waits: 'Questions wait for an answer',
  administrator_invited: 'A link to sign in',
  source_silent: 'A source is silent',
  token_ends: 'A token is about to end',
  token_ends_soon: 'A token ends soon',
}

export const MAILS: Column<LetterListRow>[] = [
  { key: 'to', title: 'To', always: true, cell: (row) => <To row={row} /> },
  { key: 'about', title: 'About', cell: ({ event }) => EVENTS[event] ?? event.replaceAll('_', ' ') },
  { key: 'plan', title: 'Plan', cell: ({ planId }) => planId > 0 && <Thing object={showId('pln', planId)} /> },
  { key: 'at', title: 'Due', cell: ({ dueAt }) => <Moment at={dueAt} /> },
  { key: 'state', title: 'State', cell: (row) => <State row={row} /> },
  { key: 'again', title: 'Again', cell: (row) => <Resend row={row} /> },
]

function To({ row: { address, audience } }: { row: LetterListRow }) {
  return (
    <div class="person">
      {address}
      {audience === 'administrator' && <span class="beneath">administrator</span>}
    </div>
  )
}

/** By itself no mail leaves twice: of one that may have left, whoever asks for it takes that upon themselves. */
function Resend({ row: { id, state, event, address } }: { row: LetterListRow }) {
  const at = useAddress()
  const may = useMay()
  if (!may('operator') || (state !== 'failed' && state !== 'unknown') || event === WITH_LINK) return null
  return (
    <Form to={at('/activity/mails/resend')}>
      <input type="hidden" name="letter" value={String(id)} />
      <button type="submit" class="small" aria-label={`Send it again to ${address}`}>
        {state === 'unknown' ? 'Send it again, perhaps twice' : 'Send it again'}
      </button>
    </Form>
  )
}

function State({ row: { state, error, attempt } }: { row: LetterListRow }) {
  const [word, tone] = STATES[state]
  return (
    <div class="person">
      <span>
        <Pill tone={tone}>{word}</Pill>
      </span>
      {error !== null && state !== 'sent' && (
        <span class="beneath">
          {state === 'unknown'
            ? 'The mail server did not say; it is not sent again.'
            : `${error}${attempt > 1 ? `, attempt ${attempt}` : ''}`}
        </span>
      )}
    </div>
  )
}
