/** What a file system says when it refuses something, in words. */

/** `EACCES`, or `unknown` for what is no error of a file system. */
export const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown'

/** What is the matter with a path, as the end of a sentence that begins with it. */
export function reasonOf(error: unknown): string {
  return REASONS[codeOf(error)] ?? `cannot be used (${error instanceof Error ? error.message : String(error)})`
}

const REASONS: Partial<Record<string, string>> = {
  ENOENT: 'is not there',
  ENOTDIR: 'is not a directory',
  EACCES: 'may not be read and written by this user',
  EROFS: 'is on a file system that can only be read',
  EIO: 'cannot be read: the disk or the network fails',
  ESTALE: 'belongs to a mount that is gone',
  ENOTCONN: 'belongs to a mount that is gone',
}
