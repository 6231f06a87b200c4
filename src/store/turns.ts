/**
 * Work that holds a lock for long and needs other connections meanwhile. Whoever waits for such a lock waits without a connection:
 * otherwise those who wait could hold them all, and the one whom they wait for would wait for a connection, for ever.
 */
import type { Sql, Transaction } from './connection.ts'

/** Of the connections of a pool, so many may be in the hands of lock holders; the others serve what they ask for meanwhile. */
const HOLDERS = 6

interface Turns {
  /** The last one in each queue. */
  tails: Map<string, Promise<void>>
  holders: number
  waiting: (() => void)[]
}

const POOLS = new WeakMap<Sql, Turns>()

/**
 * Begins a transaction that takes a lock and works for long under it. In one process, one at a time of each name; the lock itself keeps
 * other processes out. Never inside another turn.
 *
 * @param name of what is locked, e.g. `organization 7`
 */
export async function inTurn<T>(sql: Sql, name: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
  const turns = POOLS.get(sql) ?? { tails: new Map(), holders: 0, waiting: [] }
  POOLS.set(sql, turns)
  const before = turns.tails.get(name)
  const { promise: over, resolve: end } = Promise.withResolvers<void>()
  const tail = (before ?? Promise.resolve()).then(() => over)
  turns.tails.set(name, tail)
  await before
  try {
    return await held(turns, async () => {
      const { result } = await sql.begin(async (transaction) => ({ result: await work(transaction) }))
      return result
    })
  } finally {
    end()
    if (turns.tails.get(name) === tail) turns.tails.delete(name)
  }
}

async function held<T>(turns: Turns, work: () => Promise<T>): Promise<T> {
  if (turns.holders >= HOLDERS) await new Promise<void>((resolve) => turns.waiting.push(resolve))
  else turns.holders += 1
  try {
    return await work()
  } finally {
    // The place goes on to whoever waits first.
    const next = turns.waiting.shift()
    if (next === undefined) turns.holders -= 1
    else next()
  }
}
