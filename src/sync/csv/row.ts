import { type DateReading, readExpiry, readStart, saysNever } from '../../reconcile/expiry.ts'
import type { RowProduct, StagedRow } from '../../reconcile/model.ts'
import { clean, cleanName, nameKey, readAnchor, readEmail } from '../../reconcile/normalise.ts'
import { reasonSentence } from '../../reconcile/reasons.ts'
import { around } from './decode.ts'
import type { Field } from './field.ts'
import { readGroups } from './groups.ts'
import { memo } from './memo.ts'
import { unparseable } from './open.ts'
import { unguarded } from './prefix.ts'
import { ProductNames } from './products.ts'
import { type Positions, RowErrors, Wrong } from './row-error.ts'
import type { CsvRecord } from './scan.ts'
import type { Column, CsvSettings, Layout, RowResult, RowWarning } from './settings.ts'
import {
  ACTION_ALLOWED,
  CLEAR,
  ROLE_ALLOWED,
  readAction,
  readRole,
  readStatus,
  readYesNo,
  STATUS_ALLOWED,
} from './words.ts'

/** Turns the records of one file into rows of the staging, or into reasons. */
export class RowReader {
  /** Set once a block holds U+FFFD, the sign of bytes that are no text in the file's encoding. */
  broken = false
  readonly #layout: Layout
  readonly #trailing: boolean
  readonly #at: Positions = {}
  readonly #attributes: [position: number, name: string][] = []
  readonly #productColumns: [position: number, column: Column, key: string][] = []
  readonly #secrets: number[] = []
  readonly #errors: RowErrors
  readonly #required: number
  readonly #either: boolean
  readonly #leaving: boolean
  readonly #uploaded: boolean
  readonly #yesNo: readonly string[]
  readonly #inverted: boolean
  readonly #groups
  readonly #products
  readonly #expiry
  readonly #start
  readonly #status
  readonly #role
  readonly #action
  readonly #language

  constructor(layout: Layout, trailing: boolean, settings: CsvSettings) {
    this.#layout = layout
    this.#trailing = trailing
    layout.columns.forEach((column, at) => {
      if (column.secret) this.#secrets.push(at)
      else if (column.product !== null) this.#productColumns.push([at, column, column.product])
      else if (column.field !== null) this.#at[column.field] = at
      else if (column.attribute !== null) this.#attributes.push([at, column.attribute])
    })
    this.#errors = new RowErrors(layout, this.#at, this.#secrets)
    const { email, external_id: id, status } = this.#at
    this.#either = settings.keyedBy === 'either'
    this.#leaving = settings.leaving === true
    this.#uploaded = settings.uploaded === true
    this.#yesNo = settings.yesNo ?? []
    this.#required = this.#either
      ? Math.min(email ?? Number.POSITIVE_INFINITY, id ?? Number.POSITIVE_INFINITY) + 1
      : Math.max(email ?? 0, layout.keyedBy === 'external_id' ? (id ?? 0) : 0) + 1
    this.#inverted = status !== undefined && layout.columns[status]?.inverted === true
    const dates: DateReading = {
      zone: settings.zone,
      today: settings.today,
      ...(settings.dateOrder ? { order: settings.dateOrder } : {}),
      ...(settings.uploaded ? { declare: 'say which with --date-order dmy or mdy' } : {}),
    }
    const names = new ProductNames(settings.products)
    this.#products = memo((cell) => names.read(cell))
    this.#groups = memo((cell) => readGroups(cell, layout.delimiter))
    this.#expiry = memo((cell) => readExpiry(cell, dates))
    this.#start = memo((cell) => readStart(cell, dates))
    this.#status = memo((cell) => ({ status: readStatus(cell, this.#inverted) }))
    this.#role = memo((cell) => ({ role: readRole(cell) }))
    this.#action = memo((cell) => ({ action: readAction(cell) }))
    this.#language = memo((cell) => readLanguage(cell))
  }

