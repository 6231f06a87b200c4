/** From a path to a configuration, or to everything that is wrong with it. */
import { readFileSync } from 'node:fs'
import { RosterdError } from '../errors.ts'
import { assemble, type Config } from './config.ts'
import { crossCheck } from './cross-check.ts'
import { readYaml, type YamlDocument } from './document.ts'
import type { Environment } from './environment.ts'
import { checkFolders } from './folders.ts'
import { isLoopback, override } from './overrides.ts'
import { formatProblem, isOfEnvironment, type Path, type Problem, pathText } from './problem.ts'
import { type ConfigFile, fileSchema } from './schema.ts'
import { problemsOf } from './sentences.ts'

export interface Checked {
  /** Null when there is an error among the problems. */
  config: Config | null
  /** In the order of the file; what is not in the file comes last. */
  problems: Problem[]
}

/** Reads and checks the file at `path` and the environment. Throws CONFIG_UNREADABLE where there is no text to check. */
export function checkConfig(path: string, environment: Environment): Checked {
  return checkText(path, readText(path), environment)
}

/**
 * The configuration. Throws CONFIG_UNREADABLE, or CONFIG_INVALID whose `detail` holds one line per error; ENVIRONMENT_INVALID where
 * nothing but environment variables is wrong.
 */
export function loadConfig(path: string, environment: Environment): Config {
  const { config, problems } = checkConfig(path, environment)
  if (config !== null) return config
  const errors = problems.filter(({ severity }) => severity === 'error')
  const detail = errors.map((problem) => `\n  ${formatProblem(path, problem)}`).join('')
  const code = errors.every(isOfEnvironment) ? 'ENVIRONMENT_INVALID' : 'CONFIG_INVALID'
  throw new RosterdError(code, { file: path, detail, count: errors.length })
}

/** As checkConfig, for text that is at hand. */
export function checkText(path: string, text: string, environment: Environment): Checked {
  const document = readYaml(text)
  if (document.problems.length > 0) return { config: null, problems: document.problems }
  const parsed = fileSchema.safeParse(document.value ?? {})
  if (!parsed.success) return { config: null, problems: problemsOf(parsed.error.issues, document) }
  const outside: Problem[] = []
  const config = assemble(
    path,
    parsed.data,
    override(environment, parsed.data, outside),
    linesOf(parsed.data, document),
  )
  const doubts = [...crossCheck(parsed.data), ...checkFolders(config.organizations)]
  const inside = doubts.map(
    ({ path: steps, at, message, severity }): Problem => ({
      ...document.place(steps, at),
      path: pathText(steps),
      message,
      severity,
    }),
  )
  inside.sort((a, b) => (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0))
  const problems = [...inside, ...outside, ...unproven(config), ...exposed(config, environment)]
  return { config: problems.some(({ severity }) => severity === 'error') ? null : config, problems }
}

/** Of what the API could set as well, and therefore has to be told that the file does. */
function linesOf({ organizations }: ConfigFile, document: YamlDocument): ReadonlyMap<string, number> {
  const lineOf = (path: Path) => [pathText(path), document.place(path, 'key').line] as const
  return new Map(
    Object.entries(organizations).flatMap(([key, { administrators, products, rules, limits }]) => {
      const base = ['organizations', key]
      return [
        ...(administrators.length === 0 ? [] : [lineOf([...base, 'administrators'])]),
        ...Object.keys(products).map((product) => lineOf([...base, 'products', product])),
        ...Object.keys(rules).map((rule) => lineOf([...base, 'rules', rule])),
        ...(limits === undefined ? [] : [lineOf([...base, 'limits'])]),
      ]
    }),
  )
}

/** A provider tells who somebody is only to whom it knows. */
function unproven({ oidc, secrets }: Config): Problem[] {
  if (oidc === null || secrets.oidcClientSecret !== null) return []
  const message = `The secret that ${oidc.issuer} gave to ${oidc.clientId} is missing: put it into the environment variable ROSTERD_OIDC_CLIENT_SECRET, or into console.oidc.client_secret.`
  return [{ line: null, column: null, path: 'ROSTERD_OIDC_CLIENT_SECRET', message, severity: 'error' }]
}

/** TLS ends at a proxy; without one, tokens would cross the network as they are. */
function exposed({ server }: Config, { host }: Environment): Problem[] {
  if (isLoopback(server.host) || server.baseUrl?.startsWith('https://')) return []
  const message = `rosterd listens on ${server.host}, which other machines reach, without https in its base URL: put a proxy with TLS before it and set ROSTERD_BASE_URL to its https address.`
  const path = host === null ? 'server.base_url' : 'HOST'
  return [{ line: null, column: null, path, message, severity: 'warning' }]
}

const LARGEST = 4 * 1024 * 1024

function readText(path: string): string {
  const unreadable = (reason: string, cause?: unknown) =>
    new RosterdError('CONFIG_UNREADABLE', { file: path, reason }, { cause })
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
    throw unreadable(REASONS[code] ?? (code || 'it could not be opened'), cause)
  }
  if (bytes.length > LARGEST) throw unreadable('it is larger than 4 MiB')
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (cause) {
    throw unreadable('it is not UTF-8 text', cause)
  }
}

const REASONS: Partial<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'this user may not read it',
  EISDIR: 'it is a directory',
}
