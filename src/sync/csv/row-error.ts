import type { RowError } from '../../reconcile/model.ts'
import { clean, nameKey, readAnchor, readEmail } from '../../reconcile/normalise.ts'
import type { Field } from './field.ts'
import type { CsvRecord } from './scan.ts'
import type { Layout } from './settings.ts'

/** Where the column of each field stands. */
export type Positions = Partial<Record<Field, number>>

/** The first thing that is wrong with a row: the code of a failure reason and the values of its sentence. */
export class Wrong {
  readonly code: string
  readonly params: Record<string, string | number>
  constructor(code: string, params: Record<string, string | number>) {
    this.code = code
    this.params = params
  }
}

/** Cells of a bad row that are kept for the failure file. */
const MAX_CELLS = 2_100

/** Makes what is kept of a bad row: its cells without secrets, and whatever says whose row it is. */
export class RowErrors {
  readonly #layout: Layout
  readonly #at: Positions
  readonly #secrets: number[]

  constructor(layout: Layout, at: Positions, secrets: number[]) {
    this.#layout = layout
    this.#at = at
    this.#secrets = secrets
  }

  /** `shifted`: the cells may stand beside their columns, or are what is left of an unreadable line. */
  of(record: CsvRecord, wrong: Wrong, shifted: boolean): { ok: false; error: RowError } {
    const cells = record.cells.slice(0, MAX_CELLS)
    const keys = this.#keys(cells, shifted)
    if (shifted) this.#redact(cells, record.problem !== null)
    const params = { ...wrong.params, line: record.line }
    return { ok: false, error: { line: record.line, code: wrong.code, params, cells, ...keys } }
  }

  /** Whatever says whose row it is. In a shifted row, an address that stands somewhere else alone counts as well. */
  #keys(cells: string[], shifted: boolean): Pick<RowError, 'anchorKey' | 'emailKey' | 'userNameKey'> {
    const named = readEmail(this.#cell(cells, 'email'))
    let emailKey = named.ok ? named.key : null
    if (emailKey === null && shifted) {
      const keys = new Set<string>()
      for (const cell of cells) {
        const reading = cell.includes('@') && cell.length < 320 ? readEmail(cell) : null
        if (reading?.ok) keys.add(reading.key)
      }
      if (keys.size === 1) emailKey = [...keys][0] ?? null
    }
    const anchor = readAnchor(this.#cell(cells, 'external_id'))
    const userName = this.#cell(cells, 'user_name')
    const byId = this.#layout.keyedBy === 'external_id'
    return {
      anchorKey: byId ? (anchor.ok ? anchor.key : null) : emailKey,
      emailKey,
      userNameKey: userName === '' ? null : nameKey(userName),
    }
  }

  /** In a row with too many or too few cells a secret may stand beside its column: everything in its reach is emptied. */
  #redact(cells: string[], unreadable: boolean): void {
    const shift = cells.length - this.#layout.columns.length
    for (const at of this.#secrets) {
      const from = unreadable ? 0 : at + Math.min(shift, 0)
      const to = unreadable ? cells.length : at + Math.max(shift, 0) + 1
      for (let i = Math.max(from, 0); i < Math.min(to, cells.length); i++) cells[i] = ''
    }
  }

  #cell(cells: string[], field: Field): string {
    const at = this.#at[field]
    return at === undefined ? '' : clean((cells[at] ?? '').slice(0, 1000))
  }
}
