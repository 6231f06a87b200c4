/** Sends a file for one operation, and shows how the daemon understands it. */
import { openAsBlob } from 'node:fs'
import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Verb } from '../reconcile/operation.ts'
import { CliError } from './exit.ts'
import { fileUnreadable, NO_FILE, refusedBySystem } from './file-unreadable.ts'
import { previewText } from './render/upload.ts'
import type { Session } from './session.ts'
import { type Upload, upload } from './upload-answer.ts'

/**
 * Uploads the file; nothing is planned of it yet.
 *
 * @param reading how it is to be read, as part of the address
 * @throws CliError FILE_UNREADABLE here; of the daemon, whatever a file is refused for
 */
export async function uploadFile(
  session: Session,
  verb: Verb,
  file: string,
  reading: URLSearchParams,
): Promise<Upload> {
  const query = new URLSearchParams({ verb, name: basename(file), ...Object.fromEntries(reading) })
  const sent = await session.client.upload(`/uploads?${query}`, await opened(file), upload).catch(withOption)
  if (!session.json) session.terminal.out(`${previewText(sent, await session.page())}\n`)
  return sent
}

/** What an option of this command can say that the daemon could not find out; put in place of what it says to everybody. */
const OPTIONS: Readonly<Record<string, (next: string) => string>> = {
  ENCODING_UNCERTAIN: () =>
    'Save the file as "CSV UTF-8", or say which encoding it has, as in: --encoding windows-1252',
  HEADER_MISSING: (next) => `${next} What a column is can be said too, as in: --column Badge=external_id`,
}

function withOption(error: unknown): never {
  const option = error instanceof CliError ? OPTIONS[error.code] : undefined
  if (!(error instanceof CliError) || option === undefined) throw error
  throw new CliError(error.code, error.message, option(error.next), error.exit)
}

async function opened(file: string): Promise<Blob> {
  try {
    if (!(await stat(file)).isFile()) throw fileUnreadable(file, NO_FILE)
    return await openAsBlob(file)
  } catch (error) {
    throw refusedBySystem(file, error)
  }
}
