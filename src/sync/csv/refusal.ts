export type RefusalCode =
  | 'FILE_EMPTY'
  | 'FILE_INCOMPLETE'
  | 'FILE_TYPE'
  | 'FILE_TOO_LARGE'
  | 'HEADER_MISSING'
  | 'ENCODING_UNCERTAIN'
  | 'ROW_UNPARSEABLE'

/** A file that cannot be read at all: the code of a failure reason with the values of its sentence. */
export class CsvRefusal extends Error {
  override readonly name = 'CsvRefusal'
  readonly code: RefusalCode
  readonly params: Record<string, string | number>
  /** Names of the columns that were found, where that is what is wrong. */
  readonly found: readonly string[]

  constructor(code: RefusalCode, params: Record<string, string | number>, found: readonly string[] = []) {
    super(`${code} ${JSON.stringify(params)}`)
    this.found = found
    this.code = code
    this.params = params
  }
}

/** Fewer or more rows than the writer says it wrote. */
export function promised(who: string, promise: number, found: number): CsvRefusal {
  const rows = `${promise} ${promise === 1 ? 'row' : 'rows'}`
  return new CsvRefusal('FILE_INCOMPLETE', { why: `${who} ${rows}; the file has ${found}` })
}
