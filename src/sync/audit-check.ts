/** One run over the seals of an organization: what fits so far, and the first that does not. */
import { GENESIS, headText, opensDay, SealDigest, type SealedRow } from '../reconcile/seal.ts'
import { type SealFault, sealFault } from '../reconcile/seal-fault.ts'
import type { StoredSeal } from '../store/audit-seals.ts'
import { type AuditKey, fingerprint, isSignedBy, type SignedSeal } from './audit-key.ts'

export interface AuditCheck {
  /** What was checked and fits. */
  seals: number
  rows: number
  /** Instants of the first and the last of those rows; null while there is none. */
  since: string | null
  until: string | null
  /** The last of those seals that was signed, and the name of its key. */
  head: { seal: number; at: string; key: string } | null
  fault: SealFault | null
  /** Time was up: go on after this seal. Null at the end. */
  next: number | null
  /** Newer rows, which no seal covers yet; told at the end. */
  unsealed: { rows: number; since: string | null }
}

export interface Trust {
  /** Of this data directory; null where there is none. */
  key: AuditKey | null
  /** Names of other keys that whoever asks knows as theirs. */
  others: ReadonlySet<string>
}

export class Check {
  readonly #organization: number
  readonly #trust: Trust
  /** By number; a seal that was made anew, and signed again, has two. */
  readonly #signed: Map<number, SignedSeal[]>
  readonly #found: Omit<AuditCheck, 'fault'> = {
    ...{ seals: 0, rows: 0, since: null, until: null, head: null, next: null },
    unsealed: { rows: 0, since: null },
  }

  constructor(organization: number, trust: Trust, signed: SignedSeal[]) {
    this.#organization = organization
    this.#trust = trust
    this.#signed = Map.groupBy(signed, ({ seal }) => seal)
  }

  end(fault: SealFault | null): AuditCheck {
    return { ...this.#found, fault }
  }

  link(seal: StoredSeal, last: StoredSeal | null): SealFault | null {
    const number = (last?.number ?? 0) + 1
    const fits = seal.number === number && seal.from === (last?.to ?? 0)
    return fits ? null : sealFault('chain_broken', number)
  }

  async content(
    seal: StoredSeal,
    last: StoredSeal | null,
    rows: () => AsyncIterable<SealedRow>,
  ): Promise<SealFault | null> {
    const sum = new SealDigest()
    let [since, until] = [this.#found.since, this.#found.until]
    for await (const row of rows()) {
      sum.add(row)
      since ??= row.at
      until = row.at
    }
    const found = sum.rows
    const digest = sum.close(seal, last?.digest ?? GENESIS)
    const about = { from: seal.from, to: seal.to, sealed: seal.rows, found }
    if (found < seal.rows) return sealFault('row_missing', seal.number, about)
    if (found > seal.rows) return sealFault('row_added', seal.number, about)
    if (digest !== seal.digest) return sealFault('row_changed', seal.number, about)
    Object.assign(this.#found, { seals: this.#found.seals + 1, rows: this.#found.rows + found, since, until })
    return null
  }

  signature(seal: StoredSeal, last: StoredSeal | null): SealFault | null {
    const { number, at, digest, head } = seal
    const signed = this.#signed.get(number)?.find((one) => one.digest !== digest)
    if (signed !== undefined) {
      return sealFault('made_anew', number, { day: signed.at.slice(0, 10), witness: this.#witness() })
    }
    if (head === null) return opensDay(at, last?.at ?? null) ? sealFault('head_missing', number) : null
    const key = fingerprint(head.publicKey)
    if (head.publicKey !== this.#trust.key?.publicKey && !this.#trust.others.has(key)) {
      return sealFault('key_unknown', number, { key })
    }
    if (!isSignedBy(head, headText(seal, digest))) return sealFault('signature_wrong', number)
    this.#found.head = { seal: number, at, key }
    return null
  }

  /** @param head the number of the last signature in the database; @param last that of the last seal */
  missing(head: number, last: number): SealFault | null {
    const most = Math.max(head, ...this.#signed.keys())
    return most > last ? sealFault('cut_off', most, { last, witness: this.#witness() }) : null
  }

  #witness(): string {
    return this.#trust.key?.witness(this.#organization) ?? ''
  }
}
