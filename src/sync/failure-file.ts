/** Failures in the shape of the file that they came from, so that the file can be put right and uploaded again. */
import { lastDay } from '../reconcile/expiry.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { Verb } from '../reconcile/operation.ts'
import type { FailedItem } from '../store/failed-items.ts'
import type { FailureFile } from '../store/failures.ts'
import type { SnapshotLayout } from '../store/snapshots.ts'
import { type Field, isField } from './csv/field.ts'
import { asLines, cellsOf, type FailureRow, namedCells, type Shape, writeFailures } from './csv/index.ts'
import type { Failure } from './failure-list.ts'

/** What a failure file is written from. */
export interface FailureGround {
  /** Null where the rows of a file are told that no plan was made from. */
  plan: number | null
  files: FailureFile[]
  /** What a person asked for; null where sources did. */
  verb: Verb | null
  /** IANA zone of the organization: ends are written as its days. */
  zone: string
}

type FileShape = Shape & Pick<SnapshotLayout, 'delimiter'>

function column<F extends Field>(field: F) {
  return { header: field, field, attribute: null, product: null, secret: false, inverted: false }
}

/** Where no file gave a shape: a plan made by hand. */
const PLAIN: FileShape = shapeOf({
  delimiter: ',',
  keyedBy: 'email',
  columns: (['email', 'display_name'] as const).map(column),
})

/** The CSV text. Where a plan has several files, the first gives the shape, and the rows of the others are moved into its columns. */
export function failureFile(ground: FailureGround, failures: AsyncIterable<Failure>): AsyncGenerator<string> {
  const shape = shapeFor(ground)
  return writeFailures(rows(ground, shape, failures), shape)
}

/** The lines of one failure by header, for machines. */
export function failureLines(ground: FailureGround, failure: Failure): Record<string, string>[] {
  const shape = shapeFor(ground)
  return linesOf(failure, shape, ground.zone).map((cells) => namedCells(cells, shape))
}

/** Where the address stands in the rows of a file, -1 when nowhere. */
export function emailColumn({ layout }: FailureFile): number {
  return layout?.columns.findIndex((column) => column.field === 'email') ?? -1
}

async function* rows(
  { plan, zone }: FailureGround,
  shape: FileShape,
  failures: AsyncIterable<Failure>,
): AsyncGenerator<FailureRow> {
  for await (const failure of failures) {
    const { item, line, code, reason, nextStep } = failure
    for (const cells of linesOf(failure, shape, zone)) {
      yield {
        cells,
        products: item === null ? '' : productsOf(item),
        line,
        code,
        reason,
        nextStep,
        plan: plan === null ? null : showId('pln', plan),
        item: item === null ? null : String(item.number),
      }
    }
  }
}

function shapeFor({ files, verb }: Pick<FailureGround, 'files' | 'verb'>): FileShape {
  const layout = files.find((file) => file.layout !== null)?.layout
  const shape = layout ? shapeOf(layout) : PLAIN
  return verb === 'assign' || verb === 'invite' ? withAsked(shape) : shape
}

/** Products and an end that were named beside a file, or without one, stand in the file with what failed, so that it says all by itself. */
function withAsked(shape: FileShape): FileShape {
  const missing = (['products', 'expires'] as const).filter((name) =>
    shape.columns.every(({ field }) => field !== name),
  )
  return { ...shape, columns: [...shape.columns, ...missing.map(column)] }
}

/** The shape of a file that was read. */
export function shapeOf({ columns, delimiter, keyedBy }: SnapshotLayout): FileShape {
  return {
    delimiter,
    keyedBy,
    columns: columns.map((one) => ({ ...one, field: one.field !== null && isField(one.field) ? one.field : null })),
  }
}

function linesOf(failure: Failure, shape: FileShape, zone: string): string[][] {
  const { item } = failure
  if (item === null) return [rowCells(failure, shape)]
  const { row } = item
  if (row === null || isPlain(shape)) return [plainCells(item, shape, zone)]
  // Who could not be removed is listed with what they hold, so that the file can be given to revoke as it is.
  if (item.kind === 'remove') return [withHeld(cellsOf(row, shape, zone), item, shape)]
  if (item.asked !== null) {
    const { until } = item.asked
    return [withHeld(cellsOf({ ...row, products: [], expiresAt: until }, shape, zone), item, shape)]
  }
  return asLines(row, shape).map((line) => cellsOf(line, shape, zone))
}

const isPlain = ({ columns }: FileShape): boolean => columns[0] === PLAIN.columns[0]

function withHeld(cells: string[], item: FailedItem, { columns }: FileShape): string[] {
  return cells.map((cell, at) => {
    const { field, product } = columns[at] ?? {}
    return field === 'products' && product === null ? productsOf(item) : cell
  })
}

/** The cells as they were read, by the names of their columns where another file gives the shape. */
function rowCells(failure: Failure, shape: FileShape): string[] {
  const cells = failure.cells ?? []
  const own = failure.file?.layout?.columns.map((column) => column.header)
  const wanted = shape.columns.map((column) => column.header)
  if (own === undefined || own.join('\0') === wanted.join('\0')) return cells
  return wanted.map((name) => cells[own.indexOf(name)] ?? '')
}

/** No source ever showed the person, or none has a part in the plan: what the plan itself knows. */
function plainCells(item: FailedItem, { columns }: FileShape, zone: string): string[] {
  const until = item.asked?.until ?? null
  return columns.map(({ field, product }) => {
    if (field === 'email') return item.email
    if (field === 'display_name') return item.name ?? ''
    if (field === 'expires') return until === null ? '' : lastDay(until, zone)
    return field === 'products' && product === null ? productsOf(item) : ''
  })
}

/** What a file of it would have to name: where a removal failed, what is still held; else what a person asked for and did not get. */
function productsOf({ kind, holds, asked }: FailedItem): string {
  return kind === 'remove' ? holds.join(';') : (asked?.product ?? '')
}
