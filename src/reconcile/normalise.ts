/**
 * The one place where text from outside becomes comparable. Every key that two rows are compared by is made here,
 * because the database folds differently from machine to machine (with locale C, `lower('ÄÖ')` changes nothing).
 */
import { domainToASCII } from 'node:url'
import { looksLike } from './alphabet.ts'

/** Printable ASCII without blanks at the ends: nothing to strip, trim or compose. By far the most cells. */
const PLAIN = /^(?:[!-~](?:[ -~]*[!-~])?)?$/
const ASCII = /^[\0-\x7f]*$/
/** Characters without width that editors and mail programs leave behind: BOM, zero-width space and joiners, word joiner, soft hyphen. */
const INVISIBLE = /[\uFEFF\u200B-\u200D\u2060\u00AD]/g
/** Unicode White_Space; `\s` lacks U+0085 and has U+FEFF, which is stripped before. */
const INNER = /[\s\x85]+/g

/** Strips what has no width, composes (NFC), trims every kind of white space including NBSP. */
export function clean(text: string): string {
  return PLAIN.test(text) ? text : trimmed(text.replace(INVISIBLE, '').normalize('NFC'))
}

/** `trim` that knows U+0085 too. No regular expression: `\s+$` takes quadratic time on a cell full of blanks. */
function trimmed(text: string): string {
  let rest = text.trim()
  while (rest.startsWith('\x85') || rest.endsWith('\x85')) {
    let from = 0
    let to = rest.length
    while (rest.charCodeAt(from) === 0x85) from++
    while (to > from && rest.charCodeAt(to - 1) === 0x85) to--
    rest = rest.slice(from, to).trim()
  }
  return rest
}

/** `clean`, and runs of white space inside become one blank: for names of people and groups. */
export function cleanName(text: string): string {
  const cleaned = clean(text)
  return PLAIN.test(cleaned) && !cleaned.includes('  ') ? cleaned : cleaned.replace(INNER, ' ')
}

/**
 * Case folding for comparison (ß = ss, Σ = σ = ς). JavaScript has no casefold; lower, upper, lower comes to the same,
 * but for the Turkish dotless ı, which would become i and make two mailboxes one.
 */
export function fold(text: string): string {
  if (ASCII.test(text)) return text.toLowerCase()
  return text
    .split('ı')
    .map((part) => part.toLowerCase().toUpperCase().toLowerCase().replaceAll('ς', 'σ'))
    .join('ı')
    .normalize('NFC')
}

/** The comparison key of a user name, a group's name, a product's name: `cleanName`, then `fold`. */
export function nameKey(text: string): string {
  return fold(cleanName(text))
}

