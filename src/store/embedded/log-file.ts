import { constants } from 'node:fs'
import { type FileHandle, open, readFile } from 'node:fs/promises'
import type { Account } from './command.ts'

const LARGEST = 5_000_000

/** Opens the log of the server for appending; one that grew large starts again. Only its owner may read it. */
export async function openLog(path: string, owner: Account | undefined): Promise<FileHandle> {
  // The directory belongs to another account when this is root: a link put there must not be followed.
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_APPEND | constants.O_NOFOLLOW
  const file = await open(path, flags, 0o600)
  // The account must be able to go on with it on the day rosterd runs as that account itself.
  if (owner) await file.chown(owner.uid, owner.gid)
  const { size } = await file.stat()
  if (size > LARGEST) await file.truncate(0)
  return file
}

/** What was written to the log after its first `offset` bytes. */
export async function readLog(path: string, offset: number): Promise<string> {
  const content = await readFile(path)
  return content.subarray(Math.min(offset, content.length)).toString()
}

/** The last lines of a server's or initdb's output, which say why it failed, without their time and final full stop. */
export function explain(output: string): string {
  const lines = output
    .split('\n')
    .map((line) => line.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] /, '').trim())
    .filter(Boolean)
  const telling = lines.filter((line) => !/database system is shut down|^PostgreSQL ended/.test(line))
  const chosen = telling.length > 0 ? telling : lines
  return chosen.slice(-3).join('; ').replace(/\.$/, '') || 'it said nothing'
}
