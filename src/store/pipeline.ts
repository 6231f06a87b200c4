/**
 * Statements that one connection sends without waiting for each other's answers; the server runs them in the order in which they
 * were sent.
 *
 * `Promise.all` alone would be wrong inside a transaction: it rejects with the first failure, the transaction is rolled back, and
 * whoever still has a second statement to send would send it afterwards, outside of any transaction. So all come to rest first.
 *
 * @throws what the first of them that failed threw
 */
export async function pipeline<T extends readonly unknown[]>(work: { [K in keyof T]: PromiseLike<T[K]> }): Promise<T> {
  const settled = await Promise.allSettled(work)
  for (const one of settled) if (one.status === 'rejected') throw one.reason
  return await Promise.all(work)
}
