/**
 * Cells that a spreadsheet would run as a formula. Our exports put a `'` before them, and the reader takes one `'` away
 * from files that we wrote (they have a `_plan` column), so that what is uploaded again is what was uploaded.
 */
const RUNS = /^[\s"']*[=+\-@\t\r\n\0＝＋－＠]/

/** The cell as an export writes it. `numeric`: a number with a sign in a column of numbers stays as it is. */
export function guarded(cell: string, numeric = false): string {
  if (!RUNS.test(cell)) return cell
  return numeric && /^[+-]?\d+(?:\.\d+)?$/.test(cell) ? cell : `'${cell}`
}

/** The cell as it was before `guarded`. */
export function unguarded(cell: string): string {
  return cell.startsWith("'") && RUNS.test(cell.slice(1)) ? cell.slice(1) : cell
}
