/** The mails that went out, and those that did not. */
import { z } from 'zod'
import { LETTER_STATES, type LetterListRow, listLetters } from '../../store/letter-list.ts'
import { resend } from '../../sync/resend.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useHere } from '../here.ts'
import { FileLink } from '../parts/file-link.tsx'
import { Filters } from '../parts/filters.tsx'
import { Empty } from '../parts/pill.tsx'
import { Pager, Table } from '../parts/table.tsx'
import { Tabs } from '../parts/tabs.tsx'
import { action, page } from '../route.ts'
import { tabsOf } from './activity.tsx'
import { MAILS, STATES } from './mail-columns.tsx'

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
          <Tabs label="Activity" tabs={tabsOf(may)} />
          <Filters list="mails" filters={[{ name: 'state', label: 'State', options }]} />
          {list}
        </>
      ),
    }
  })

  action(
    door,
    { path: '/activity/mails/resend', role: 'operator' },
    async ({ parts, organization, actor, form, at }) => {
      const { address } = await resend(parts, organization.id, form.number('letter') ?? 0, actor)
      return {
        go: at('/activity/mails'),
        notice: { kind: 'done', text: `The mail to ${address} is on its way again.` },
      }
    },
  )
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
          <Table id="mails" caption="Mails" columns={MAILS} rows={rows} />
          <Pager next={next} shown="">
            <FileLink path="/activity/mails.csv" />
          </Pager>
        </>
      )}
    </div>
  )
}
