/** What is no HTTP request at all, or one with more than may stand in its head: also that is told in a body, since people read it. */
import type { ServerResponse } from 'node:http'
import type { Duplex } from 'node:stream'

/** Characters that the head of a request may have: a filter of the greatest length, percent-encoded, with room for the rest. */
export const MOST_HEAD = 65_536

/** Milliseconds that a client has to read the answer and to close its side. */
const LINGER_MS = 2_000

const ANSWERS: Readonly<Record<string, { status: number; title: string; detail: string }>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    title: 'Request Header Fields Too Large',
    detail: `The address and the headers of a request may have ${MOST_HEAD} characters; send a long filter by POST to .search.`,
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    status: 408,
    title: 'Request Timeout',
    detail: 'The request did not come to its end in time; send it again.',
  },
}
const UNREADABLE = { status: 400, title: 'Bad Request', detail: 'This is no HTTP request that can be read.' }

/** Answers where no request could be read, as whoever asked expects it: SCIM has an error schema of its own (RFC 7644 §3.12). */
export function answerUnreadable(error: Error & { code?: string; rawPacket?: unknown }, socket: Duplex): void {
  // Something was already answered on it, or nobody is there any more.
  if (!socket.writable || error.code === 'ECONNRESET' || ('bytesWritten' in socket && socket.bytesWritten !== 0)) {
    socket.destroy()
    return
  }
  const answer = ANSWERS[error.code ?? ''] ?? UNREADABLE
  const { status, title } = answer
  // Of a head that is too long only the last piece is known; nobody but a filter makes one so long.
  const scim = status === 431 || (Buffer.isBuffer(error.rawPacket) && error.rawPacket.includes('/scim/'))
  const { type, text } = wordsOf(answer, scim)
  const head = `HTTP/1.1 ${status} ${title}\r\ncontent-type: ${type}\r\ncontent-length: ${Buffer.byteLength(text)}\r\nconnection: close\r\n\r\n`
  socket.end(head + text)
  // Who never closes the other half would keep the connection for ever: its request is no longer among those that have a limit.
  const late = setTimeout(() => socket.destroy(), LINGER_MS)
  socket.once('close', () => clearTimeout(late))
}

const NONSENSE = {
  status: 400,
  title: 'Bad Request',
  detail: 'The address or the Host header of the request is no address; percent-encode what may not stand in one.',
}

/** Answers a request with an address that is none: `/Users/CORP\\jsmith`, `Host: a@b`, the whole address of another host. */
export function answerNonsense(address: string | undefined, outgoing: ServerResponse): void {
  const { type, text } = wordsOf(NONSENSE, address?.includes('/scim/') === true)
  outgoing.writeHead(NONSENSE.status, { 'content-type': type, connection: 'close' }).end(text)
}

function wordsOf({ status, title, detail }: typeof UNREADABLE, scim: boolean): { type: string; text: string } {
  const body = scim
    ? { schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'], status: String(status), detail }
    : { type: 'about:blank', title, status, detail }
  return { type: scim ? 'application/scim+json' : 'application/problem+json', text: JSON.stringify(body) }
}
