/** `serve`: the daemon itself, in this process. */
import { loadConfig, readEnvironment } from '../config/index.ts'
import { DONE } from './exit.ts'
import { configFile } from './settings.ts'
import type { Terminal } from './terminal.ts'

/** Runs until it is stopped. Its parts are loaded only here: every other command stays quick. */
export async function serveHere(terminal: Terminal, options: { config?: string }): Promise<number> {
  const file = configFile(options.config, terminal.env)
  const read = () => loadConfig(file, readEnvironment(terminal.env))
  // What is wrong with the file is said before anything is loaded.
  read()
  const { serve } = await import('../daemon.ts')
  await serve(read, (line) => terminal.out(`${line}\n`))
  return DONE
}