  /** One record as a row, or as the first reason why it is none. */
  read(record: CsvRecord): RowResult {
    if (this.#layout.ours) record.cells = record.cells.map(unguarded)
    const { line, cells } = record
    const width = this.#layout.columns.length
    if (record.problem !== null || this.#wrongWidth(cells, width)) {
      return this.#errors.of(record, new Wrong('ROW_UNPARSEABLE', unparseable(record, width)), true)
    }
    for (const at of this.#secrets) if (at < cells.length) cells[at] = ''
    if (this.broken) {
      const bad = cells.find((cell) => cell.includes('\ufffd'))
      if (bad !== undefined) {
        const sample = around(bad, bad.indexOf('\ufffd'))
        return this.#errors.of(record, new Wrong('ENCODING_UNCERTAIN', { sample, enc: this.#layout.encoding }), false)
      }
    }
    const warnings: RowWarning[] = []
    const row = this.#row(cells, line, warnings)
    return row instanceof Wrong ? this.#errors.of(record, row, false) : { ok: true, row, warnings }
  }

  #wrongWidth(cells: string[], width: number): boolean {
    if (cells.length < width) return cells.length < this.#required
    return cells.length > width && !(this.#trailing && cells.length === width + 1 && cells[width] === '')
  }

  #cell(cells: string[], field: Field): string {
    const at = this.#at[field]
    return at === undefined ? '' : clean(cells[at] ?? '')
  }

  /** Null: nothing said; empty: emptied on purpose. */
  #text(cells: string[], field: Field): string | null {
    const at = this.#at[field]
    const cell = at === undefined ? '' : cleanName(cells[at] ?? '')
    return cell === '' ? null : cell === CLEAR ? '' : cell
  }

