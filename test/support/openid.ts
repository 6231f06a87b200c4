/** An OpenID provider on this machine, whose people say nothing and are who the test says. */
import { generateKeyPairSync } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Provider, { type Asked } from 'oidc-provider'

export const CLIENT = { id: 'rosterd', secret: 'a-secret-of-the-client' }

/** What it does with whoever comes: signs them in as somebody with these claims, or refuses. */
export type Next = { claims: Record<string, unknown> } | { refuses: string }

/**
 * @param callback where it may send browsers back to
 * @param inToken whether its tokens tell everything; else it tells more when asked (OpenID Connect Core §5.4)
 */
export async function openProvider(callback: string, inToken: boolean) {
  const state: { next: Next; answering: boolean } = { next: { refuses: 'nobody said who comes' }, answering: true }
  const known = new Map<string, Record<string, unknown>>()
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const issuer = `http://localhost:${(server.address() as AddressInfo).port}`
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const provider = new Provider(issuer, {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: [callback] }],
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['groups', 'realm'] },
    conformIdTokenClaims: !inToken,
    cookies: { keys: ['a key of cookies'] },
    features: { devInteractions: { enabled: false } },
    findAccount: (_: Asked, sub: string) => ({ accountId: sub, claims: () => ({ ...known.get(sub), sub }) }),
    interactions: { url: (_: Asked, { uid }: { uid: string }) => `/interaction/${uid}` },
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256', kid: 'one' }] },
    loadExistingGrant: async ({ oidc }: Asked) => {
      const grant = new oidc.provider.Grant({ clientId: oidc.client.clientId, accountId: oidc.session.accountId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
    ttl: { AccessToken: 600, Grant: 600, IdToken: 600, Interaction: 600, Session: 600 },
    pkce: { required: () => true },
  })
  const answer = provider.callback()
  server.on('request', (request, response) => {
    if (!state.answering) {
      response.writeHead(503).end()
    } else if (request.url?.startsWith('/interaction/')) {
      const { next } = state
      const sub = `person-${known.size}`
      if ('claims' in next) known.set(sub, next.claims)
      const result =
        'claims' in next ? { login: { accountId: sub } } : { error: 'access_denied', error_description: next.refuses }
      provider.interactionFinished(request, response, result).catch((error: unknown) => {
        response.writeHead(500).end(String(error))
      })
    } else {
      answer(request, response)
    }
  })
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      server.closeAllConnections()
    })
  return { issuer, state, close }
}

export type OpenProvider = Awaited<ReturnType<typeof openProvider>>
