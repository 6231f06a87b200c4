/**
 * One letter over SMTP (RFC 5321). nodemailer's own transport does not tell whether the text had begun to leave when a
 * connection broke; its connection class does, since it reads the text only after the server's 354.
 */
import { Readable } from 'node:stream'
import SMTPConnection from 'nodemailer/lib/smtp-connection'
import { mailServerOf } from './mail-server.ts'
import { MailError, type Transport } from './transport.ts'

/** Milliseconds. A mail server that is there answers within these. */
const TIMEOUTS = { connectionTimeout: 10_000, dnsTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 30_000 }

/** Milliseconds for a whole letter: well before another process takes it for one that was left behind. */
const DEADLINE = 90_000

/**
 * Sends over the server of an `smtp://` or `smtps://` URL, as `mailServerOf` reads it. A user and password in it are a condition:
 * a server, or whoever answers in its place, that does not let us sign in gets no letter.
 * One connection per letter: letters are few, and a connection that breaks then concerns exactly one of them.
 */
export function smtp(url: string, deadline = DEADLINE): Transport {
  const { name: host, auth, options } = mailServerOf(url)
  return {
    destination: `mail server ${host}`,
    deliver(mail, _name, signal) {
      const text = new TextOnDemand(mail.raw)
      const connection = new SMTPConnection({ ...TIMEOUTS, ...options, socketCloseTimeout: 1_000 })
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      let settled = false
      const settle = (error?: Error | null) => {
        if (settled) return
        settled = true
        clearTimeout(clock)
        signal?.removeEventListener('abort', cut)
        if (error) {
          connection.close()
          reject(judge(error, text.began, host))
        } else {
          connection.quit()
          setTimeout(() => connection.close(), 1_000).unref()
          resolve()
        }
      }
      const clock = setTimeout(() => settle(new Error(`no end after ${deadline / 1_000} s`)), deadline)
      const cut = () => settle(new Error('rosterd is stopping'))
      const send = () => {
        const envelope = { from: mail.from, to: [mail.to], size: mail.raw.length }
        connection.send(envelope, text, settle)
      }
      signal?.addEventListener('abort', cut, { once: true })
      connection.on('error', settle)
      connection.once('end', () => settle(new Error('the mail server closed the connection')))
      if (signal?.aborted) cut()
      else
        connection.connect((error) => {
          if (error) settle(error)
          else if (auth === undefined) send()
          else if (!connection.allowsAuth) settle(notAsked(host))
          else connection.login({ ...auth, credentials: auth }, (refused) => (refused ? settle(refused) : send()))
        })
      return promise
    },
  }
}

/** The bytes of a mail that notice when they are first read. */
class TextOnDemand extends Readable {
  began = false
  readonly #raw: Buffer

  constructor(raw: Buffer) {
    super()
    this.#raw = raw
  }

  override _read(): void {
    this.began = true
    this.push(this.#raw)
    this.push(null)
  }
}

const notAsked = (host: string) =>
  new MailError(
    'temporary',
    `The mail server ${host} does not offer to sign in, but SMTP_URL has a user and a password, so nothing was sent. Take them out if this server needs none; else ask who runs it, or what stands between.`,
  )

/** Either the server has no STARTTLS, or TLS failed after it said yes: a certificate, mostly. */
function noTls(host: string, cause: SmtpFailure): MailError {
  const why =
    cause.response === undefined
      ? `${cause.message}. Mend its certificate, or write SMTP_URL with the name that stands in it.`
      : 'it does not know STARTTLS, or something between here and there keeps it away. Use smtps:// or another port of the server; if the way to it is trusted, add ?requireTLS=false to SMTP_URL.'
  return new MailError(
    'temporary',
    `The mail server ${host} did not take up TLS, so neither password nor letter was sent: ${why}`,
    cause,
  )
}

/** What nodemailer may hang on an error. */
interface SmtpFailure extends Error {
  code?: string
  command?: string
  response?: string
  responseCode?: number
}

/**
 * An answer of the server decides: 4xx means later, 5xx to the recipient or to the text means never (RFC 5321 §4.2.1). 5xx to
 * anything before (login, sender) is about our settings, not about this letter, and is worth another try once they are
 * corrected. Without an answer only this counts: had the text begun to leave?
 */
function judge(error: SmtpFailure, began: boolean, host: string): MailError {
  const { responseCode = 0, command, response, code } = error
  if (error instanceof MailError) return error
  if (code === 'ETLS' && command === 'STARTTLS') return noTls(host, error)
  if (responseCode >= 400) {
    const never = responseCode >= 500 && (command === 'RCPT TO' || command === 'DATA')
    return new MailError(
      never ? 'permanent' : 'temporary',
      `The mail server answered: ${response ?? responseCode}`,
      error,
    )
  }
  if (began) {
    const lost = 'The connection to the mail server was lost while the letter was leaving; it may have arrived'
    return new MailError('unknown', `${lost}: ${error.message}`, error)
  }
  if (code === 'EENVELOPE' && command === 'API') {
    return new MailError('permanent', `The address cannot be written to: ${error.message}`, error)
  }
  return new MailError('temporary', `The mail server could not be used: ${error.message}`, error)
}
