/** One SCIM endpoint, asked as identity providers ask: what comes back, or why nothing did, in words. */

export interface Reply {
  status: number
  /** Media type without parameters, lower case; empty where there is none. */
  type: string
  location: string | null
  retryAfter: string | null
  text: string
  /** Undefined where the body is no JSON. */
  json: unknown
  milliseconds: number
}

/** Nothing came back: the reason as a sentence, and what to do. */
export class Unreachable extends Error {
  readonly next: string

  constructor(sentence: string, next: string) {
    super(sentence)
    this.name = 'Unreachable'
    this.next = next
  }
}

/** As long as Okta waits. */
const PATIENCE_MS = 60_000

export class Endpoint {
  readonly url: URL
  readonly #token: string

  /** @param url its base URL; flags after a question mark go along with every request, as Entra ID sends them */
  constructor(url: URL, token: string) {
    this.url = url
    this.#token = token
  }

  /** @param bearer another token than its own; null: none */
  async get(path: string, query: Record<string, string> = {}, bearer: string | null = this.#token): Promise<Reply> {
    const asked = new URL(this.url)
    asked.pathname = `${this.url.pathname.replace(/\/+$/, '')}${path}`
    for (const [name, value] of Object.entries(query)) asked.searchParams.set(name, value)
    const started = performance.now()
    try {
      const response = await fetch(asked, {
        redirect: 'manual',
        signal: AbortSignal.timeout(PATIENCE_MS),
        headers: {
          accept: 'application/scim+json',
          'user-agent': 'rosterd scim check',
          ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        },
      })
      const text = await response.text()
      return {
        status: response.status,
        type: (response.headers.get('content-type') ?? '').split(';')[0]?.trim().toLowerCase() ?? '',
        location: response.headers.get('location'),
        retryAfter: response.headers.get('retry-after'),
        text,
        json: jsonOf(text),
        milliseconds: performance.now() - started,
      }
    } catch (error) {
      throw unreachable(error, this.url)
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

type Words = [sentence: string, next: string]

const TLS: Words = [
  'Its TLS certificate is not one that identity providers trust',
  'Give the proxy a certificate of a public authority, with the whole chain.',
]

/** By the code of the error, or of its cause. */
const WORDS: Readonly<Record<string, Words>> = {
  ECONNREFUSED: ['Nothing listens there', 'Start rosterd or the proxy before it, and check the port.'],
  ENOTFOUND: ['The name is unknown', 'Check the spelling, and that the name is in the public DNS.'],
  EAI_AGAIN: ['The name cannot be looked up at the moment', 'Check the DNS of this machine, and try again.'],
  ECONNRESET: ['The connection was cut', 'Check the log of the proxy; http on a port of https ends like this too.'],
  EHOSTUNREACH: ['No way leads to that machine', 'Check the address and the firewall.'],
  ETIMEDOUT: ['It does not answer', 'Check the firewall: identity providers come from the internet.'],
  UND_ERR_CONNECT_TIMEOUT: ['It does not answer', 'Check the firewall: identity providers come from the internet.'],
  UND_ERR_SOCKET: ['The connection was cut', 'Check the log of the proxy; http on a port of https ends like this too.'],
  CERT_HAS_EXPIRED: ['Its TLS certificate is out of date', 'Renew the certificate of the proxy.'],
  ERR_TLS_CERT_ALTNAME_INVALID: [
    'Its TLS certificate is for another name',
    'Use the name that the certificate is for, or give the proxy one for this name.',
  ],
  DEPTH_ZERO_SELF_SIGNED_CERT: TLS,
  SELF_SIGNED_CERT_IN_CHAIN: TLS,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: TLS,
  UNABLE_TO_GET_ISSUER_CERT: TLS,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: TLS,
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'It speaks no TLS on that port',
    'Use the port on which the proxy offers https, usually 443.',
  ],
  ERR_SSL_PACKET_LENGTH_TOO_LONG: [
    'It speaks no TLS on that port',
    'Use the port on which the proxy offers https, usually 443.',
  ],
}

function unreachable(error: unknown, { origin }: URL): Unreachable {
  if (error instanceof Error && error.name === 'TimeoutError')
    return new Unreachable(
      `${origin} gave no answer within ${PATIENCE_MS / 1_000} s.`,
      'Okta gives up after as long; check /readyz and the log of rosterd.',
    )
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error
  const code = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : ''
  if (code.startsWith('HPE_') || (cause instanceof Error && cause.name === 'HTTPParserError'))
    return new Unreachable(
      `${origin} answers something that is not HTTP.`,
      'Check the port: another service listens there, or it wants https.',
    )
  const [sentence, next] = WORDS[code] ?? [
    `It cannot be reached (${code || (cause instanceof Error ? cause.message : String(cause))})`,
    'Check the address, and that this machine reaches it.',
  ]
  return new Unreachable(`${sentence}: ${origin}.`, next)
}
