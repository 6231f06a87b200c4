/** Bodies that nobody wants. */

type Chunks = ReadableStreamDefaultReader<Uint8Array>

/** Beyond what a client may send, so much more is read for the sake of its answer. */
const MOST_BYTES = 64 * 1_048_576
const LONGEST_MS = 10_000

/**
 * Reads what is still coming and throws it away, 64 MiB and 10 s at most. Whoever answers a client that is still sending and closes
 * the connection resets it, and the client often loses the answer that was on its way (RFC 9112 §9.6).
 */
export async function discard(chunks: Chunks): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<null>()
  const timer = setTimeout(() => resolve(null), LONGEST_MS)
  try {
    for (let read = 0; read < MOST_BYTES; ) {
      const next = await Promise.race([chunks.read(), late])
      if (next === null || next.done) return
      read += next.value.byteLength
    }
  } catch {
    // The client has gone; nobody waits for an answer.
  } finally {
    clearTimeout(timer)
  }
}
