import type { RowError, StagedRow } from '../../../src/reconcile/model.ts'
import { type CsvSettings, type OpenedCsv, type RowResult, readCsv } from '../../../src/sync/csv/index.ts'

export const SETTINGS: CsvSettings = {
  zone: 'Europe/Berlin',
  today: '2026-11-22',
  products: [
    { key: 'maya', name: 'Maya', aliases: ['Autodesk Maya'] },
    { key: 'nuke', name: 'Nuke X', aliases: [] },
  ],
}

export async function* chunks(bytes: Uint8Array, size = bytes.length || 1): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size)
}

export function open(
  text: string | Uint8Array,
  settings: Partial<CsvSettings> = {},
  size?: number,
): Promise<OpenedCsv> {
  const bytes = typeof text === 'string' ? Buffer.from(text) : text
  return readCsv(chunks(bytes, size), { ...SETTINGS, ...settings })
}

export async function collect(opened: OpenedCsv): Promise<RowResult[]> {
  const results: RowResult[] = []
  for await (const batch of opened.batches) results.push(...batch)
  return results
}

export interface Read {
  opened: OpenedCsv
  rows: StagedRow[]
  errors: RowError[]
}

export async function read(
  text: string | Uint8Array,
  settings: Partial<CsvSettings> = {},
  size?: number,
): Promise<Read> {
  const opened = await open(text, settings, size)
  const results = await collect(opened)
  return {
    opened,
    rows: results.flatMap((result) => (result.ok ? [result.row] : [])),
    errors: results.flatMap((result) => (result.ok ? [] : [result.error])),
  }
}

/** The only row of a file with a header and one line. */
export async function one(header: string, line: string, settings: Partial<CsvSettings> = {}): Promise<StagedRow> {
  const { rows, errors } = await read(`${header}\n${line}\n`, settings)
  const [row] = rows
  if (row === undefined || rows.length + errors.length !== 1) throw new Error(JSON.stringify({ rows, errors }))
  return row
}

/** The only error of a file with a header and one line. */
export async function wrong(header: string, line: string, settings: Partial<CsvSettings> = {}): Promise<RowError> {
  const { rows, errors } = await read(`${header}\n${line}\n`, settings)
  const [error] = errors
  if (error === undefined || rows.length + errors.length !== 1) throw new Error(JSON.stringify({ rows, errors }))
  return error
}
