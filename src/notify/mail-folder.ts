/** Letters as .eml files, for an installation without a mail server. They hold personal data: for the owner's eyes alone. */
import { mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { MailError, type Transport } from './transport.ts'

/** Writes each mail to `<folder>/<time>-<name>.eml`: complete or not there at all. */
export function mailFolder(folder: string, now: () => Date = () => new Date()): Transport {
  return {
    destination: `files in ${folder}`,
    async deliver(mail, name) {
      const file = `${now().toISOString().replace(/[-:.]/g, '')}-${name}.eml`
      const temporary = join(folder, `.${file}.tmp`)
      try {
        await mkdir(folder, { recursive: true, mode: 0o700 })
        const handle = await open(temporary, 'wx', 0o600)
        try {
          await handle.writeFile(mail.raw)
          await handle.sync()
        } finally {
          await handle.close()
        }
        await rename(temporary, join(folder, file))
      } catch (cause) {
        await rm(temporary, { force: true }).catch(() => undefined)
        const why = cause instanceof Error ? cause.message : String(cause)
        throw new MailError('temporary', `The letter could not be written to ${folder}: ${why}`, cause)
      }
    },
  }
}
