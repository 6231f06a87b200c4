import { totalmem } from 'node:os'

const MEGABYTE = 1_048_576
/** What PostgreSQL takes by itself. */
const LEAST = 128
/** The rows and indexes of about a million people. */
const MOST = 1_024
/** PostgreSQL's manual (19.4.1) recommends a quarter to a server that has its machine alone; this one shares it with the daemon. */
const SHARE = 8

/**
 * Megabytes of pages that the server keeps at hand (`shared_buffers`): an eighth of what this process may use at all. It takes hold of
 * them only as it fills them, so that a small organization costs no more on a large machine. With fewer than an organization needs,
 * pages go in and out for every request, and what is changed is written out by whoever waits for an answer.
 */
export function sharedBuffers(total = totalmem(), allowed = process.constrainedMemory()): number {
  // Zero, or a number beyond any machine, where no container sets a limit.
  const usable = allowed > 0 ? Math.min(total, allowed) : total
  return Math.max(LEAST, Math.min(MOST, Math.floor(usable / SHARE / MEGABYTE)))
}
