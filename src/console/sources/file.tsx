/** One file of a source: what it said, why it was stopped, its rows in error, and the word that lets it in or turns it away. */

import { z } from 'zod'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { admitCount } from '../../reconcile/admit.ts'
import { count, number } from '../../reconcile/amount.ts'
import { consentEnds } from '../../reconcile/consent.ts'
import { outcomeText } from '../../reconcile/describe.ts'
import { readId, showId } from '../../reconcile/identifiers.ts'
import { type FailedCells, failedRows } from '../../store/failures.ts'
import { listSnapshots, type SnapshotListRow } from '../../store/snapshot-list.ts'
import { admit, dismiss } from '../../sync/admission.ts'
import { cut, readCursor } from '../cursor.ts'
import type { Door } from '../door.ts'
import { useAddress, useMay } from '../here.ts'
import { Figures } from '../parts/figures.tsx'
import { Field, Form } from '../parts/form.tsx'
import { Moment } from '../parts/moment.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { type Asked, action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { sourcePath } from './facts.ts'
import { FilePill, filePath, reasonsOf } from './files.tsx'

const PER_PAGE = 50
const place = z.int().positive()

type AskedFile = Asked<'source' | 'file'>

export function sourceFileRoutes(door: Door): void {
  page(door, { path: '/sources/:source/files/:file', role: 'viewer' }, async (asked) =>
    screenOf(asked, await fileOf(asked)),
  )

  action(door, { path: '/sources/:source/files/:file/admit', role: 'admin' }, async (asked) => {
    const { parts, organization, actor, form, at } = asked
    const file = await fileOf(asked)
    const given = form.number('count')
    if (given === null) return screenOf(asked, file, 'Type the number that stands above.')
    try {
      const done = await admit(parts, organization.id, file.id, { actor, count: given })
      const text =
        done === 'consented'
          ? 'You have said that it is right. A second administrator with another e-mail address has to say the same.'
          : `${file.file} is used. What follows from it becomes a plan.`
      return { go: at(filePath(file)), notice: { kind: done === 'consented' ? 'note' : 'done', text } }
    } catch (error) {
      if (isRosterdError(error) && (error.code === 'COUNT_MISMATCH' || error.code === 'SNAPSHOT_NEEDS_ANOTHER'))
        return screenOf(asked, await fileOf(asked), error.message)
      throw error
    }
  })

  action(door, { path: '/sources/:source/files/:file/dismiss', role: 'operator' }, async (asked) => {
    const { parts, organization, actor, at } = asked
    const file = await fileOf(asked)
    await dismiss(parts, organization.id, file.id, { actor })
    const text = `${file.file} is turned away. Nothing of it was used.`
    return { go: at(sourcePath(file.source)), notice: { kind: 'done', text } }
  })
}

/** @throws RosterdError SNAPSHOT_NOT_FOUND */
async function fileOf({ parts, organization, param }: AskedFile): Promise<SnapshotListRow> {
  const id = readId('snp', param('file'))
  const source = param('source')
  const [row] =
    id === null
      ? []
      : await listSnapshots(parts.sql, organization.id, { states: null, source, before: id + 1, limit: 1 })
  if (row === undefined || row.id !== id) throw new RosterdError('SNAPSHOT_NOT_FOUND', { id: param('file') })
  return row
}

