/** The columns of the people that a file names: only those of which it says anything. */
import { number } from '../../reconcile/amount.ts'
import { formatEnd } from '../../reconcile/expiry.ts'
import type { StagedRow } from '../../reconcile/model.ts'
import type { Upload } from '../../sync/upload-preview.ts'
import { useHere } from '../here.ts'
import type { Column } from '../parts/table.tsx'
import { PASTED } from './pasted.ts'

export function columnsOf(
  rows: StagedRow[],
  { verb, name }: Upload,
  names: ReadonlyMap<string, string>,
): Column<StagedRow>[] {
  const some = (has: (row: StagedRow) => boolean, column: Column<StagedRow>) => (rows.some(has) ? [column] : [])
  return [
    { key: 'person', title: 'Person', always: true, cell: (row) => <PersonOf row={row} /> },
    ...some((row) => row.products.length > 0, {
      key: 'products',
      title: 'Products in the file',
      cell: ({ products }) => products.map(({ product }) => names.get(product) ?? product).join(', '),
    }),
    ...some((row) => row.expiresAt !== null || row.products.some((one) => one.expiresAt !== null), {
      key: 'expires',
      title: 'Expires',
      cell: (row) => <EndOf row={row} />,
    }),
    ...some((row) => verb === 'invite' && row.role !== null, {
      key: 'role',
      title: 'Role',
      cell: ({ role }) => role ?? '',
    }),
    ...some(() => name !== PASTED, { key: 'line', title: 'Line', number: true, cell: ({ line }) => number(line) }),
  ]
}

function PersonOf({ row: { profile, attributes } }: { row: StagedRow }) {
  const name = profile.displayName || [profile.firstName, profile.lastName].filter((part) => part).join(' ')
  const address = profile.email || (attributes['external_id'] ?? '')
  return (
    <div class="person">
      <b>{name || address}</b>
      {name !== '' && name !== null && <span class="beneath">{address}</span>}
    </div>
  )
}

function EndOf({ row: { expiresAt, products } }: { row: StagedRow }) {
  const { zone } = useHere()
  const ends = [
    ...new Set(products.map((one) => one.expiresAt ?? expiresAt).concat(products.length === 0 ? [expiresAt] : [])),
  ]
  return <>{ends.flatMap((end) => (end === null ? [] : formatEnd(end, zone).replace(/ \(.*/, ''))).join(', ')}</>
}
