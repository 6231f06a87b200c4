/** The files of a source, newest first: what each came to, and why. */

import { isNote } from '../../reconcile/admit.ts'
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import type { SnapshotState } from '../../store/snapshots.ts'
import { useAddress } from '../here.ts'
import { Filters } from '../parts/filters.tsx'
import { Moment } from '../parts/moment.tsx'
import { Empty, Pill, type Tone } from '../parts/pill.tsx'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { sourcePath } from './facts.ts'

/** As people read the states of a file. */
const FILE_STATES: Record<SnapshotState, [word: string, tone: Tone]> = {
  staging: ['being read', 'wait'],
  held: ['held', 'wait'],
  refused: ['refused', 'bad'],
  admitted: ['used', 'good'],
  confirmed: ['same as before', 'good'],
  dismissed: ['turned away', 'quiet'],
  replaced: ['replaced by a newer one', 'quiet'],
  expired: ['nobody let it in', 'quiet'],
  unreadable: ['could not be read', 'bad'],
  stale: ['too old', 'quiet'],
  duplicate: ['came twice', 'quiet'],
  uploaded: ['uploaded', 'quiet'],
  planned: ['uploaded', 'quiet'],
}

export function FilePill({ state }: { state: SnapshotState }) {
  const [word, tone] = FILE_STATES[state]
  return <Pill tone={tone}>{word}</Pill>
}

/** Why it is not simply used; notes where there is nothing else. */
export function reasonsOf({ findings, state }: SnapshotListRow): string[] {
  const stopped = findings.filter(({ verdict }) => verdict !== 'pass' || state === 'stale' || state === 'duplicate')
  return (stopped.length > 0 ? stopped : findings.filter(isNote)).map(({ message }) => message)
}

export const filePath = ({ source, id }: SnapshotListRow, rest = ''): string =>
  sourcePath(source, `/files/${showId('snp', id)}${rest}`)

/** A guard stopped at it. */
export const isStopped = ({ state }: SnapshotListRow): boolean => state === 'held' || state === 'refused'

/** Somebody has to decide about it; a file of changes that cannot be read keeps later ones waiting. */
export const isOpenFile = (row: SnapshotListRow): boolean => isStopped(row) || (row.state === 'unreadable' && !row.full)

const SHOWN: SnapshotState[] = [
  'held',
  'refused',
  'unreadable',
  'admitted',
  'confirmed',
  'dismissed',
  'replaced',
  'expired',
  'stale',
  'duplicate',
]

export function Files({
  source,
  rows,
  next,
  asked,
}: {
  source: string
  rows: SnapshotListRow[]
  next: string | null
  /** Whether only some are asked for. */
  asked: boolean
}) {
  const at = useAddress()
  const options = [
    { value: '', name: 'Any state' },
    ...SHOWN.map((state) => ({ value: state, name: FILE_STATES[state][0] })),
  ]
  return (
    <section id="files" aria-labelledby="files-title">
      <div class="section-head">
        <h2 id="files-title">Files</h2>
        <Filters list="files" filters={[{ name: 'state', label: 'State', options }]} />
      </div>
      <div class="list">
        {rows.length === 0 ? (
          <Empty title={asked ? 'No file is in this state.' : 'No file came yet.'}>
            {asked ? (
              <a href={at(sourcePath(source))}>See all files</a>
            ) : (
              <p>What is dropped into its folder appears here.</p>
            )}
          </Empty>
        ) : (
          <>
            <Table id="files" caption="Files" columns={COLUMNS} rows={rows} open={(row) => at(filePath(row))} />
            <Pager next={next} shown="" />
          </>
        )}
      </div>
    </section>
  )
}

const COLUMNS: Column<SnapshotListRow>[] = [
  { key: 'file', title: 'File', always: true, cell: (row) => <File row={row} /> },
  { key: 'state', title: 'State', cell: ({ state }) => <FilePill state={state} /> },
  { key: 'at', title: 'Came', cell: ({ at }) => <Moment at={at} /> },
  { key: 'rows', title: 'Rows', number: true, cell: ({ rows }) => number(rows) },
  {
    key: 'errors',
    title: 'In error',
    number: true,
    cell: ({ errors }) => <span class={errors === 0 ? 'zero' : ''}>{number(errors)}</span>,
  },
  {
    key: 'missing',
    title: 'Missing',
    number: true,
    cell: ({ missing }) => <span class={missing === 0 ? 'zero' : ''}>{number(missing)}</span>,
  },
  { key: 'why', title: 'Why', cell: (row) => <Why reasons={reasonsOf(row)} /> },
]

function File({ row }: { row: SnapshotListRow }) {
  const at = useAddress()
  return (
    <div class="person">
      <a href={at(filePath(row))}>{row.file}</a>
      {!row.full && <span class="beneath">changes only</span>}
    </div>
  )
}

function Why({ reasons }: { reasons: string[] }) {
  const [first, ...others] = reasons
  if (first === undefined) return null
  return (
    <span class="why">
      {first}
      {others.length > 0 && <span class="beneath">{` and ${count(others.length, 'more reason')}`}</span>}
    </span>
  )
}
