/** The mail server of an `smtp://` or `smtps://` URL, and what a password may travel over on the way to it. */
import { parseConnectionUrl } from 'nodemailer/lib/shared'
import { isLoopback } from '../config/index.ts'

interface MailServer {
  /** Without a password: for the log and for people. */
  name: string
  auth: ReturnType<typeof parseConnectionUrl>['auth']
  options: Omit<ReturnType<typeof parseConnectionUrl>, 'auth'>
}

/**
 * Reads the URL; user, password and nodemailer's options such as `?requireTLS=true` stand in it.
 *
 * With a password and without `smtps://`, TLS by STARTTLS (RFC 3207) is required: whoever sits between could strike STARTTLS from
 * the server's answer, and would be handed the password in clear text. Not required on this machine itself, nor where the URL
 * says `?requireTLS=false` or `?ignoreTLS=true`.
 */
export function mailServerOf(url: string): MailServer {
  const { auth, ...options } = parseConnectionUrl(url)
  const host = options.host ?? 'localhost'
  const said = options['requireTLS'] !== undefined || options['ignoreTLS'] === true
  const exposed = auth !== undefined && options.secure !== true && !isLoopback(host.replace(/^\[|\]$/g, ''))
  return { name: host, auth, options: exposed && !said ? { ...options, requireTLS: true } : options }
}
