/**
 * Transactions that outlive their connection. The driver rejects such a transaction at once, but lets its work go on; the COMMIT,
 * the ROLLBACK or the next query of that work would then be written to a socket that is gone, from a callback that nobody can
 * catch, and end the process. (https://github.com/porsager/postgres/issues/1208)
 */
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises'

type Begin = (...given: unknown[]) => Promise<unknown>

/** The same pool: work whose connection is gone gets an error for its next query, and nothing more is written for it. */
export function guardTransactions<Pool extends object>(pool: Pool): Pool {
  return new Proxy(pool, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name)
      return name === 'begin' && typeof value === 'function'
        ? guarded((...given) => Reflect.apply(value, target, given))
        : value
    },
  })
}

function guarded(begin: Begin): Begin {
  return async (...given) => {
    const work = given.at(-1)
    if (typeof work !== 'function') return await begin(...given)
    const fate: Fate = { lost: null }
    const run = async (transaction: object): Promise<unknown> => {
      try {
        const done: unknown = await Reflect.apply(work, undefined, [watched(transaction, fate)])
        return fate.lost === null ? done : await nothingMore()
      } catch (error) {
        // The connection is told to be gone a moment after the query that was under way.
        await nextTurn()
        if (isFatal(error)) await loss(fate)
        if (fate.lost !== null) return await nothingMore()
        throw error
      }
    }
    try {
      return await begin(...given.slice(0, -1), run)
    } catch (error) {
      fate.lost = error
      throw error
    }
  }
}

/** What ended the transaction, while its work may still be under way. */
interface Fate {
  lost: unknown
}

function watched(transaction: object, fate: Fate): object {
  const stop = () => {
    if (fate.lost !== null) throw fate.lost
  }
  return new Proxy(transaction, {
    apply(target, self, given) {
      stop()
      return typeof target === 'function' ? Reflect.apply(target, self, given) : undefined
    },
    get(target, name) {
      stop()
      return Reflect.get(target, name)
    },
  })
}

/** The server closes the connection behind such an error. */
function isFatal(error: unknown): boolean {
  return error instanceof Error && 'severity' in error && error.severity === 'FATAL'
}

/** Milliseconds after which a connection that is still there was not the one that the error ended. */
const LOST_WITHIN = 2_000

/**
 * Waits until the transaction is told that its connection is gone. The error may have been that of another connection, which the work
 * uses beside this one: then this transaction lives, and whoever waits for it needs an answer.
 */
async function loss(fate: Fate): Promise<void> {
  for (const deadline = performance.now() + LOST_WITHIN; fate.lost === null && performance.now() < deadline; ) {
    await sleep(10)
  }
}

/** Never settles: the caller has its answer already, and the driver must not have another. */
function nothingMore(): Promise<never> {
  return new Promise(() => undefined)
}
