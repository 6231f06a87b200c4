/** The rows of one seal after the other, read by the page: a thousand seals of a row each are one question. */
import type { SealedRow } from '../reconcile/seal.ts'
import { readAuditRows } from '../store/audit-seals.ts'
import type { Handle } from '../store/connection.ts'

const PAGE = 2_000

export class SealedRows {
  readonly #handle: Handle
  readonly #organization: number
  #rows: SealedRow[] = []
  #at = 0
  /** Everything up to this id was read; null: nothing. */
  #read: number | null

  /** @param after the id above which they begin; null for the very first row, whatever its id */
  constructor(handle: Handle, organization: number, after: number | null) {
    this.#handle = handle
    this.#organization = organization
    this.#read = after
  }

  /**
   * The next rows up to an id, which is above that of the call before.
   *
   * @param horizon up to which id rows are asked for soon
   */
  async *upTo(id: number, horizon: number): AsyncGenerator<SealedRow> {
    for (;;) {
      const row = this.#rows[this.#at]
      if (row !== undefined) {
        if (row.id > id) return
        this.#at += 1
        yield row
      } else if (this.#read !== null && this.#read >= id) return
      else await this.#page(Math.max(id, horizon))
    }
  }

  async #page(upTo: number): Promise<void> {
    this.#rows = await readAuditRows(this.#handle, this.#organization, { after: this.#read, upTo, limit: PAGE })
    this.#at = 0
    const last = this.#rows.at(-1)
    this.#read = last !== undefined && this.#rows.length === PAGE ? last.id : upTo
  }
}
