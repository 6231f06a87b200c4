import { nameKey } from '../../reconcile/normalise.ts'
import type { CsvSettings } from './settings.ts'

export type ProductReading = { ok: true; products: string[] } | { ok: false; params: { v: string; w: string } }

/** Resolves names in a products cell to product keys; a name that is none comes back with the nearest one (or all of them) as `w`. */
export class ProductNames {
  readonly #keys = new Map<string, string>()
  readonly #names = new Map<string, string>()

  constructor(products: CsvSettings['products']) {
    for (const { key, name, aliases } of products) {
      this.#names.set(key, name)
      for (const one of [...aliases, name, key]) this.#keys.set(nameKey(one), key)
    }
  }

  /** The products of one cell, sorted, each once: separated by `;`, `|`, line breaks, or by `,` where all parts are products. */
  read(cell: string): ProductReading {
    const found = new Set<string>()
    for (const part of cell.split(/[;|\r\n]+/)) {
      if (nameKey(part) === '') continue
      const whole = this.#keys.get(nameKey(part))
      if (whole !== undefined) {
        found.add(whole)
        continue
      }
      for (const piece of part.split(',')) {
        if (nameKey(piece) === '') continue
        const key = this.#keys.get(nameKey(piece))
        if (key === undefined) return { ok: false, params: this.#unknown(piece.trim()) }
        found.add(key)
      }
    }
    return { ok: true, products: [...found].sort() }
  }

  #unknown(name: string): { v: string; w: string } {
    const v = name.slice(0, 100).toWellFormed()
    const wanted = nameKey(v)
    let nearest: string | undefined
    let least = Math.max(2, Math.floor(wanted.length / 2))
    for (const [spelling, key] of this.#keys) {
      const known = spelling.slice(0, 100)
      const far = known.includes(wanted) || wanted.includes(known) ? 1 : distance(wanted, known)
      if (far >= least) continue
      least = far
      nearest = this.#names.get(key)
    }
    const names = [...this.#names.values()]
    return {
      v,
      w: nearest ?? (names.length > 0 ? `one of ${names.join(', ')}` : 'a product that is not set up yet'),
    }
  }
}

/** Levenshtein's distance. */
export function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, i) => i)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