  #row(cells: string[], line: number, warnings: RowWarning[]): StagedRow | Wrong {
    const action = this.#read(
      cells,
      'action',
      (cell) => this.#action(cell).action ?? undefined,
      'keep' as const,
      ACTION_ALLOWED,
    )
    if (action instanceof Wrong) return action
    const byId = this.#layout.keyedBy === 'external_id'
    const id = this.#cell(cells, 'external_id')
    const email = readEmail(this.#cell(cells, 'email'))
    const addressless = !email.ok && email.code === 'EMAIL_MISSING'
    const anchor = byId || (this.#either && addressless && id !== '') ? readAnchor(id) : null
    if (anchor !== null && !anchor.ok) return new Wrong(anchor.code, anchor.params)
    const nameless = addressless && anchor !== null && (this.#either || action === 'remove')
    if (!email.ok && !nameless) return new Wrong(email.code, email.params)
    const emailKey = email.ok ? email.key : ''
    if (email.ok && email.confusable !== null) {
      warnings.push(remark(line, 'EMAIL_CONFUSABLE', { v: email.email, w: email.confusable }))
    }
    const status = this.#read(
      cells,
      'status',
      (cell) => this.#status(cell).status ?? undefined,
      'active' as const,
      STATUS_ALLOWED,
    )
    if (status instanceof Wrong) return status
    const role = this.#read(cells, 'role', (cell) => this.#role(cell).role ?? undefined, null, ROLE_ALLOWED)
    if (role instanceof Wrong) return role
    const leaves = this.#leaving || status === 'leaver' || action === 'remove'
    const expiresAt = this.#end(this.#cell(cells, 'expires'), 'expires', line, leaves, warnings)
    if (expiresAt instanceof Wrong) return expiresAt
    const startAt = this.#startAt(this.#cell(cells, 'start_date'))
    if (startAt instanceof Wrong) return startAt
    const products = this.#rowProducts(cells, line, leaves, warnings)
    if (products instanceof Wrong) return products
    const seatPriority = this.#seatPriority(this.#cell(cells, 'seat_priority'))
    if (seatPriority instanceof Wrong) return seatPriority
    const attributes = this.#rowAttributes(cells, byId ? '' : id, email.ok ? email.alias : null)
    // A date that is named beside the file is for the rows that say nothing.
    if (this.#uploaded && saysNever(this.#cell(cells, 'expires'))) attributes['expires'] = 'never'
    const unclear = this.#unclear(attributes)
    if (unclear !== null) return unclear
    const groups = this.#groups(emptied(this.#cell(cells, 'groups')))
    const userName = this.#text(cells, 'user_name')
    const language = this.#text(cells, 'language')
    return {
      line,
      action,
      anchor: anchor?.anchor ?? emailKey,
      anchorKey: anchor?.key ?? emailKey,
      profile: {
        email: email.ok ? email.email : '',
        emailKey,
        userName,
        userNameKey: userName === null || userName === '' ? null : nameKey(userName),
        firstName: this.#text(cells, 'first_name'),
        lastName: this.#text(cells, 'last_name'),
        displayName: this.#text(cells, 'display_name'),
        language: language === null || language === '' ? language : this.#language(language),
      },
      status,
      startAt,
      role,
      groups: groups.ids,
      groupNames: groups.names,
      products,
      expiresAt,
      seatPriority,
      attributes,
    }
  }

  /** A cell with one of a few words; `silent` where it is empty or says CLEAR. */
  #read<T, S>(
    cells: string[],
    field: Field,
    read: (cell: string) => T | undefined,
    silent: S,
    allowed: string,
  ): T | S | Wrong {
    const cell = emptied(this.#cell(cells, field))
    if (cell === '') return silent
    const value = read(cell)
    return value === undefined ? this.#notAllowed(cell, this.#at[field], allowed) : value
  }

  #notAllowed(cell: string, at: number | undefined, allowed: string): Wrong {
    const col = this.#layout.columns[at ?? -1]?.header ?? ''
    return new Wrong('FIELD_UNKNOWN_VALUE', { v: cell.slice(0, 100).toWellFormed(), col, list: allowed })
  }

  /** The end of somebody who leaves anyway may well be over. */
  #end(cell: string, col: string, line: number, leaves: boolean, warnings: RowWarning[]): string | null | Wrong {
    if (cell === '' || cell === CLEAR) return null
    const end = this.#expiry(cell)
    if (!end.ok) return leaves && end.code === 'EXPIRY_IN_PAST' ? null : new Wrong(end.code, end.params)
    if (end.far) warnings.push(remark(line, 'EXPIRY_FAR', { v: cell, col }))
    return end.expiresAt
  }

  #startAt(cell: string): string | null | Wrong {
    if (cell === '' || cell === CLEAR) return null
    const start = this.#start(cell)
    return start.ok ? start.startAt : new Wrong(start.code, start.params)
  }

  #seatPriority(cell: string): number | null | Wrong {
    if (cell === '' || cell === CLEAR) return null
    const priority = /^\d{1,4}$/.test(cell) ? Number(cell) : 0
    return priority >= 1 && priority <= 1000 ? priority : this.#notAllowed(cell, this.#at.seat_priority, '1 to 1000')
  }

  #rowProducts(cells: string[], line: number, leaves: boolean, warnings: RowWarning[]): RowProduct[] | Wrong {
    const found = new Map<string, RowProduct>()
    const list = emptied(this.#cell(cells, 'products'))
    if (list !== '') {
      const reading = this.#products(list)
      if (!reading.ok) return new Wrong('PRODUCT_UNKNOWN', reading.params)
      for (const product of reading.products) found.set(product, { product, expiresAt: null })
    }
    for (const [at, { header }, product] of this.#productColumns) {
      const cell = emptied(clean(cells[at] ?? ''))
      if (cell === '') continue
      const yes = readYesNo(cell)
      if (yes === false) continue
      if (yes === true) {
        found.set(product, { product, expiresAt: null })
        continue
      }
      const end = this.#end(cell, header, line, leaves, warnings)
      if (end instanceof Wrong) {
        const date = end.code === 'EXPIRY_IN_PAST' || end.params['why'] !== undefined
        return date ? end : this.#notAllowed(cell, at, 'x, yes, 1, a date such as 2027-06-30, or nothing')
      }
      found.set(product, { product, expiresAt: end })
    }
    return found.size < 2 ? [...found.values()] : [...found.values()].sort((a, b) => (a.product < b.product ? -1 : 1))
  }

  /** Makes `yes` or `no` of what means one of them; a word that does not is wrong. */
  #unclear(attributes: Record<string, string>): Wrong | null {
    for (const name of this.#yesNo) {
      const cell = attributes[name]
      if (cell === undefined || cell === '') continue
      const yes = readYesNo(cell)
      if (yes === null) return this.#notAllowed(cell, this.#attributes.find(([, own]) => own === name)?.[0], 'yes, no')
      attributes[name] = yes ? 'yes' : 'no'
    }
    return null
  }

  #rowAttributes(cells: string[], externalId: string, alias: string | null): Record<string, string> {
    const attributes: Record<string, string> = {}
    for (const [at, name] of this.#attributes) {
      const cell = clean(cells[at] ?? '')
      if (cell !== '') attributes[name] = emptied(cell)
    }
    for (const field of ['country', 'note'] as const) {
      const cell = this.#cell(cells, field)
      if (cell !== '') attributes[field] = emptied(cell)
    }
    if (externalId !== '') attributes['external_id'] = externalId
    if (alias !== null) attributes['email_alias'] = alias
    return attributes
  }
}

/** What stands in the catalogue of reasons, of a row that was taken. */
function remark(
  line: number,
  code: Exclude<RowWarning['code'], 'ROW_DUPLICATE'>,
  params: Record<string, string>,
): RowWarning {
  return { line, code, params: { ...params, line }, sentence: reasonSentence(code, params) }
}

function emptied(cell: string): string {
  return cell === CLEAR ? '' : cell
}

/** `de_DE` → `de-DE`; a text that is no language tag says nothing about the language. */
function readLanguage(cell: string): string | null {
  const tag = cell.replaceAll('_', '-')
  return /^[a-z]{2,3}(?:-[a-z0-9]{2,8})*$/i.test(tag) ? tag : null
}
