/** One thing that is wrong with the configuration, and where. */

export type Path = readonly (string | number)[]

export interface Problem {
  /** 1-based; null when it is about an environment variable or the whole file. */
  line: number | null
  column: number | null
  /** `organizations.acme.zone`, or the name of an environment variable; empty = the whole file. */
  path: string
  /** One sentence. Never holds a secret. */
  message: string
  severity: 'error' | 'warning'
}

/** Whether the environment, not the file, is to be put right. */
export function isOfEnvironment({ line, path }: Problem): boolean {
  return line === null && /^[A-Z][A-Z_]+$/.test(path)
}

/**
 * `config/rosterd.yaml:12:5 organizations.acme.zone must be …`: as compilers say it, so that terminals make it a link. What the
 * environment says wrong is not blamed on the file.
 */
export function formatProblem(file: string, problem: Problem): string {
  const inFile = problem.line === null ? file : `${file}:${problem.line}:${problem.column ?? 1}`
  const place = isOfEnvironment(problem) ? 'environment:' : inFile
  return `${place} ${problem.severity === 'warning' ? 'warning: ' : ''}${problem.message}`
}

/** `organizations.acme.rules.artists.then[0].product` */
export function pathText(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')
}
