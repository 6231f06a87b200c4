/** The name of a claimed file, which says when it was claimed, what was in it and how it was dropped; and the names beside it. */
import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** Bytes of a name that leave room for what is put before it and for `.failures.csv` behind it. */
const LONGEST_NAME = 180
const CLAIMED = /^\d{8}T\d{9}Z-[0-9a-f]{8}-/

/** @param sha256 of its bytes; empty where they were not read */
export function claimedName(name: string, sha256: string, at: Date): string {
  const mark = (sha256 || createHash('sha256').update(name).digest('hex')).slice(0, 8)
  return `${at.toISOString().replace(/[-:.]/g, '')}-${mark}-${shortened(name)}`
}

export const isClaimedName = (name: string): boolean => CLAIMED.test(name)

/** What was known when the file was claimed lies beside it, and so does its manifest. */
export const recordOf = (path: string): string => join(dirname(path), `.${basename(path)}.claim.json`)
export const manifestOf = (path: string): string => join(dirname(path), `.${basename(path)}.manifest.json`)

/** The name under which a claimed file was dropped. */
export function droppedName(path: string): string {
  return basename(path).replace(CLAIMED, '')
}

/** When a file was claimed, by the name it has since; null for any other. What is told beside it begins the same. */
export function claimedAt(name: string): Date | null {
  const [, year, month, day, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)\d{3}Z-/.exec(name) ?? []
  return year === undefined
    ? null
    : new Date(Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second)))
}

/** A name too long to get anything added keeps its end, which tells more; in whole characters: no database takes half of one. */
export function shortened(name: string): string {
  const characters = [...name]
  let bytes = Buffer.byteLength(name)
  let from = 0
  while (bytes > LONGEST_NAME) bytes -= Buffer.byteLength(characters[from++] ?? '')
  return characters.slice(from).join('')
}
