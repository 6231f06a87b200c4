/** Questions that clients make up: they are asked without leaving anything behind, and not for ever. */
import type { PendingQuery } from 'postgres'
import type { Sql, Transaction } from './connection.ts'

const QUERY_CANCELED = '57014'

/** The answer would have taken too long. */
export class TooSlow extends Error {
  override readonly name = 'TooSlow'
}

/**
 * Asks in a transaction whose statements end after so many milliseconds.
 *
 * @throws TooSlow when one of them did
 */
export async function inTime<T>(
  sql: Sql,
  milliseconds: number,
  work: (transaction: Transaction) => Promise<T>,
): Promise<T> {
  const { answer } = await sql.begin(async (transaction) => ({
    answer: await withinTime(transaction, milliseconds, () => work(transaction)),
  }))
  return answer
}

/**
 * The same for a part of a transaction, whose other statements take as long as they take.
 *
 * @throws TooSlow when one of them did; the transaction is lost then
 */
export async function withinTime<T>(
  transaction: Transaction,
  milliseconds: number,
  work: () => Promise<T>,
): Promise<T> {
  try {
    await transaction`select set_config('statement_timeout', ${String(milliseconds)}, true)`
    const answer = await work()
    await transaction`set local statement_timeout to default`
    return answer
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === QUERY_CANCELED)
      throw new TooSlow('a statement took too long', { cause: error })
    throw error
  }
}

/**
 * The same query, without a prepared statement: the driver keeps those for ever, one for each text and connection, and of texts that
 * clients make up there is no end. The driver knows this setting, and offers it for untagged queries alone.
 */
export function unprepared<T extends readonly (object | undefined)[]>(query: PendingQuery<T>): PendingQuery<T> {
  const options: unknown = Reflect.get(query, 'options')
  if (typeof options !== 'object' || options === null) throw new TypeError('a query has no options any more')
  Reflect.set(options, 'prepare', false)
  return query
}
