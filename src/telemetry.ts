/** The log: one JSON object per line, without anything that opens a door or belongs to one person alone. */
import { type Bindings, type ChildLoggerOptions, type DestinationStream, destination, type Logger, pino } from 'pino'

export const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const
export type LogLevel = (typeof LOG_LEVELS)[number]

const HIDDEN = '[hidden]'

/** Keys whose values never reach a log, compared without case, `_` and `-`. `text` and `html` are the bodies of letters. */
const SECRET_KEY =
  /(password|passwort|passwd|passphrase|secret|token|authorization|apikey|privatekey|cookie|databaseurl|smtpurl|credentials?)$|^(pass|pwd|html|text|body|raw)$/

/** Counting or naming tokens gives nothing away. */
const HARMLESS_KEY = /^(tokenid|tokenhint|tokens)$/

const DEEP = 6

/**
 * Makes the process's logger.
 *
 * @param told whether a line with these fields, among them `err`, says what is told elsewhere; it is left out then, except for debugging
 */
export function createLogger(
  level: LogLevel,
  stream: DestinationStream,
  told: (fields: Record<string, unknown>) => boolean = () => false,
): Logger {
  const log = pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }), log: hideIn },
      serializers: { err: describeError, error: describeError },
      hooks: {
        streamWrite: scrub,
        logMethod(given, method) {
          const [fields] = given
          if (isPlain(fields) && fields['err'] !== undefined && told(fields) && !this.isLevelEnabled('debug')) return
          method.apply(this, given)
        },
      },
    },
    stream,
  )
  return hidingChildren(log)
}

/**
 * Where the log goes: to standard error for whatever collects it there; to a file when a person sits at that terminal, who is told
 * everything they need in sentences.
 */
export function logStream(file: string): { stream: DestinationStream; file: string | null } {
  const terminal = process.stderr.isTTY === true
  const where = terminal ? { dest: file, append: true, mode: 0o600 } : { fd: 2 }
  const stream = destination({ ...where, sync: true, maxLength: MOST_UNWRITTEN })
  // A log on a full disk loses lines; whoever wrote them goes on.
  stream.on('error', () => undefined)
  return { stream, file: terminal ? file : null }
}

/** Characters that wait for room. */
const MOST_UNWRITTEN = 1_000_000

/** pino gives a child no formatter for its bindings, so they are sieved on their way in. Grandchildren inherit it. */
function hidingChildren(log: Logger): Logger {
  const { child } = log
  log.child = function childOf<Levels extends string = never>(
    this: Logger,
    bindings: Bindings,
    options?: ChildLoggerOptions<Levels>,
  ): Logger<Levels> {
    const made: Logger<Levels> = Reflect.apply(child, this, [hideIn(bindings), options])
    return made
  }
  return log
}

/** A logger that says with every line which request it speaks of. */
export const forRequest = (log: Logger, requestId: string): Logger => log.child({ requestId })

/** A logger that says with every line which plan it speaks of (`pln_12`). */
export const forPlan = (log: Logger, planId: number): Logger => log.child({ plan: `pln_${planId}` })

function hideIn(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [key, hide(key, value, 0)]))
}

function hide(key: string, value: unknown, depth: number): unknown {
  const folded = key.toLowerCase().replace(/[_-]/g, '')
  if (value !== null && value !== undefined && SECRET_KEY.test(folded) && !HARMLESS_KEY.test(folded)) return HIDDEN
  if (Array.isArray(value)) return depth < DEEP ? value.map((entry) => hide('', entry, depth + 1)) : HIDDEN
  if (!isPlain(value)) return value
  if (depth >= DEEP) return HIDDEN
  return Object.fromEntries(Object.entries(value).map(([inner, entry]) => [inner, hide(inner, entry, depth + 1)]))
}

/** Errors, dates and the like are left to the serializers. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

/**
 * What an error may say of itself. Only these fields: drivers hang the statement with its parameters, or the whole letter, on
 * their errors.
 */
function describeError(error: unknown): unknown {
  // The job queue hands over copies of errors, with everything that hung on them.
  if (isPlain(error) && 'message' in error) {
    const { name: type, message, code, stack } = error
    return { type, message, code, stack }
  }
  if (!(error instanceof Error)) return error
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined
  const cause = error.cause === undefined ? undefined : describeError(error.cause)
  return { type: error.name, message: error.message, code, stack: error.stack, cause }
}

/**
 * Last sieve, over the finished line: credentials and addresses of people inside sentences and URLs, which no key gives away. A
 * mail server that turns a letter away quotes the address, a database the value.
 */
function scrub(line: string): string {
  const open = line
    .replace(/(:\/\/[^\s:@/"\\]*):[^\s@/"\\]+@/g, `$1:${HIDDEN}@`)
    .replace(/\b(Bearer|Basic) [\w.~+/-]+=*/gi, `$1 ${HIDDEN}`)
    .replace(/\brosterd_[\w-]{20,}/g, HIDDEN)
  if (!open.includes('@') && !open.includes('%40')) return open
  return open.replace(ADDRESS, (_, kept: string | undefined) => kept ?? '[address]')
}

/**
 * What is passed over comes first: the Message-ID of a letter, which looks like an address; an escape sequence, whose letter would
 * otherwise count as the first of the name; a URL up to its host.
 */
const ADDRESS =
  /("messageId":"<[^"]*>"|\\u[0-9a-f]{4}|\\.|:\/\/[^\s"@/\\]*@)|[^\s"\\<>()[\]{},:;/=@'`]{1,64}(?:@|%40)[\p{L}\p{N}](?:[\p{L}\p{N}.-]*[\p{L}\p{N}])?/gu
