/** How a letter leaves: over SMTP, or, where no mail server is set, as a file that any mail program opens. */
import MailComposer from 'nodemailer/lib/mail-composer'
import { mailFolder } from './mail-folder.ts'
import type { Letter } from './paper.ts'
import { smtp } from './smtp.ts'
import { type Composed, MailError } from './transport.ts'

/** A letter with its address: what a mailer is handed. */
export interface Post {
  letter: Letter
  /** One address; it is never parsed as a list. */
  to: string
  /** Names the file of a letter that is not mailed, e.g. `acme-12`. */
  name: string
}

export interface Mailer {
  /** Where letters go, in words without a password: for the log and for people. */
  destination: string
  /**
   * Sends one letter and returns its Message-ID. Rejects with a MailError. When the signal aborts, the connection is cut:
   * `temporary` when the text had not begun to leave, else `unknown`.
   */
  send(post: Post, signal?: AbortSignal): Promise<string>
}

export interface MailSettings {
  /** `smtp://…` or `smtps://…`; null = write files. */
  smtpUrl: string | null
  /** `Name <address>`. */
  from: string
  /** Where the files go. */
  folder: string
}

/** The mailer for these settings. Nothing is connected or created before the first letter. */
export function createMailer(settings: MailSettings): Mailer {
  const transport = settings.smtpUrl === null ? mailFolder(settings.folder) : smtp(settings.smtpUrl)
  return {
    destination: transport.destination,
    async send(post, signal) {
      const mail = await compose(post, settings.from)
      await transport.deliver(mail, post.name, signal)
      return mail.messageId
    },
  }
}

/** Auto-Submitted (RFC 3834) and its Exchange cousin keep holiday notices from answering. */
const HEADERS = { 'Auto-Submitted': 'auto-generated', 'X-Auto-Response-Suppress': 'All' }

async function compose(post: Post, from: string): Promise<Composed> {
  try {
    return await build(post, from)
  } catch (error) {
    if (error instanceof MailError) throw error
    throw new MailError('permanent', 'The letter could not be put together.', error)
  }
}

async function build({ letter, to }: Post, from: string): Promise<Composed> {
  const { subject, text, html } = letter
  const node = new MailComposer({
    from,
    to: { name: '', address: to },
    subject,
    text,
    html,
    headers: HEADERS,
    disableFileAccess: true,
    disableUrlAccess: true,
  }).compile()
  const envelope = node.getEnvelope()
  const [recipient, ...more] = envelope.to
  if (envelope.from === false || recipient === undefined || more.length > 0) {
    throw new MailError('permanent', `"${to}" is not one e-mail address.`)
  }
  return { raw: await node.build(), from: envelope.from, to: recipient, messageId: node.messageId() }
}
