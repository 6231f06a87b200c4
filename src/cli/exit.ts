/** How a command ends: the exit codes that scripts rely on, and the errors that lead to them. */
import { CATALOGUE, type ErrorCode, isRosterdError } from '../errors.ts'
import { PROGRAM, START } from '../typed.ts'

export const DONE = 0
export const FAILED = 1
export const USAGE = 2
/** A plan waits for a guard or an approval. */
export const WAITS = 3
/** A plan has ended, but an item failed or a row never became one. */
export const INCOMPLETE = 4

/** Something the person can put right: a sentence, and what to do next. */
export class CliError extends Error {
  readonly code: string
  readonly next: string
  readonly exit: number
  /** What it is about, where the daemon named it: `pln_7`. */
  readonly about: string | undefined

  constructor(code: string, sentence: string, next: string, exit: number = FAILED, about?: string) {
    super(sentence)
    this.name = 'CliError'
    this.code = code
    this.next = next
    this.exit = exit
    this.about = about
  }
}

export const usage = (sentence: string, next: string) => new CliError('USAGE', sentence, next, USAGE)

const EXITS: Partial<Record<ErrorCode, number>> = {
  PLAN_HELD: WAITS,
  PLAN_REFUSED: WAITS,
  PLAN_NEEDS_ANOTHER: WAITS,
  COUNT_MISMATCH: WAITS,
  SNAPSHOT_NEEDS_ANOTHER: WAITS,
  ORGANIZATION_REQUIRED: USAGE,
  INPUT_INVALID: USAGE,
  CHOICE_UNKNOWN: USAGE,
  OPERATION_EMPTY: USAGE,
  OPERATION_AMBIGUOUS: USAGE,
  FILTER_INVALID: USAGE,
}

/** The exit code for an error with this code, wherever it was made. */
export function exitOf(code: string): number {
  return Object.hasOwn(CATALOGUE, code)
    ? (Object.entries(EXITS).find(([known]) => known === code)?.[1] ?? FAILED)
    : FAILED
}

/** Any thrown value as one to show; null for what is a fault of the program itself. */
export function toCliError(error: unknown): CliError | null {
  if (error instanceof CliError) return error
  if (isRosterdError(error)) return new CliError(error.code, error.message, error.next, exitOf(error.code))
  return null
}

const COMMAND =
  /(?<!npx )\brosterd (?=(?:serve|plans?|show|approve|reject|apply|snapshots|admit|decisions|decide|failures|backup|restore|config|token|sources?|scim|invite|remove|assign|revoke|submit|cancel|discard|again|leave-out|put-back|pins?|members|products?|rules?|limits|template)\b)/g

/** Commands inside a sentence, as they can be typed here. */
export function typeable(sentence: string): string {
  return sentence.replaceAll('rosterd serve', START).replaceAll(COMMAND, `${PROGRAM} `)
}
