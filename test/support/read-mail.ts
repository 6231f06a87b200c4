/** What a person would see of a mail that arrived. */
import type { Delivery } from './mail-server.ts'

export interface Mail {
  to: string
  subject: string
  /** The plain text, lines joined as they were written. */
  text: string
}

/** Reads what rosterd sends: folded headers, encoded words (RFC 2047), a quoted-printable or base64 text part. */
export function readMail({ to, raw }: Delivery): Mail {
  const head = raw.slice(0, raw.indexOf('\r\n\r\n')).replace(/\r\n[ \t]+/g, ' ')
  const subject = /^Subject: (.*)$/m.exec(head)?.[1] ?? ''
  return { to: to.join(', '), subject: decodeWords(subject.trim()), text: textPart(raw) }
}

function decodeWords(text: string): string {
  const joined = text.replace(/\?=\s+=\?/g, '?==?')
  return joined.replace(/=\?utf-8\?([QB])\?(.*?)\?=/gi, (_, kind: string, word: string) =>
    kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64').toString() : quotedPrintable(word.replaceAll('_', ' ')),
  )
}

function textPart(raw: string): string {
  const part = raw.slice(raw.search(/^Content-Type: text\/plain/im))
  const begin = part.indexOf('\r\n\r\n')
  const [head, rest] = [part.slice(0, begin), part.slice(begin + 4)]
  const body = rest.split(/^--\S+(?:--)?\r$/m)[0] ?? ''
  if (/base64/i.test(head)) return Buffer.from(body, 'base64').toString()
  return /quoted-printable/i.test(head) ? quotedPrintable(body) : body
}

function quotedPrintable(text: string): string {
  const bytes = text
    .replace(/=\r\n/g, '')
    .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)))
  return Buffer.from(bytes, 'latin1').toString('utf8')
}
