/** The door of the console: whoever comes in has a session, asks from a page of ours, and gets pages that run nothing foreign. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { Context, Hono, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { csrf } from 'hono/csrf'
import { HTTPException } from 'hono/http-exception'
import { secureHeaders } from 'hono/secure-headers'
import type { Logger } from 'pino'
import { hashToken } from '../auth.ts'
import { RosterdError } from '../errors.ts'
import { recognise, type SignedIn } from '../sync/sign-in.ts'
import type { ConsoleContext } from './context.ts'

export interface ConsoleEnv {
  Variables: { requestId: string; log: Logger; signedIn: SignedIn | null; secret: string | null }
}

/** The routes of the console, with what all of them need. */
export interface Door {
  app: Hono<ConsoleEnv>
  context: ConsoleContext
  /** Patterns below the organization that have a page, so that nothing links to what is not there. */
  offered: Set<string>
}

/**
 * Scripts and styles come from files of ours alone, nothing may frame a page, and forms lead nowhere else. The address of a page stays
 * in the house; without any, browsers would call the origin of a form `null`.
 */
export const guarded = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'", 'data:'],
    connectSrc: ["'self'"],
    formAction: ["'self'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  xFrameOptions: 'DENY',
  referrerPolicy: 'same-origin',
  // The proxy with TLS says it, for all that it serves.
  strictTransportSecurity: false,
})

export const isSecure = (context: ConsoleContext): boolean => context.baseUrl?.().startsWith('https://') ?? false

/** `__Host-` ties the cookie to this host and to TLS (RFC 6265bis §4.1.3.2). */
const cookieName = (context: ConsoleContext): string =>
  isSecure(context) ? '__Host-rosterd_session' : 'rosterd_session'

/** Gives the browser its session; with null, takes it away. */
export function giveCookie(c: Context, context: ConsoleContext, secret: string | null): void {
  setCookie(c, cookieName(context), secret ?? '', {
    path: '/',
    httpOnly: true,
    sameSite: 'Lax',
    secure: isSecure(context),
    ...(secret === null && { maxAge: 0 }),
  })
}

/** Finds out who is there; nobody is turned away yet. */
export function recognising(context: ConsoleContext): MiddlewareHandler<ConsoleEnv> {
  return async (c, next) => {
    c.set('signedIn', null)
    c.set('secret', null)
    const secret = getCookie(c, cookieName(context)) ?? null
    const known = secret !== null && /^[\w-]{43}$/.test(secret)
    c.set('secret', known ? secret : null)
    c.set('signedIn', known ? await recognise(context.parts, hashToken(secret)) : null)
    await next()
  }
}

/** Refuses what another site sends in somebody's name: by what the browser says of the sender (Sec-Fetch-Site, Origin). */
export function fromOurPages(context: ConsoleContext): MiddlewareHandler<ConsoleEnv> {
  const check = csrf({ origin: (origin, c) => origins(context, c).includes(origin) })
  return async (c, next) => {
    try {
      return await check(c, next)
    } catch (error) {
      if (error instanceof HTTPException && error.status === 403) throw new RosterdError('FORM_STALE')
      throw error
    }
  }
}

function origins(context: ConsoleContext, c: Context): string[] {
  const asked = new URL(c.req.url).origin
  const base = context.baseUrl?.()
  return base === undefined ? [asked] : [asked, new URL(base).origin]
}

/** What every form carries: known only to whoever can read the pages of this session. */
export function formToken(secret: string): string {
  return createHash('sha256').update(`form ${secret}`).digest('base64url')
}

/** @throws RosterdError FORM_STALE for a form of another session, or of nobody's */
export function checkFormToken(secret: string, given: string): void {
  const [wanted, found] = [formToken(secret), given].map((text) => createHash('sha256').update(text).digest())
  if (wanted === undefined || found === undefined || !timingSafeEqual(wanted, found)) {
    throw new RosterdError('FORM_STALE')
  }
}

/** What is chosen for a bulk operation stands in the address: up to a thousand ids. */
const LONGEST_PATH = 8_000

/** A path of this site to go on to, or null: whoever writes a link must not lead people elsewhere through it. */
export function safePath(given: string | undefined | null): string | null {
  if (given === undefined || given === null || !/^\/(?![/\\])[\x21-\x7e]*$/.test(given) || given.length > LONGEST_PATH)
    return null
  return given.includes('\\') || given.startsWith('/sign-') ? null : given
}

/** The page that the request came from, as a path of this site. */
export function cameFrom(c: Context): string | null {
  const referer = c.req.header('referer')
  if (referer === undefined || !URL.canParse(referer)) return null
  const { pathname, search } = new URL(referer)
  return safePath(pathname + search)
}
