/**
 * The key that signs heads of the audit, and what it has signed: both lie in the data directory, below `audit/`, and not in the database,
 * so that who has only the database can neither sign nor take back what was signed.
 */
import { createPublicKey, hash, type KeyObject, sign, verify } from 'node:crypto'
import { appendFile, mkdir, readdir, readFile, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { RosterdError } from '../errors.ts'
import type { StoredHead } from '../store/audit-seals.ts'
import { isMissing, ownKey } from './audit-key-file.ts'

const KEY_FILE = 'key.pem'

/** A seal that was signed here, as a line of the organization's file. */
const signedSeal = z.object({ seal: z.int().positive(), digest: z.string(), at: z.string() })
export type SignedSeal = z.output<typeof signedSeal>

export class AuditKey {
  readonly #directory: string
  readonly #private: KeyObject
  /** The public half, as DER in hex. */
  readonly publicKey: string

  private constructor(directory: string, key: KeyObject) {
    this.#directory = directory
    this.#private = key
    this.publicKey = createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('hex')
  }

  /**
   * The key of a data directory, made on first use and readable by its owner alone.
   *
   * @throws RosterdError DATA_DIRECTORY_UNUSABLE when it can be neither read nor made
   */
  static async open(dataDirectory: string): Promise<AuditKey> {
    const directory = auditDirectory(dataDirectory)
    try {
      await mkdir(directory, { recursive: true, mode: 0o700 })
      return new AuditKey(directory, await ownKey(join(directory, KEY_FILE)))
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error)
      throw new RosterdError('DATA_DIRECTORY_UNUSABLE', { directory: dataDirectory, reason }, { cause: error })
    }
  }

  sign(text: string): StoredHead {
    return { publicKey: this.publicKey, signature: sign(null, Buffer.from(text), this.#private).toString('hex') }
  }

  /** Notes a seal that was signed and committed. */
  async remember(organization: number, { seal, digest, at }: SignedSeal): Promise<void> {
    // The newline comes first: after a line that was cut off half-way the next one is whole.
    const line = `\n${JSON.stringify({ seal, digest, at })}`
    await appendFile(this.witness(organization), line, { mode: 0o600 })
  }

  /** What was signed here for an organization, the oldest first: a line a day. One that was cut off half-way counts for nothing. */
  async remembered(organization: number): Promise<SignedSeal[]> {
    const text = await readFile(this.witness(organization), 'utf8').catch((error: unknown) => {
      if (isMissing(error)) return ''
      throw error
    })
    return text.split('\n').flatMap((line) => signedSeal.safeParse(parsed(line)).data ?? [])
  }

  /** The file of what was signed for an organization. */
  witness(organization: number): string {
    return join(this.#directory, `${witnessName(organization)}.jsonl`)
  }
}

/** Whether the head's own key has signed this text. Whose key that is, is another question. */
export function isSignedBy({ publicKey, signature }: StoredHead, text: string): boolean {
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'hex'), type: 'spki', format: 'der' })
    return key.asymmetricKeyType === 'ed25519' && verify(null, Buffer.from(text), key, Buffer.from(signature, 'hex'))
  } catch {
    return false
  }
}

/** What a key is called: the SHA-256 of its public half as DER, in hex. */
export const fingerprint = (publicKey: string): string => hash('sha256', Buffer.from(publicKey, 'hex'), 'hex')

/** After a restore the database is older than what was signed since: the files stay for the record, under another name. */
export async function putAsideSigned(dataDirectory: string, at: Date): Promise<void> {
  const directory = auditDirectory(dataDirectory)
  const names = await readdir(directory).catch((error: unknown) => {
    if (isMissing(error)) return []
    throw error
  })
  const until = at.toISOString().replaceAll(/[-:]|\.\d+/g, '')
  for (const name of names) {
    const [, stem] = /^(signed-\d+)\.jsonl$/.exec(name) ?? []
    if (stem !== undefined) await rename(join(directory, name), join(directory, `${stem}-until-${until}.jsonl`))
  }
}

const auditDirectory = (dataDirectory: string) => join(dataDirectory, 'audit')
const witnessName = (organization: number) => `signed-${organization}`

function parsed(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return null
  }
}
