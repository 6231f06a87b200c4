/** The mails that went out, and those that did not. */
import { z } from 'zod'
import { showId } from '../../reconcile/identifiers.ts'
import { LETTER_STATES, type LetterListRow, listLetters } from '../../store/letter-list.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useHere } from '../here.ts'
import { Filters } from '../parts/filters.tsx'
import { Moment } from '../parts/moment.tsx'
import { Empty, Pill, type Tone } from '../parts/pill.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { page } from '../route.ts'
import { TABS } from './activity.tsx'
import { Thing } from './audit.tsx'

const PER_PAGE = 50
const place = z.int().positive()

export function mailRoutes(door: Door): void {
  page(door, { path: '/activity/mails', role: 'viewer' }, async ({ parts, organization, query, part, may }) => {
    const state = LETTER_STATES.find((one) => one === query.get('state')) ?? null
    const before = readCursor(place, query.get('after'))
    const found = await listLetters(parts.sql, organization.id, { state, before, limit: PER_PAGE + 1 })
    const list = <Mails {...cut(found, PER_PAGE, ({ id }) => id)} filtered={state !== null} />
    if (part === 'mails') return { title: 'Mails', place: 'activity', body: list }
    const options = [
      { value: '', name: 'Any state' },
      ...LETTER_STATES.map((one) => ({ value: one, name: STATES[one][0] })),
    ]
    return {
      title: 'Activity',
      place: 'activity',
      body: (
        <>
          {may('admin') && <Tabs label="Activity" tabs={TABS} />}
          <Filters list="mails" filters={[{ name: 'state', label: 'State', options }]} />
          {list}
        </>
      ),
    }
  })
}

function Mails({ rows, next, filtered }: { rows: LetterListRow[]; next: string | null; filtered: boolean }) {
  const { path } = useHere()
  return (
    <div id="mails" class="list">
      {rows.length === 0 ? (
        <Empty title={filtered ? 'No mail is in this state.' : 'No mail went out yet.'}>
          {filtered ? <a href={path}>See all mails</a> : <p>Applied plans mail the people whom they concern.</p>}
        </Empty>
      ) : (
        <>
          <Table id="mails" caption="Mails" columns={COLUMNS} rows={rows} />
          <Pager next={next} shown="" />
        </>
      )}
    </div>
  )
}

const STATES: Record<LetterListRow['state'], [word: string, tone: Tone]> = {
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
  plan_partially_failed: 'A plan was applied in part',
  snapshot_held: 'A file is held',
  snapshot_refused: 'A file was refused',
  decision_waits: 'Questions wait for an answer',
  administrator_invited: 'A link to sign in',
  source_silent: 'A source is silent',
  token_ends: 'A token is about to end',
  token_ends_soon: 'A token ends soon',
}

const COLUMNS: Column<LetterListRow>[] = [
  { key: 'to', title: 'To', always: true, cell: (row) => <To row={row} /> },
  { key: 'about', title: 'About', cell: ({ event }) => EVENTS[event] ?? event.replaceAll('_', ' ') },
  { key: 'plan', title: 'Plan', cell: ({ planId }) => planId > 0 && <Thing object={showId('pln', planId)} /> },
  { key: 'at', title: 'Due', cell: ({ dueAt }) => <Moment at={dueAt} /> },
  { key: 'state', title: 'State', cell: (row) => <State row={row} /> },
]

function To({ row: { address, audience } }: { row: LetterListRow }) {
  return (
    <div class="person">
      {address}
      {audience === 'administrator' && <span class="beneath">administrator</span>}
    </div>
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
