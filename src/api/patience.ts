/** How long a request may take before it is answered without its result. */
import type { Logger } from 'pino'
import { RosterdError } from '../errors.ts'

export const PATIENCE_MS = 30_000
/** For what compares whole organizations: a million people take a minute or two. */
export const LONG_PATIENCE_MS = 600_000

/**
 * The answer, or the error TOOK_TOO_LONG. The work itself cannot be called back: it goes on, and what goes wrong with it then is logged,
 * since nobody is left to be told.
 */
export async function within<T>(milliseconds: number, log: Logger, work: Promise<T>): Promise<T> {
  let late = false
  let timer: NodeJS.Timeout | undefined
  work.catch((error: unknown) => {
    if (late) log.error({ err: error }, 'a request failed after it was answered')
  })
  try {
    return await Promise.race([
      work,
      new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          late = true
          reject(new RosterdError('TOOK_TOO_LONG', { seconds: Math.round(milliseconds / 1_000) }))
        }, milliseconds)
      }),
    ])
  } finally {
    clearTimeout(timer)
  }
}
