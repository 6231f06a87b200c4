/** The small values of the config file. Messages are predicates: the reader puts the name of the setting before them. */
import { validateDetailed } from 'node-cron'
import { z } from 'zod'
import { domainLabel, readEmail } from '../reconcile/normalise.ts'

export const word = z.string().trim().min(1, 'must not be empty')

/** Keys of organizations, products, sources and rules: they stand in URLs, commands and folder names. */
export const slug = z
  .string()
  .regex(
    /^[a-z0-9][a-z0-9_-]{0,62}$/,
    'must be lower-case letters, digits, - and _, and begin with a letter or a digit',
  )

export const port = z.int().min(0).max(65_535)

export const email = word.refine((text) => readEmail(text).ok, 'must be an e-mail address')

/** A domain in its comparison form (lower case, A-label). */
export const domain = word
  .refine((text) => domainLabel(text) !== null, 'must be a domain such as acme.example')
  .transform((text) => domainLabel(text) ?? text)

/** `rosterd <rosterd@localhost>` or a bare address. */
export const mailbox = word.regex(
  /^(?:[^<>@\r\n]*<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/,
  'must be an address such as "rosterd <rosterd@acme.example>"',
)

const MILLISECONDS = new Map([
  ['ms', 1],
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
])

/** `2s`, `5m`, `26h`, `7d` → milliseconds. */
export const duration = z
  .string()
  .regex(/^\d{1,9}(?:ms|s|m|h|d)$/, 'must be a duration such as 2s, 5m, 26h or 7d')
  .transform((text) => Number.parseInt(text, 10) * (MILLISECONDS.get(text.replace(/^\d+/, '')) ?? 1))

const BYTES = new Map([
  ['KiB', 1024],
  ['MiB', 1024 ** 2],
])

/** `512KiB`, `10MiB` → bytes; at least 64 KiB, at most 1,024 MiB. */
export const size = z
  .string()
  .regex(/^\d{1,7}(?:KiB|MiB)$/, 'must be a size such as 512KiB or 10MiB')
  .transform((text) => Number.parseInt(text, 10) * (BYTES.get(text.replace(/^\d+/, '')) ?? 1))
  .refine((bytes) => bytes >= 65_536 && bytes <= 1024 ** 3, 'must be between 64KiB and 1024MiB')

const YEAR_MS = 365 * 86_400_000

/** How long leaving may take. */
export const leave = duration.refine((milliseconds) => milliseconds <= YEAR_MS, 'must be at most 365d')

/** Where administrators reach rosterd; without a slash at its end. */
export const baseUrl = word
  .refine((text) => {
    const url = URL.parse(text)
    return url !== null && /^https?:$/.test(url.protocol) && url.username === '' && url.search === '' && url.hash === ''
  }, 'must be an address such as https://rosterd.acme.example')
  .transform((text) => text.replace(/\/+$/, ''))

const urlOf = (protocols: RegExp, message: string) =>
  word.refine((text) => {
    const url = URL.parse(text)
    return url !== null && protocols.test(url.protocol) && (url.hostname !== '' || url.searchParams.has('host'))
  }, message)

export const smtpUrl = urlOf(/^smtps?:$/, 'must begin with smtp:// or smtps:// and name a mail server')
export const databaseUrl = urlOf(/^postgres(?:ql)?:$/, 'must begin with postgres:// and name a server')
/** What a bearer token may consist of (RFC 6750 §2.1): anything else would never be found in a request. Shorter ones can be guessed. */
export const adminToken = z
  .string()
  .min(16, 'must have 16 characters or more')
  .regex(/^[A-Za-z0-9._~+/-]+=*$/, 'must consist of letters, digits and any of . _ ~ + / - (and = at its end)')

export const isAdminToken = (text: string): boolean => adminToken.safeParse(text).success

export const encoding = word.refine((label) => {
  try {
    return new TextDecoder(label).encoding !== ''
  } catch {
    return false
  }
}, 'must be the name of an encoding, such as windows-1252 or utf-16le')

export const zone = word.refine((name) => {
  if (/^[+-]/.test(name)) return false
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}, 'must be a time zone such as Europe/Berlin')

/** Five fields of cron, of numbers, names, ranges, lists and steps; L, W and # mean different things to different programs. */
const cron = word.refine((text) => {
  if (text.split(/\s+/).length !== 5 || /[LW#?]/.test(text.replace(/[A-Z]{3}/gi, ''))) return false
  return validateDetailed(text).valid
}, 'must be five fields of cron (minute, hour, day, month, weekday), such as "30 2 * * *", or never')

/** `never`, five fields in the organization's zone, or both said. */
export const schedule = z.union([
  z.literal('never').transform(() => null),
  cron.transform((text) => ({ cron: text, zone: null })),
  z.strictObject({ cron, zone: zone.nullable().default(null) }),
])
