/** Signing in at an OpenID provider. It begins and ends with a GET; what ties both together is a cookie of this browser. */
import type { Context } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { hashToken, makeSecret } from '../../auth.ts'
import { isRosterdError, RosterdError } from '../../errors.ts'
import { listOrganizations } from '../../store/organizations.ts'
import { openSession } from '../../sync/sign-in.ts'
import { browserName } from '../browser-name.ts'
import type { ConsoleContext, ProviderSettings } from '../context.ts'
import { type ConsoleEnv, type Door, isSecure, safePath } from '../door.ts'
import { enter } from '../entered.ts'
import { addressIn, type Claims, rolesIn } from './claims.ts'
import { beginAt, claimsFor, stateOf } from './provider.ts'

/** Where it begins, and below it where the provider sends the browser back to. */
export const BEGIN = '/sign-in/oidc'
const CALLBACK = `${BEGIN}/callback`
const LASTS_S = 600
/** Browsers keep no cookie whose name and value have more than 4,096 bytes (RFC 6265bis §5.6); in base64 this becomes 4,000 of them. */
const LONGEST_KEPT = 3_000

export function openIdRoutes(door: Door): void {
  const { app, context } = door

  app.get(BEGIN, async (c) => {
    const settings = settingsOf(context, c)
    const secret = makeSecret()
    const to = keepable(safePath(c.req.query('to')))
    const goal = await beginAt(settings, secret, callbackOf(context, c)).catch((error: unknown) => tell(c, error))
    keep(c, context, `${secret}.${to === null ? '' : Buffer.from(to).toString('base64url')}`)
    c.header('cache-control', 'no-store')
    return c.redirect(goal.href, 303)
  })

  app.get(CALLBACK, async (c) => {
    const settings = settingsOf(context, c)
    const [secret, to] = (getCookie(c, cookieName(context)) ?? '').split('.')
    keep(c, context, null)
    const answer = new URL(callbackOf(context, c) + new URL(c.req.url).search)
    if (!secret || !/^[\w-]{43}$/.test(secret) || answer.searchParams.get('state') !== stateOf(secret))
      throw new RosterdError('SIGN_IN_STALE')
    const claims = await claimsFor(settings, secret, answer).catch((error: unknown) => tell(c, error))
    const cookie = makeSecret()
    await open(door, c, settings, claims, cookie)
    return await enter(door, c, cookie, to ? Buffer.from(to, 'base64url').toString() : null)
  })
}

/** @throws RosterdError CLAIM_MISSING, NO_ROLE: whoever has no role does not come in, whatever the list of administrators says */
async function open(
  { context }: Door,
  c: Context<ConsoleEnv>,
  settings: ProviderSettings,
  claims: Claims,
  cookie: string,
): Promise<void> {
  const { parts } = context
  const { name: provider, emailClaim, rolesClaim } = settings
  const administratorKey = addressIn(claims, settings)
  if (administratorKey === null) throw new RosterdError('CLAIM_MISSING', { provider, claim: emailClaim })
  await parts.sql.begin(async (transaction) => {
    const organizations = (await listOrganizations(transaction)).map(({ key }) => key)
    const roles = rolesIn(claims, settings, organizations)
    if (Object.keys(roles).length === 0)
      throw new RosterdError('NO_ROLE', { provider, email: administratorKey, claim: rolesClaim })
    await openSession(transaction, {
      only: 0,
      administratorKey,
      roles,
      hash: hashToken(cookie),
      via: 'oidc',
      browser: browserName(c.req.header('user-agent')),
      at: parts.now(),
      requestId: c.var.requestId,
    })
  })
}

function settingsOf(context: ConsoleContext, c: Context): ProviderSettings {
  const settings = context.oidc?.() ?? null
  if (settings === null) throw new RosterdError('NOT_FOUND', { path: c.req.path })
  return settings
}

/** As it is registered at the provider: behind a proxy the request itself names another host. */
const callbackOf = (context: ConsoleContext, c: Context): string =>
  (context.baseUrl?.() ?? new URL(c.req.url).origin) + CALLBACK

const cookieName = (context: ConsoleContext): string => (isSecure(context) ? '__Host-rosterd_oidc' : 'rosterd_oidc')

/** Where to go on to, without its query where a cookie cannot hold that: otherwise nobody would come in at all. */
function keepable(to: string | null): string | null {
  if (to === null || to.length <= LONGEST_KEPT) return to
  const [path = ''] = to.split('?')
  return path.length <= LONGEST_KEPT ? path : null
}

/** Lax: the browser comes back from a site that is not ours. */
function keep(c: Context, context: ConsoleContext, value: string | null): void {
  setCookie(c, cookieName(context), value ?? '', {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure(context),
    maxAge: value === null ? 0 : LASTS_S,
  })
}

/** The page says what people can use; why exactly stands in the log. */
function tell(c: Context<ConsoleEnv>, error: unknown): never {
  if (isRosterdError(error)) {
    const { code, cause } = error
    // Not the whole cause: it may hold what the provider says of somebody.
    const why = cause instanceof Error ? cause.message : 'no cause'
    c.var.log.warn({ event: 'sign_in.failed', code, why }, 'signing in at the OpenID provider failed')
  }
  throw error
}
