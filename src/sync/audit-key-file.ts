/** The file of the key that signs the audit: made once, and never replaced by itself. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { link, readFile, unlink, writeFile } from 'node:fs/promises'

/**
 * The Ed25519 key in a file, made where there is none.
 *
 * @throws Error where the file holds anything else, with what to do
 */
export async function ownKey(file: string): Promise<KeyObject> {
  return (await keptKey(file)) ?? (await keepKey(file))
}

async function keptKey(file: string): Promise<KeyObject | null> {
  try {
    const key = createPrivateKey(await readFile(file))
    if (key.asymmetricKeyType === 'ed25519') return key
    throw new Error('it is no Ed25519 key')
  } catch (error) {
    if (isMissing(error)) return null
    const reason = error instanceof Error ? error.message : String(error)
    throw new Error(
      `${file} holds no usable key (${reason}); bring back a copy, or move it away to have a new one made`,
    )
  }
}

/** Written aside and then linked, which fails where the name exists: of two starters one wins, and both end with its key. */
async function keepKey(file: string): Promise<KeyObject> {
  const { privateKey } = generateKeyPairSync('ed25519')
  const aside = `${file}.${process.pid}.${randomBytes(6).toString('hex')}`
  await writeFile(aside, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' })
  try {
    await link(aside, file)
    return privateKey
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    const winner = await keptKey(file)
    if (winner === null) throw error
    return winner
  } finally {
    await unlink(aside)
  }
}

/** Whether a file is not there. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}
