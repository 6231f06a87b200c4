/** `backup` and `restore`: the whole database to a file and back, on the daemon's own machine. */
import { type Config, loadConfig, readEnvironment } from '../config/index.ts'
import { RosterdError } from '../errors.ts'
import { loadBackup, saveBackup } from '../store/backup-file.ts'
import { claimDatabase } from '../store/connection.ts'
import { startEmbedded, type Visited, visitEmbedded } from '../store/embedded/index.ts'
import { putAsideSigned } from '../sync/audit-key.ts'
import { START } from '../typed.ts'
import { VERSION } from '../version.ts'
import { DONE } from './exit.ts'
import { count } from './render/words.ts'
import { configFile } from './settings.ts'
import type { Terminal } from './terminal.ts'

interface Options {
  config?: string
  json?: boolean | undefined
}

/** `backup FILE`: while the daemon runs, or while it does not. */
export async function backUp(terminal: Terminal, file: string, options: Options): Promise<number> {
  const config = configOf(terminal, options)
  const database = own(config) ?? (await visitEmbedded(config.dataDirectory))
  if (database === null) {
    throw new RosterdError('BACKUP_IMPOSSIBLE', { file, reason: `there is no database in ${config.dataDirectory}` })
  }
  try {
    const header = await saveBackup(database.url, file, { version: VERSION, at: new Date() })
    const { organizations, members } = header
    const held = `${count(organizations, 'organization')}, ${count(members, 'member')}`
    terminal.out(options.json ? json({ file, ...header }) : `${file} holds ${held} and all that is known of them.\n`)
    return DONE
  } finally {
    await database.stop()
  }
}

/** `restore FILE`: into a database without organizations, while no daemon runs on it. */
export async function restore(terminal: Terminal, file: string, options: Options): Promise<number> {
  const config = configOf(terminal, options)
  const database = own(config) ?? (await startEmbedded(config.dataDirectory))
  try {
    const claim = await claimDatabase(database.url)
    try {
      const header = await loadBackup(database.url, file)
      await putAsideSigned(config.dataDirectory, new Date())
      const held = `${count(header.organizations, 'organization')}, ${count(header.members, 'member')}`
      const next = `Start it: ${START}. Letters that were waiting when it was made leave then.`
      terminal.out(options.json ? json({ file, ...header }) : `Restored ${held} as of ${header.at}.\n${next}\n`)
    } finally {
      await claim.release()
    }
    return DONE
  } finally {
    await database.stop()
  }
}

const json = (value: object): string => `${JSON.stringify(value, null, 2)}\n`

function configOf(terminal: Terminal, options: Options): Config {
  return loadConfig(configFile(options.config, terminal.env), readEnvironment(terminal.env))
}

/** The operator's own server runs whoever asks. */
function own(config: Config): Visited | null {
  const { databaseUrl } = config.secrets
  return databaseUrl === null ? null : { url: databaseUrl, stop: async () => {} }
}
