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

/** `config/rosterd.yaml:12:5 organizations.acme.zone must be …`: as compilers say it, so that terminals make it a link. */
export function formatProblem(file: string, problem: Problem): string {
  const place = problem.line === null ? file : `${file}:${problem.line}:${problem.column ?? 1}`
  return `${place} ${problem.severity === 'warning' ? 'warning: ' : ''}${problem.message}`
}

/** `organizations.acme.rules.artists.then[0].product` */
export function pathText(path: Path): string {
  return path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')
}
