import { stat } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { RosterdError } from '../../errors.ts'
import { type Account, run } from './command.ts'

const NAME = process.platform === 'darwin' ? '_postgres' : 'rosterd'

/** Whether this process is root, which PostgreSQL refuses to run as. */
export function isRoot(): boolean {
  return process.getuid?.() === 0
}

/** The owner of a directory when it exists and belongs to somebody other than root. */
export async function ownerOf(directory: string): Promise<Account | undefined> {
  try {
    const { uid, gid } = await stat(directory)
    return uid === 0 ? undefined : { name: `user ${uid}`, uid, gid }
  } catch {
    return undefined
  }
}

/**
 * The system account for PostgreSQL under root, created on first use. It must be a real one: initdb looks it up.
 *
 * @throws RosterdError SYSTEM_ACCOUNT_MISSING
 */
export async function systemAccount(): Promise<Account> {
  let reason = 'there is no useradd here'
  // Another starter may be creating it, or hold the lock of /etc/passwd, at this moment.
  for (let attempt = 0; attempt < 10; attempt += 1) {
    const account = await lookUp(NAME)
    if (account) return account
    const added = await run('useradd', ['--system', '--no-create-home', '--shell', '/usr/sbin/nologin', NAME])
    if (added.code === undefined) break
    if (added.code !== 0) {
      reason = added.output.trim()
      await sleep(200)
    }
  }
  throw new RosterdError('SYSTEM_ACCOUNT_MISSING', { account: NAME, reason })
}

async function lookUp(name: string): Promise<Account | undefined> {
  const [user, group] = await Promise.all([run('id', ['-u', name]), run('id', ['-g', name])])
  if (user.code !== 0 || group.code !== 0) return undefined
  return { name, uid: Number(user.output), gid: Number(group.output) }
}