const UUID = /^\{?([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}?$/i
const ROUNDED = /^[+-]?\d(?:[.,]\d+)?E\+?\d+$/i

export type AnchorReading =
  | { ok: true; anchor: string; key: string }
  | { ok: false; code: 'ANCHOR_MISSING' | 'ANCHOR_DAMAGED'; params: { v?: string } }

/**
 * An id of a source: opaque text, only trimmed; leading zeros stay. The key differs from it only for UUIDs, whose case
 * and braces mean nothing. `1.23457E+11` is what a spreadsheet leaves of a long number, and names nobody.
 */
export function readAnchor(cell: string): AnchorReading {
  const anchor = clean(cell)
  if (anchor === '') return { ok: false, code: 'ANCHOR_MISSING', params: {} }
  if (anchor.length <= 40 && ROUNDED.test(anchor)) return { ok: false, code: 'ANCHOR_DAMAGED', params: { v: anchor } }
  const uuid = anchor.length >= 36 ? UUID.exec(anchor)?.[1] : undefined
  return { ok: true, anchor, key: uuid === undefined ? anchor : uuid.toLowerCase() }
}

export type EmailReading =
  | {
      ok: true
      /** As written, unwrapped: for display and for sending. */
      email: string
      /** For comparing: local part folded, domain as an A-label. No dots or plus-tags are dropped. */
      key: string
      /** For an Entra guest `ann_home.org#EXT#@tenant`: `ann@home.org`. */
      alias: string | null
      /** The Latin address it looks like, when it mixes alphabets; a person has to look. */
      confusable: string | null
    }
  | { ok: false; code: 'EMAIL_MISSING'; params: Record<string, never> }
  | { ok: false; code: 'EMAIL_INVALID'; params: { v: string; why: string } }
  | { ok: false; code: 'EMAIL_MULTIPLE'; params: { v: string } }

const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]+$/
const LOCAL_INTERNATIONAL = /^(?:[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]|[^\p{ASCII}\p{Z}\p{C}])+$/u
const DOMAIN = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/i
const DOMAIN_INTERNATIONAL = /^(?:[A-Za-z0-9.-]|[^\p{ASCII}\p{Z}\p{C}])+$/u
const GUEST = /^(.+)_([^_]+)#EXT#@/i

/**
 * Reads one cell as one e-mail address (RFC 5321, without quoted local parts and address literals; RFC 6531 letters are
 * accepted). `mailto:` and `Ann <ann@x.com>` are unwrapped.
 */
export function readEmail(cell: string): EmailReading {
  const text = clean(cell)
  if (text === '') return { ok: false, code: 'EMAIL_MISSING', params: {} }
  const email = unwrap(text)
  const invalid = (why: string): EmailReading => ({
    ok: false,
    code: 'EMAIL_INVALID',
    params: { v: text.length > 300 ? `${text.slice(0, 300).toWellFormed()}…` : text, why },
  })
  if (text.length > 2000) return invalid('too long')
  const at = email.indexOf('@')
  if (at !== email.lastIndexOf('@') || /[;,\s]/.test(text)) {
    const several = text.split(/[;,|\s]+/).filter((part) => /^<?[^@<>]+@[^@<>]+>?$/.test(part))
    if (several.length > 1)
      return { ok: false, code: 'EMAIL_MULTIPLE', params: { v: text.slice(0, 300).toWellFormed() } }
  }
  if (email.length > 254) return invalid('too long')
  if (at < 0) return invalid('no @')
  if (at !== email.lastIndexOf('@')) return invalid('two @')
  if (/\s/.test(email)) return invalid('space inside')
  const local = email.slice(0, at)
  const domain = email.slice(at + 1)
  if (local === '') return invalid('nothing before the @')
  if (domain === '') return invalid('nothing after the @')
  if (local.length > 64 && !/#EXT#$/i.test(local)) return invalid('too long before the @')
  if (local.startsWith('.') || local.endsWith('.') || local.includes('..')) return invalid('a dot in the wrong place')
  if (!LOCAL.test(local) && !LOCAL_INTERNATIONAL.test(local)) return invalid('a character that is not allowed')
  const label = domainLabel(domain)
  if (label === null) return invalid(domain.includes('.') ? 'the domain is not valid' : 'no dot in the domain')
  const key = `${fold(local)}@${label}`
  const guest = email.includes('#') ? GUEST.exec(email) : null
  return {
    ok: true,
    email,
    key,
    alias: guest ? `${guest[1]}@${guest[2]}` : null,
    confusable: ASCII.test(email) ? null : looksLike(email),
  }
}

/** The A-label form of a domain, lower case; null when it is none. Numbers alone would be an IP address. */
export function domainLabel(domain: string): string | null {
  const international = !ASCII.test(domain) || /(?:^|\.)xn--/i.test(domain)
  if (international && !DOMAIN_INTERNATIONAL.test(domain)) return null
  const label = international ? domainToASCII(domain) : domain.toLowerCase()
  return label.length <= 253 && DOMAIN.test(label) && !/(?:^|\.)\d+$/.test(label) ? label : null
}

function unwrap(text: string): string {
  const inside = text.endsWith('>') ? /^[^<>]*<([^<>]*)>$/.exec(text)?.[1] : undefined
  const bare = inside === undefined ? text : clean(inside)
  return /^mailto:/i.test(bare) ? bare.slice(7).replace(/\?.*$/s, '') : bare
}
