/** Rows of a file that could not be read, each with why. */
import { count, number } from '../../reconcile/amount.ts'
import { outcomeText } from '../../reconcile/describe.ts'
import type { FailedCells } from '../../store/failures.ts'
import { type Column, Pager, Table } from '../parts/table.tsx'
import { onPages } from '../plans/next-words.ts'

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
      {told.message} <span class="beneath">{onPages(told.next)}</span>
    </span>
  )
}

export function Wrong({ rows, next, errors }: { rows: FailedCells[]; next: string | null; errors: number }) {
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
