/** Errors that say nothing of the statement: the database is away, or has no room. */
import { setTimeout as sleep } from 'node:timers/promises'

const AGAIN_MS = 500

/** What the system says of any connection, to the database or to anything else. */
const NETWORK = /^(?:ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|ABORT_ERR)$/
/** Of the driver, and of the server itself: class 08, and what it says while it stops, has crashed or starts (class 57P). */
const OF_DATABASE = /^(?:CONNECTION_(?:CLOSED|ENDED|DESTROYED)|CONNECT_TIMEOUT|08\w{3}|57P0[1-5])$/
/** How the driver of the job queue, which gives no code, says the same. */
const WITHOUT_CODE = /^(?:Connection terminated|Client has encountered a connection error)/

/** Whether the error can only mean that the database is away. */
export function saysDatabaseAway(error: unknown): boolean {
  return some(error, ({ code, message }) => OF_DATABASE.test(code) || WITHOUT_CODE.test(message))
}

/** Whether the error may mean that the database is away: some connection could not be made, or broke. */
export function isDisconnection(error: unknown): boolean {
  return saysDatabaseAway(error) || some(error, ({ code }) => NETWORK.test(code))
}

/** Whether the database has no room to write (disk_full). */
export function isOutOfRoom(error: unknown): boolean {
  return some(error, ({ code }) => code === '53100')
}

/** Does the work, again and again while the database is away. What has begun before it went must bear being begun again. */
export async function whileAway<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
  for (;;) {
    try {
      return await work()
    } catch (error) {
      if (signal.aborted || !isDisconnection(error)) throw error
      await sleep(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      signal.throwIfAborted()
    }
  }
}

interface Like {
  code: string
  message: string
}

/** Of the error, of what caused it, and of those it is made of. The job queue hands over copies, which are errors no more. */
function some(error: unknown, test: (error: Like) => boolean, depth = 0): boolean {
  if (typeof error !== 'object' || error === null || depth > 4) return false
  const code = 'code' in error && typeof error.code === 'string' ? error.code : ''
  const message = 'message' in error && typeof error.message === 'string' ? error.message : ''
  if (test({ code, message })) return true
  const parts: unknown[] = error instanceof AggregateError ? error.errors : []
  const cause: unknown = 'cause' in error ? error.cause : undefined
  return [cause, ...parts].some((one) => some(one, test, depth + 1))
}