async function screenOf(asked: AskedFile, row: SnapshotListRow, mistake?: string): Promise<Screen> {
  const after = readCursor(place, asked.query.get('after')) ?? 0
  const wrong =
    row.errors === 0
      ? []
      : await failedRows(asked.parts.sql, asked.organization.id, row.id, { after, limit: PER_PAGE + 1 })
  return {
    title: row.file,
    place: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [row.sourceName, sourcePath(row.source)],
    ],
    lead: (
      <span class="under-title">
        <span>
          {`${showId('snp', row.id)}, came `}
          <Moment at={row.at} />
        </span>
        <FilePill state={row.state} />
      </span>
    ),
    body: (
      <>
        <section class="card" aria-label="What it said">
          <Figures
            figures={[
              ['Rows', number(row.rows)],
              ['People', number(row.people)],
              ['Rows in error', number(row.errors)],
              ['Missing people', number(row.missing), 'Known from this source, and not in the file'],
            ]}
          />
          <ul class="whys">
            {reasonsOf(row).map((reason) => (
              <li>{reason}</li>
            ))}
          </ul>
          <p class="beneath">
            {'SHA-256 '}
            <code class="break">{row.fileSha256}</code>
          </p>
          {row.decidedBy !== null && row.decidedAt !== null && (
            <p class="beneath">
              {`Decided by ${row.decidedBy}, `}
              <Moment at={row.decidedAt} />
            </p>
          )}
        </section>
        <Decide row={row} {...(mistake === undefined ? {} : { mistake })} />
        {wrong.length > 0 && <Wrong {...cut(wrong, PER_PAGE, ({ line }) => line)} errors={row.errors} />}
      </>
    ),
    ...(mistake === undefined ? {} : { status: 422 }),
  }
}

function Decide({ row, mistake }: { row: SnapshotListRow; mistake?: string }) {
  const at = useAddress()
  const may = useMay()
  const stopped = row.state === 'held' || row.state === 'refused'
  const broken = row.state === 'unreadable' && !row.full
  if (!may('operator') || !(stopped || broken)) return null
  const { count: wanted, what } = admitCount(row)
  return (
    <section class="card decide" aria-labelledby="decide-title">
      <h2 id="decide-title">{stopped ? 'Is this file right?' : 'Later files wait for this one'}</h2>
      {row.consent !== null && (
        <p class="notice">
          {`${row.consent.by} has said that it is right. A second administrator with another e-mail address has to say the same until `}
          <Moment at={consentEnds(row.consent)} />.
        </p>
      )}
      {stopped && may('admin') && (
        <Form to={at(filePath(row, '/admit'))}>
          <Field
            id="count"
            label={`To let it in, type ${number(wanted)}`}
            hint={`${what[0]?.toUpperCase() ?? ''}${what.slice(1)}.${row.state === 'refused' ? ' Two administrators have to say it.' : ''}`}
            mistake={mistake}
          >
            <input id="count" name="count" inputmode="numeric" autocomplete="off" required class="digits" />
          </Field>
          <button type="submit">Use this file</button>
        </Form>
      )}
      <Form to={at(filePath(row, '/dismiss'))} kind={stopped && may('admin') ? 'apart' : ''}>
        <p class="hint">Turned away, nothing of it is used, and nobody loses anything by it.</p>
        <button type="submit">Turn it away</button>
      </Form>
    </section>
  )
}

const COLUMNS: Column<FailedCells>[] = [
  { key: 'line', title: 'Line', cell: ({ line }) => `line ${number(line)}` },
  { key: 'row', title: 'Row', always: true, cell: ({ cells }) => <code class="cells">{cells.join(' · ')}</code> },
  {
    key: 'why',
    title: 'Why',
    cell: ({ line, params, code }) => <Reason told={outcomeText({ code, params: { line, ...params } })} />,
  },
]

function Reason({ told }: { told: { message: string; next: string } | null }) {
  return told === null ? null : (
    <span class="why">
      {told.message} <span class="beneath">{told.next}</span>
    </span>
  )
}

function Wrong({ rows, next, errors }: { rows: FailedCells[]; next: string | null; errors: number }) {
  return (
    <section aria-labelledby="wrong-title">
      <h2 id="wrong-title" class="over-list">
        {`${count(errors, 'row')} in error`}
      </h2>
      <div class="list">
        <Table id="wrong" caption="Rows in error" columns={COLUMNS} rows={rows} />
        <Pager next={next} shown="" />
      </div>
    </section>
  )
}
