/** Files on this machine that a command was given and cannot read. */
import { CliError } from './exit.ts'

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'you may not read it',
}

export const fileUnreadable = (file: string, reason: string) =>
  new CliError('FILE_UNREADABLE', `${file} cannot be read: ${reason}.`, 'Check its name, and that you may read it.')

export const NO_FILE = 'it is a folder or a pipe, not a file'

/** What the operating system refused, in plain words; any other error as it is. */
export function refusedBySystem(file: string, error: unknown): unknown {
  if (error instanceof Error && 'code' in error && 'syscall' in error)
    return fileUnreadable(file, REASONS[String(error.code)] ?? error.message)
  return error
}
