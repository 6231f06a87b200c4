/**
 * The audit is sealed: every second what is new becomes a link of its organization's chain, and the first link of a day is signed. No
 * request waits for it. Safe on every daemon at once, and a kill leaves a seal whole or not there.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { GENESIS, headText, opensDay, SealDigest } from '../reconcile/seal.ts'
import {
  auditWriters,
  insertSeal,
  lastAuditId,
  listSeals,
  organizationsToSeal,
  readAuditRows,
  type StoredSeal,
  writersHaveEnded,
} from '../store/audit-seals.ts'
import type { Transaction } from '../store/connection.ts'
import { tryLockSeals } from '../store/locks.ts'
import { type AuditKey, fingerprint } from './audit-key.ts'
import type { Parts } from './parts.ts'

const EVERY_MS = 1_000
/** Rows of one seal, at most: so many are read again to see whether one fits. */
const MOST_ROWS = 10_000
const PAGE = 2_000

/** Runs until the signal aborts. */
export async function startSealing(
  parts: Pick<Parts, 'sql' | 'log' | 'now'>,
  key: AuditKey,
  signal: AbortSignal,
): Promise<void> {
  const sealer = new Sealer(parts, key)
  while (!signal.aborted) {
    try {
      await sealer.round(signal)
    } catch (error) {
      parts.log.error({ err: error }, 'the audit could not be sealed; it is tried again')
    }
    await sleep(EVERY_MS, undefined, { signal }).catch(() => undefined)
  }
}

export class Sealer {
  readonly #parts: Pick<Parts, 'sql' | 'log' | 'now'>
  readonly #key: AuditKey
  /** No row with an id up to this one can come any more. */
  #settled = 0
  /** The same for this one as soon as these transactions have ended. */
  #settling: { upTo: number; writers: string[] } | null = null
  /** Everything up to this id is sealed. */
  #sealed = 0

  constructor(parts: Pick<Parts, 'sql' | 'log' | 'now'>, key: AuditKey) {
    this.#parts = parts
    this.#key = key
  }

  /** Seals all that is settled. Waits for nobody: what a transaction may still write below is sealed in a later round. */
  async round(signal?: AbortSignal): Promise<void> {
    const upTo = await this.#settle()
    if (upTo === this.#sealed) return
    let complete = true
    for (const organization of await organizationsToSeal(this.#parts.sql, upTo)) {
      for (let more = true; more; ) {
        if (signal?.aborted) return
        const done = await this.#sealNext(organization, upTo)
        if (done === 'busy') complete = false
        more = done === 'more'
      }
    }
    if (complete) this.#sealed = upTo
  }

  /**
   * How far nothing can come any more. The order matters: first the highest id, then who may hold one up to it, and only when all of
   * those have ended, in a statement of its own, the rows.
   */
  async #settle(): Promise<number> {
    const { sql } = this.#parts
    if (this.#settling === null) {
      const upTo = await lastAuditId(sql)
      // A database that was set back, as by a restore beside a running daemon, counts anew.
      if (upTo < this.#settled) [this.#settled, this.#sealed] = [0, 0]
      if (upTo === this.#settled) return upTo
      this.#settling = { upTo, writers: await auditWriters(sql) }
    }
    const { upTo, writers } = this.#settling
    if (writers.length === 0 || (await writersHaveEnded(sql, writers))) {
      this.#settled = upTo
      this.#settling = null
    }
    return this.#settled
  }

  /** One seal of one organization; `more` when it was full. */
  async #sealNext(organization: number, upTo: number): Promise<'done' | 'more' | 'busy'> {
    const { sql, log } = this.#parts
    const made = await sql.begin(async (transaction) => {
      if (!(await tryLockSeals(transaction, organization))) return 'busy'
      const [last] = await listSeals(transaction, organization, { before: null, limit: 1 })
      const seal = await this.#make(transaction, organization, last ?? null, upTo)
      if (seal !== null) await insertSeal(transaction, organization, seal)
      return seal
    })
    if (made === 'busy') return 'busy'
    if (made === null) return 'done'
    if (made.head !== null) {
      const { number: seal, digest, at } = made
      await this.#key.remember(organization, { seal, digest, at })
      log.info(
        { event: 'audit.signed', organization, seal, digest, key: fingerprint(made.head.publicKey) },
        'the audit was signed',
      )
    }
    return made.rows === MOST_ROWS ? 'more' : 'done'
  }

  async #make(
    transaction: Transaction,
    organization: number,
    last: StoredSeal | null,
    upTo: number,
  ): Promise<StoredSeal | null> {
    const from = last?.to ?? 0
    const sum = new SealDigest()
    let to: number | null = last === null ? null : from
    while (sum.rows < MOST_ROWS) {
      const limit = Math.min(PAGE, MOST_ROWS - sum.rows)
      const rows = await readAuditRows(transaction, organization, { after: to, upTo, limit })
      for (const row of rows) sum.add(row)
      to = rows.at(-1)?.id ?? to
      if (rows.length < limit) break
    }
    if (to === null || sum.rows === 0) return null
    const now = this.#parts.now().toISOString()
    // A clock that was set back must not open a day a second time.
    const at = last !== null && last.at > now ? last.at : now
    const seal = { organization, number: (last?.number ?? 0) + 1, from, to, rows: sum.rows, at }
    const digest = sum.close(seal, last?.digest ?? GENESIS)
    const head = opensDay(at, last?.at ?? null) ? this.#key.sign(headText(seal, digest)) : null
    return { ...seal, digest, head }
  }
}
