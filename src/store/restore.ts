/** The way back: the text of a backup into an empty database, all of it or nothing. */
import { once } from 'node:events'
import type { Writable } from 'node:stream'
import { finished } from 'node:stream/promises'
import { isRosterdError, RosterdError } from '../errors.ts'
import { type BackupHeader, backupHeader, FIRST_LINE, LAST_LINE } from './backup.ts'
import { openConnection, type Transaction } from './connection.ts'
import { knownMigrations, migrate } from './migrate.ts'

const COPY = /^COPY public\."(\w+)" \(((?:"\w+"(?:, )?)+)\) FROM stdin;$/
const SEQUENCE = /^SELECT pg_catalog\.setval\('public\."(\w+)"', (\d{1,18}), true\);$/
const NEWLINE = 10

/**
 * Reads a backup into the database at `url`, whose tables are made as the backup had them; the next start brings them up to date.
 *
 * @param blocks the text, in blocks of whole lines
 * @param file how the backup is called in errors
 * @throws RosterdError DATABASE_NOT_EMPTY; BACKUP_UNUSABLE when it is cut off, no backup, or of a newer version; the database is
 *   as empty then as before
 */
export async function readBackup(url: string, file: string, blocks: AsyncIterator<Buffer>): Promise<BackupHeader> {
  const first = await blocks.next()
  const start: Buffer = first.done === true ? Buffer.alloc(0) : first.value
  const end = start.indexOf(NEWLINE)
  const header = headerOf(start.toString('utf8', 0, Math.max(end, 0)), file)
  await makeTables(url, header, file)
  const sql = await openConnection(url, { max: 1 })
  try {
    await sql.begin(async (transaction) => {
      const script = new Script(transaction, file)
      try {
        await script.run(start.subarray(end + 1))
        for (let next = await blocks.next(); next.done !== true; next = await blocks.next())
          await script.run(next.value)
        script.close(header)
      } catch (error) {
        await script.abandon()
        throw error
      }
    })
    return header
  } catch (error) {
    if (isRosterdError(error)) throw error
    // A damaged file, or rows that the database refuses.
    throw unusable(file, error instanceof Error ? error.message : String(error), error)
  } finally {
    await sql.end({ timeout: 5 })
  }
}

const unusable = (file: string, reason: string, cause?: unknown) =>
  new RosterdError('BACKUP_UNUSABLE', { file, reason }, { cause })

function headerOf(line: string, file: string): BackupHeader {
  if (!line.startsWith(FIRST_LINE)) throw unusable(file, 'it is no backup of rosterd')
  try {
    return backupHeader.parse(JSON.parse(line.slice(FIRST_LINE.length)))
  } catch (error) {
    throw unusable(file, 'this rosterd does not understand its first line', error)
  }
}

async function makeTables(url: string, header: BackupHeader, file: string): Promise<void> {
  const known = knownMigrations()
  if (header.migrations.some((hash, index) => hash !== known[index])) {
    throw unusable(file, `it was written by rosterd ${header.version}, whose tables this rosterd does not know`)
  }
  const sql = await openConnection(url, { max: 1 })
  try {
    const [there] = await sql<{ table: string | null }[]>`select to_regclass('public.organizations')::text as table`
    const rows = there?.table ? await sql<{ name: string }[]>`select name from organizations order by id` : []
    if (rows.length > 0) {
      throw new RosterdError('DATABASE_NOT_EMPTY', { list: rows.map(({ name }) => name).join(', ') })
    }
  } finally {
    await sql.end({ timeout: 5 })
  }
  await migrate(url, header.migrations.length)
}

/** Runs the lines of a backup. Nothing but the two kinds of statements that `writeBackup` writes is ever executed. */
class Script {
  readonly #transaction: Transaction
  readonly #file: string
  #rows: Writable | null = null
  #tables = 0
  #ended = false

  constructor(transaction: Transaction, file: string) {
    this.#transaction = transaction
    this.#file = file
  }

  /** @param block whole lines */
  async run(block: Buffer): Promise<void> {
    for (let at = 0; at < block.length; ) {
      if (this.#rows === null) {
        const end = block.indexOf(NEWLINE, at)
        await this.#statement(block.toString('utf8', at, end === -1 ? block.length : end))
        at = end === -1 ? block.length : end + 1
        continue
      }
      const end = endOfRows(block, at)
      await put(this.#rows, block.subarray(at, end ?? block.length))
      if (end === null) return
      this.#rows.end()
      await finished(this.#rows)
      this.#rows = null
      at = end + END_OF_ROWS.length
    }
  }

  /** Ends what is under way, so that the connection can be told to undo everything. */
  async abandon(): Promise<void> {
    const rows = this.#rows
    if (rows === null) return
    rows.destroy(new Error('the backup could not be read to its end'))
    await finished(rows).catch(() => undefined)
  }

  /** @throws RosterdError BACKUP_UNUSABLE where the end is missing */
  close(header: BackupHeader): void {
    if (!this.#ended || this.#tables !== header.tables) throw unusable(this.#file, 'its end is missing')
  }

  async #statement(line: string): Promise<void> {
    const transaction = this.#transaction
    const [, table, list] = COPY.exec(line) ?? []
    const [, sequence, value] = SEQUENCE.exec(line) ?? []
    if (table !== undefined && list !== undefined) {
      const columns = list.slice(1, -1).split('", "')
      this.#rows =
        await transaction`copy ${transaction(`public.${table}`)} (${transaction(columns)}) from stdin`.writable()
      // Whoever writes or waits hears of it; between two writes nobody listens.
      this.#rows.on('error', () => undefined)
      this.#tables += 1
    } else if (sequence !== undefined && value !== undefined) {
      await transaction`select setval(${`public.${sequence}`}::regclass, ${value}::bigint, true)`
    } else if (line.startsWith(LAST_LINE)) this.#ended = true
    else throw unusable(this.#file, `it holds a line that no backup has: ${line.slice(0, 60)}`)
  }
}

const END_OF_ROWS = Buffer.from('\\.\n')

/** Where the line stands that ends the rows; null while it does not stand in this block. */
function endOfRows(block: Buffer, from: number): number | null {
  if (block.subarray(from, from + END_OF_ROWS.length).equals(END_OF_ROWS)) return from
  const found = block.indexOf('\n\\.\n', from)
  return found === -1 ? null : found + 1
}

async function put(rows: Writable, lines: Buffer): Promise<void> {
  if (lines.length > 0 && !rows.write(lines)) await once(rows, 'drain')
}
