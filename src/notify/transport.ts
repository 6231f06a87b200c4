/** What carries a finished mail away, and what its failures mean. */

/** The finished mail: RFC 5322 bytes and the SMTP envelope. */
export interface Composed {
  raw: Buffer
  from: string
  to: string
  messageId: string
}

export interface Transport {
  /** Where mails go, in words without a password: for the log and for people. */
  destination: string
  /** Resolves once the mail is handed over. Rejects with a MailError; an aborted signal cuts the connection. */
  deliver(mail: Composed, name: string, signal?: AbortSignal): Promise<void>
}

/**
 * `temporary` = not sent, try again; `permanent` = this address will never take it; `unknown` = the text had begun to leave
 * when the connection was lost, so it may have arrived.
 */
export type MailFailure = 'temporary' | 'permanent' | 'unknown'

export class MailError extends Error {
  readonly failure: MailFailure

  constructor(failure: MailFailure, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'MailError'
    this.failure = failure
  }
}
