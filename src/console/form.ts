/** A form as it was sent. Whatever is missing reads as empty: browsers leave out what is not ticked. */
import { RosterdError } from '../errors.ts'

export class Form {
  readonly #data: FormData

  constructor(data: FormData) {
    this.#data = data
  }

  /** Trimmed; of several the first. */
  text(name: string): string {
    const value = this.#data.get(name)
    return typeof value === 'string' ? storable(name, value).trim() : ''
  }

  /** A number as people type it from a page, `1,234` or `1 234`; null for what is none. */
  number(name: string): number | null {
    const digits = this.text(name).replaceAll(/[\s,.’']/g, '')
    return /^\d{1,9}$/.test(digits) ? Number(digits) : null
  }

  /** As many as were sent, without empty ones. */
  all(name: string): string[] {
    return this.#data
      .getAll(name)
      .flatMap((value) => (typeof value === 'string' && value.trim() !== '' ? [storable(name, value).trim()] : []))
  }

  ticked(name: string): boolean {
    return this.text(name) !== ''
  }

  /** A file that was chosen; a browser sends an empty one where none was. */
  file(name: string): File | null {
    const value = this.#data.get(name)
    return value instanceof File && (value.size > 0 || value.name !== '') ? value : null
  }

  /** One of a few words, or the first where something else was sent. */
  one<T extends string>(name: string, words: readonly [T, ...T[]]): T {
    const given = this.text(name)
    return words.find((word) => word === given) ?? words[0]
  }

  /** What was sent under these names, to send it again with the next step. */
  pairs(...names: string[]): [string, string][] {
    return names.flatMap((name) => this.all(name).map((value): [string, string] => [name, value]))
  }
}

/** PostgreSQL keeps no NUL and no half of a surrogate pair. */
function storable(name: string, value: string): string {
  if (!value.includes('\0') && value.isWellFormed()) return value
  throw new RosterdError('INPUT_INVALID', { detail: `${name} holds characters that cannot be stored.` })
}
