/** The configuration file, for commands that work on this machine alone. */
import { existsSync } from 'node:fs'
import { type Config, checkConfig, configJsonSchema, formatProblem, readEnvironment } from '../config/index.ts'
import { DONE, FAILED } from './exit.ts'
import { count } from './render/words.ts'
import type { Terminal } from './terminal.ts'

const DEFAULT_FILE = 'config/rosterd.yaml'
type Env = Terminal['env']

/** The file that is meant: named, in ROSTERD_CONFIG, or the one that `npm start` runs. */
export function configFile(named: string | undefined, env: Env): string {
  return named ?? (env['ROSTERD_CONFIG'] || DEFAULT_FILE)
}

/** The configuration where there is a valid one; null where there is none. For defaults only: nothing is reported. */
export function configIfAny(env: Env): Config | null {
  const file = configFile(undefined, env)
  if (!existsSync(file)) return null
  try {
    return checkConfig(file, readEnvironment(env)).config
  } catch {
    return null
  }
}

/** `config check [FILE]`: every problem with its line, as compilers say it. */
export function checkSettings(terminal: Terminal, named: string | undefined, json: boolean): number {
  const file = configFile(named, terminal.env)
  const { config, problems } = checkConfig(file, readEnvironment(terminal.env))
  const exit = config === null ? FAILED : DONE
  if (json) {
    terminal.out(`${JSON.stringify({ file, valid: config !== null, problems }, null, 2)}\n`)
    return exit
  }
  for (const problem of problems) terminal.err(`${formatProblem(file, problem)}\n`)
  if (config !== null) {
    const organizations = count(config.organizations.length, 'organization')
    terminal.out(`${file} is valid: ${organizations}.\n`)
  } else {
    terminal.err(`Correct ${problems.length === 1 ? 'it' : 'them'} and check again.\n`)
  }
  return exit
}

/** `config schema`: for editors. */
export function printSchema(terminal: Terminal): number {
  terminal.out(`${JSON.stringify(configJsonSchema(), null, 2)}\n`)
  return DONE
}
