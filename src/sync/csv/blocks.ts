import { bytesText } from '../../reconcile/amount.ts'
import { CsvRefusal } from './refusal.ts'

/** Gathers small chunks, so that a record spread over many of them costs no quadratic time. */
const BLOCK = 256 * 1024

/**
 * Chunks of a stream as blocks of at least `first` bytes (the first one) and `BLOCK` (the others), the last one as it
 * comes. Throws FILE_TOO_LARGE as soon as more than `limit` bytes have come.
 */
export async function* inBlocks(
  input: AsyncIterable<Uint8Array>,
  first: number,
  limit: number,
  count: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  let wanted = first
  let held: Uint8Array[] = []
  let size = 0
  let total = 0
  for await (const chunk of input) {
    if (chunk.length === 0) continue
    total += chunk.length
    count(chunk.length)
    if (total > limit)
      throw new CsvRefusal('FILE_TOO_LARGE', { n: `more than ${bytesText(limit)}`, m: bytesText(limit) })
    held.push(chunk)
    size += chunk.length
    if (size < wanted) continue
    yield Buffer.concat(held)
    held = []
    size = 0
    wanted = BLOCK
  }
  if (size > 0) yield Buffer.concat(held)
}
