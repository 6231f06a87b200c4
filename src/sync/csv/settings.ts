import type { RowError, StagedRow } from '../../reconcile/model.ts'
import type { Field } from './field.ts'

/** What the caller declares about a file and knows about the organization. */
export interface CsvSettings {
  /** A declared encoding, as a WHATWG label (`windows-1250`); asked only when the bytes are not Unicode. */
  encoding?: string
  /** One character; absent: found out. */
  delimiter?: string
  /** Declared order of day and month; absent: only `YYYY-MM-DD` and RFC 3339 are read. */
  dateOrder?: 'dmy' | 'mdy'
  /** IANA zone of the organization. */
  zone: string
  /** The date in that zone, `YYYY-MM-DD`: what is over is judged by it. */
  today: string
  /** The organization's products, to resolve the products column and columns named after a product. */
  products: { key: string; name: string; aliases: string[] }[]
  /** What identifies a row; absent: the id column where there is one, else the e-mail address. `either`: the address, and the id where a row has none. */
  keyedBy?: 'external_id' | 'email' | 'either'
  /** Header → field (or `ignore`, or a name for the attribute), before the aliases. */
  columns?: Record<string, string>
  /** Its people lose something: ends that are over do not matter. */
  leaving?: boolean
  /** Attributes whose cells are yes or no, and nothing else. */
  yesNo?: readonly string[]
  /** A person uploads it and can say how it is to be read; absent: a source does. */
  uploaded?: boolean
  /** Absent: `DROP_LIMITS`. */
  limits?: Limits
}

export interface Limits {
  rows: number
  bytes: number
}

export const DROP_LIMITS: Limits = { rows: 2_000_000, bytes: 1024 ** 3 }

/** One column of the file and what it is understood as. */
export interface Column {
  header: string
  /** Null: kept as an attribute, or dropped (secrets, `_` columns, columns without a name). */
  field: Field | null
  /** The name under which its cells become an attribute; null when they do not. */
  attribute: string | null
  /** The key of the product that this column is about: x, yes, 1 or a date in it. */
  product: string | null
  /** Passwords and the like: emptied at once, never in results or messages. */
  secret: boolean
  /** `Block sign in`: yes means the person leaves. */
  inverted: boolean
}

/** What was understood of a file before its first row. */
export interface Layout {
  encoding: string
  bom: boolean
  delimiter: string
  /** Physical line of the header, 1-based. */
  headerLine: number
  header: string[]
  columns: Column[]
  /** Headers that no alias knows; their cells are attributes. */
  unknown: string[]
  keyedBy: 'external_id' | 'email'
  /** Sentences for a person. */
  warnings: string[]
  /** Those of the warnings that say how the file may be misread. */
  notes: string[]
  /** The file has our `_plan` column: a `'` before `=`, `+`, `-`, `@` was put there by our export. */
  ours: boolean
}

/** Something about a row that was understood that a person should look at. */
export interface RowWarning {
  line: number
  code: 'EMAIL_CONFUSABLE' | 'EXPIRY_FAR' | 'ROW_DUPLICATE'
  params: Record<string, string | number>
  sentence: string
}

/** One row of the file: understood, or the reason why not. */
export type RowResult = { ok: true; row: StagedRow; warnings: RowWarning[] } | { ok: false; error: RowError }

/** What has been read so far; complete when `batches` has ended. */
export interface Counts {
  rows: number
  errors: number
  warnings: number
  /** The number in a last line `#END n`, absent without one. */
  trailer?: number
  bytes: number
  /** The file ends with a line break: it was not cut in the middle of a row. */
  finalNewline: boolean
}

export interface OpenedCsv {
  layout: Layout
  /** In the order of the file; can be iterated once. Throws CsvRefusal when a limit is passed on the way. */
  batches: AsyncIterable<RowResult[]>
  counts(): Counts
}
