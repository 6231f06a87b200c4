/** The OpenID provider, as the console speaks with it: authorization code with PKCE, state and nonce (OpenID Connect Core §3.1). */
import { createHash } from 'node:crypto'
import * as client from 'openid-client'
import { RosterdError } from '../../errors.ts'
import type { ProviderSettings } from '../context.ts'
import { addressIn, type Claims, claimOf } from './claims.ts'

const TIMEOUT_S = 10

/** What it told of itself, by what the configuration says of it: asked once, and again after it failed. */
let known: { of: string; metadata: Promise<client.Configuration> } | null = null

/** Where the browser goes to sign in. `secret` stays with it and ties the answer to it. */
export async function beginAt(settings: ProviderSettings, secret: string, callback: string): Promise<URL> {
  const provider = await discovered(settings)
  return client.buildAuthorizationUrl(provider, {
    redirect_uri: callback,
    scope: settings.scopes,
    state: stateOf(secret),
    nonce: derived('nonce', secret),
    code_challenge: await client.calculatePKCECodeChallenge(derived('verifier', secret)),
    code_challenge_method: 'S256',
  })
}

/** What the provider is told and gives back: no other page can know it. */
export const stateOf = (secret: string): string => derived('state', secret)

/** One secret in the browser is enough for three values that must not say anything of each other. */
const derived = (what: string, secret: string): string =>
  createHash('sha256').update(`${what} ${secret}`).digest('base64url')

/**
 * Trades the code that the browser came back with for what the provider says of its person.
 *
 * @param answer the address that the browser came back to, as it was registered at the provider
 * @throws RosterdError SIGN_IN_REFUSED, SIGN_IN_STALE, PROVIDER_AWAY, each with its cause
 */
export async function claimsFor(settings: ProviderSettings, secret: string, answer: URL): Promise<Claims> {
  const provider = await discovered(settings)
  try {
    const tokens = await client.authorizationCodeGrant(provider, answer, {
      expectedState: stateOf(secret),
      expectedNonce: derived('nonce', secret),
      pkceCodeVerifier: derived('verifier', secret),
    })
    const claims = tokens.claims()
    if (claims === undefined) throw new RosterdError('PROVIDER_AWAY', { provider: settings.name })
    const complete = addressIn(claims, settings) !== null && claimOf(claims, settings.rolesClaim) !== undefined
    if (complete || provider.serverMetadata().userinfo_endpoint === undefined) return claims
    // Many put into the token only what identifies somebody, and tell the rest when asked. Whoever is refused that has what the token says.
    const more = await client.fetchUserInfo(provider, tokens.access_token, claims.sub).catch(() => ({}))
    return { ...more, ...claims }
  } catch (cause) {
    throw cause instanceof RosterdError ? cause : refusal(settings, cause)
  }
}

async function discovered({ name, issuer, clientId, clientSecret }: ProviderSettings): Promise<client.Configuration> {
  const of = JSON.stringify([issuer, clientId, clientSecret])
  known = known?.of === of ? known : { of, metadata: discover(new URL(issuer), clientId, clientSecret) }
  const asked = known
  try {
    return await asked.metadata
  } catch (cause) {
    if (known === asked) known = null
    throw new RosterdError('PROVIDER_AWAY', { provider: name }, { cause })
  }
}

/** The secret goes as the provider says it takes it, and in a header where it says nothing (OpenID Connect Discovery §3). */
async function discover(issuer: URL, clientId: string, clientSecret: string): Promise<client.Configuration> {
  const execute = issuer.protocol === 'http:' ? [client.allowInsecureRequests] : []
  const auth: client.ClientAuth = (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? ['client_secret_basic']
    const send = methods.includes('client_secret_basic') ? client.ClientSecretBasic : client.ClientSecretPost
    send(clientSecret)(server, ...rest)
  }
  return await client.discovery(issuer, clientId, undefined, auth, { execute, timeout: TIMEOUT_S })
}

function refusal({ name: provider }: ProviderSettings, cause: unknown): RosterdError {
  if (cause instanceof client.AuthorizationResponseError) {
    const reason = (cause.error_description ?? cause.error).trim().slice(0, 300)
    return new RosterdError('SIGN_IN_REFUSED', { provider, reason: sentence(reason) }, { cause })
  }
  // The code was used before, or is too old.
  if (cause instanceof client.ResponseBodyError && cause.error === 'invalid_grant')
    return new RosterdError('SIGN_IN_STALE', {}, { cause })
  return new RosterdError('PROVIDER_AWAY', { provider }, { cause })
}

const sentence = (text: string): string => (/[.!?]$/.test(text) ? text : `${text}.`)
