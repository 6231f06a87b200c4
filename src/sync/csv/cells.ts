/** A row that was understood, written back as cells in the shape of its file: for failures that show only after reading. */
import type { StagedRow } from '../../reconcile/model.ts'
import type { Field } from './field.ts'
import type { Column } from './settings.ts'

export function cellsOf(row: StagedRow, columns: Column[]): string[] {
  return columns.map((column) => {
    if (column.secret) return ''
    if (column.product !== null) return row.products.some((one) => one.product === column.product) ? 'yes' : ''
    if (column.field !== null) return cellOf(row, column.field, column.inverted)
    return column.attribute === null ? '' : (row.attributes[column.attribute] ?? '')
  })
}

function cellOf(row: StagedRow, field: Field, inverted: boolean): string {
  const { profile } = row
  const values: Record<Field, string | number | null | undefined> = {
    email: profile.email,
    external_id: row.anchor,
    user_name: profile.userName,
    first_name: profile.firstName,
    last_name: profile.lastName,
    display_name: profile.displayName,
    products: row.products.map((one) => one.product).join(';'),
    expires: row.expiresAt,
    groups: row.groupNames.join(';'),
    role: row.role,
    status: inverted ? (row.status === 'active' ? 'no' : 'yes') : row.status,
    action: row.action === 'remove' ? 'remove' : '',
    country: row.attributes['country'],
    language: profile.language,
    seat_priority: row.seatPriority,
    start_date: row.startAt?.slice(0, 10),
    note: row.attributes['note'],
  }
  return String(values[field] ?? '')
}
