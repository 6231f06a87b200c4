/**
 * The sealed audit as JSON Lines: of each seal exactly the bytes that its digest is over. With `sha256sum`, and nothing of rosterd, anybody
 * can tell whether they are what was sealed: the digest of one seal stands in the last line of the next.
 */
import { GENESIS, rowLine, sealLine } from '../reconcile/seal.ts'
import { readSeals, type StoredSeal } from '../store/audit-seals.ts'
import type { Handle } from '../store/connection.ts'
import { SealedRows } from './sealed-rows.ts'

const SEALS = 500
/** Characters that travel together. */
const PIECE = 65_536

/** Of seals with numbers from `from` to `to`. */
export async function* sealedText(
  handle: Handle,
  organization: number,
  { from, to }: { from: number; to: number },
): AsyncGenerator<string> {
  const [before] = await readSeals(handle, organization, { after: from - 2, limit: 1 })
  let last: StoredSeal | null = from > 1 && before?.number === from - 1 ? before : null
  let rows: SealedRows | null = null
  let piece = ''
  for (;;) {
    const seals: StoredSeal[] = await readSeals(handle, organization, { after: last?.number ?? from - 1, limit: SEALS })
    const asked = seals.filter(({ number }) => number <= to)
    const horizon = asked.at(-1)?.to ?? 0
    for (const seal of asked) {
      rows ??= new SealedRows(handle, organization, seal.number === 1 ? null : seal.from)
      for await (const row of rows.upTo(seal.to, horizon)) {
        piece += rowLine(row)
        if (piece.length < PIECE) continue
        yield piece
        piece = ''
      }
      piece += sealLine(seal, last?.digest ?? GENESIS)
      last = seal
    }
    if (asked.length < SEALS) break
  }
  if (piece !== '') yield piece
}
