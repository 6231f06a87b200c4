/** Memory for the few statements that sort and join whole files and whole plans. */
import type { Transaction } from './connection.ts'

/**
 * Gives the statements of this transaction room to sort and hash in memory. PostgreSQL's own 4 MB suit a request; a plan of a hundred
 * thousand items would be written to disk and read again several times over.
 */
export async function widenWorkMemory(transaction: Transaction): Promise<void> {
  await transaction`set local work_mem = '128MB'`
}
