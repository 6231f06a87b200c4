/** Aligned tables for people. */
import type { Paint } from './colour.ts'
import { cut, safe, widthOf } from './text.ts'

export interface Column<R> {
  title: string
  cell(row: R): string
  /** Numbers stand right. */
  right?: boolean
  /** May be cut where the terminal is narrow; the others never are. */
  gives?: boolean
  paint?(text: string, row: R): string
}

const GAP = '  '
const NARROWEST = 12

/** The table with a last line break; one line says so where there is nothing. Columns that are empty throughout are left out. */
export function table<R>(
  rows: readonly R[],
  columns: readonly Column<NoInfer<R>>[],
  options: { width: number; paint: Paint },
): string {
  const cells = rows.map((row) => columns.map((column) => safe(column.cell(row))))
  const used = columns.flatMap((column, index) => (cells.some((row) => row[index] !== '') ? [{ column, index }] : []))
  const widths = used.map(({ column, index }) =>
    Math.max(widthOf(column.title), ...cells.map((row) => widthOf(row[index] ?? ''))),
  )
  narrow(used, widths, options.width)
  const line = (texts: string[], paint: (text: string, place: number) => string) =>
    texts
      .map((text, place) => {
        const width = widths[place] ?? 0
        const shown = cut(text, width)
        const room = ' '.repeat(Math.max(0, width - widthOf(shown)))
        const painted = paint(shown, place)
        if (used[place]?.column.right) return room + painted
        return place === texts.length - 1 ? painted : painted + room
      })
      .join(GAP)
      .trimEnd()
  const head = line(
    used.map(({ column }) => column.title),
    (text) => options.paint.dim(text),
  )
  const body = rows.map((row, number) =>
    line(
      used.map(({ index }) => cells[number]?.[index] ?? ''),
      (text, place) => used[place]?.column.paint?.(text, row) ?? text,
    ),
  )
  return `${[head, ...body].join('\n')}\n`
}

/** Takes room from the widest column that gives, until the line fits or nothing gives any more. */
function narrow<R>(used: { column: Column<R> }[], widths: number[], width: number): void {
  const total = () => widths.reduce((sum, one) => sum + one, 0) + GAP.length * (widths.length - 1)
  for (let over = total() - width; over > 0; over = total() - width) {
    let widest = -1
    for (const [place, { column }] of used.entries()) {
      if (column.gives && (widths[place] ?? 0) > Math.max(NARROWEST, widths[widest] ?? 0)) widest = place
    }
    if (widest < 0) return
    widths[widest] = Math.max(NARROWEST, (widths[widest] ?? 0) - over)
  }
}
