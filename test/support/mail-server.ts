/** A real SMTP server on a free port of this machine that behaves as told. */
import { SMTPServer, type SMTPServerSession } from 'smtp-server'

export interface Delivery {
  from: string
  to: string[]
  raw: string
}

/** `answer`: it has taken the letter, and only its answer is missing. */
type Phase = 'recipient' | 'text' | 'answer'

export interface ServerBehaviour {
  /** Answer to MAIL FROM, to RCPT TO, and to the text, where it is not "accepted". */
  sender?: number
  recipient?: number
  text?: number
  /** Ends the connection without an answer: instead of answering RCPT TO, or after the whole text. */
  dropAt?: Phase
  /** Never answers. */
  hangAt?: Phase
  login?: { user: string; password: string }
}

export type MailServer = Awaited<ReturnType<typeof mailServer>>

/** Starts it. `deliveries` grows with each accepted mail; `silent` settles when it first leaves a client without an answer. */
export async function mailServer(behaviour: ServerBehaviour = {}) {
  const deliveries: Delivery[] = []
  const silence = Promise.withResolvers<void>()
  const answer = (code: number | undefined, callback: (error?: Error | null) => void) =>
    callback(code === undefined ? null : Object.assign(new Error('as the test wants it'), { responseCode: code }))
  const server = new SMTPServer({
    authOptional: behaviour.login === undefined,
    allowInsecureAuth: true,
    hideSTARTTLS: true,
    disableReverseLookup: true,
    closeTimeout: 100,
    logger: false,
    onAuth: ({ username, password }, _session, callback) => {
      const right = username === behaviour.login?.user && password === behaviour.login?.password
      callback(
        right ? null : Object.assign(new Error('no'), { responseCode: 535 }),
        right ? { user: username } : undefined,
      )
    },
    onMailFrom: (_address, _session, callback) => answer(behaviour.sender, callback),
    onRcptTo: (_address, session, callback) => {
      if (behaviour.hangAt === 'recipient') return silence.resolve()
      if (behaviour.dropAt === 'recipient') return drop(session)
      answer(behaviour.recipient, callback)
    },
    onData: (stream, session, callback) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (behaviour.hangAt === 'text') return silence.resolve()
        if (behaviour.dropAt === 'text') return drop(session)
        if (behaviour.text !== undefined) return answer(behaviour.text, callback)
        const { mailFrom, rcptTo } = session.envelope
        deliveries.push({
          from: mailFrom ? mailFrom.address : '',
          to: rcptTo.map(({ address }) => address),
          raw: Buffer.concat(chunks).toString('utf8'),
        })
        if (behaviour.hangAt === 'answer') return silence.resolve()
        if (behaviour.dropAt === 'answer') return drop(session)
        callback(null)
      })
    },
  })
  const drop = (session: SMTPServerSession) => {
    for (const connection of server.connections) if (connection.session.id === session.id) connection.close()
  }
  // A client that is killed in the middle of a letter resets its connection.
  server.on('error', () => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.server.address()
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    deliveries,
    silent: silence.promise,
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  }
}
