/** A row that was understood, written back as cells in the shape of a file: for failures that show only after reading. */
import { lastDay, startDay } from '../../reconcile/expiry.ts'
import type { StagedRow } from '../../reconcile/model.ts'
import type { Field } from './field.ts'
import type { Layout } from './settings.ts'
import { CLEAR } from './words.ts'

/** What must be known of a file to write a row of it. */
export type Shape = Pick<Layout, 'columns' | 'keyedBy'>

/**
 * The row as lines of a file: one, but for products that end on days of their own and have no column to say so. Each of
 * those ends gets a line with its products, as a file has it; reading puts the lines together again.
 */
export function asLines(row: StagedRow, { columns }: Shape): StagedRow[] {
  const named = new Set(columns.map((column) => column.product))
  const apart = row.products.filter(({ product, expiresAt }) => expiresAt !== null && !named.has(product))
  if (apart.length === 0) return [row]
  const rest = row.products.filter((one) => !apart.includes(one))
  const byEnd = Map.groupBy(apart, (one) => one.expiresAt)
  const ended = [...byEnd].map(([expiresAt, products]) => ({
    ...row,
    expiresAt,
    products: products.map(({ product }) => ({ product, expiresAt: null })),
  }))
  // The end of the row is that of products which rules give. It stands on a line of its own, and one line has no end at
  // all: where all ends agreed, they would be read as the end of the row again.
  const own = row.expiresAt === null ? [] : [{ ...row, products: [] }]
  return [{ ...row, products: rest, expiresAt: null }, ...own, ...ended]
}

/** The cells of one line, in the order of the columns. Secrets were never kept; what was normalised comes back normalised. */
export function cellsOf(row: StagedRow, shape: Shape, zone: string): string[] {
  const { columns } = shape
  const named = new Set(columns.map((column) => column.product))
  const listed = row.products.filter(({ product }) => !named.has(product)).map(({ product }) => product)
  // Who goes says so by an action, or by the status where there is no such column.
  const goes = row.action === 'remove' && !columns.some((column) => column.field === 'action')
  return columns.map(({ secret, product, field, attribute, inverted }) => {
    if (secret) return ''
    if (product !== null) return productCell(row, product, zone)
    if (field === 'products') return listed.join(';')
    if (field === 'status') return statusCell(goes ? 'leaver' : row.status, inverted)
    if (field !== null) return cellOf(row, field, shape, zone)
    return attribute === null ? '' : said(row.attributes[attribute])
  })
}

function productCell(row: StagedRow, product: string, zone: string): string {
  const held = row.products.find((one) => one.product === product)
  if (held === undefined) return ''
  return held.expiresAt === null ? 'yes' : lastDay(held.expiresAt, zone)
}

/** A column that is turned around has no word of its own for leave; the others are read in it as well. */
function statusCell(status: StagedRow['status'], inverted: boolean): string {
  if (!inverted || status === 'leave') return status
  return status === 'active' ? 'no' : 'yes'
}

function cellOf(row: StagedRow, field: Exclude<Field, 'products' | 'status'>, shape: Shape, zone: string): string {
  const { profile, attributes } = row
  switch (field) {
    case 'email':
      return profile.email
    case 'external_id':
      return shape.keyedBy === 'external_id' ? row.anchor : said(attributes['external_id'])
    case 'user_name':
      return said(profile.userName)
    case 'first_name':
      return said(profile.firstName)
    case 'last_name':
      return said(profile.lastName)
    case 'display_name':
      return said(profile.displayName)
    case 'language':
      return said(profile.language)
    case 'expires':
      return row.expiresAt === null ? said(attributes['expires']) : lastDay(row.expiresAt, zone)
    case 'start_date':
      return row.startAt === null ? '' : startDay(row.startAt, zone)
    case 'groups':
      return groupsCell(row.groupNames)
    case 'role':
      return row.role ?? ''
    case 'action':
      return row.action === 'remove' ? 'remove' : ''
    case 'seat_priority':
      return String(row.seatPriority ?? '')
    case 'country':
    case 'note':
      return said(attributes[field])
  }
}

/** One name alone is followed by a separator where a comma in it would be taken for one. */
function groupsCell(names: string[]): string {
  return names.join(';') + (names.length === 1 && names[0]?.includes(',') ? ';' : '')
}

/** Nothing said is an empty cell; emptied on purpose is the word for it. */
function said(value: string | null | undefined): string {
  return value === '' ? CLEAR : (value ?? '')
}
