/** Signing in by a link, and out. Looking at a link changes nothing, so that mail scanners burn none; the button uses it up. */
import { bodyLimit } from 'hono/body-limit'
import { hashToken, makeSecret } from '../../auth.ts'
import { RosterdError } from '../../errors.ts'
import { linkIsGood } from '../../store/login-links.ts'
import { enterByLink } from '../../sync/sign-in.ts'
import { typed } from '../../typed.ts'
import { browserName } from '../browser-name.ts'
import { cameFrom, type Door, giveCookie, safePath } from '../door.ts'
import { drawBare } from '../draw.tsx'
import { enter, forgetSession } from '../entered.ts'
import { formOf } from '../route.ts'
import { BEGIN } from './openid.ts'

const MOST_BYTES = 10_000

export function signInRoutes(door: Door): void {
  const { app, context } = door
  const { parts } = context
  const limited = bodyLimit({
    maxSize: MOST_BYTES,
    onError: () => {
      throw new RosterdError('BODY_TOO_LARGE', { limit: MOST_BYTES })
    },
  })

  app.get('/sign-in', async (c) => {
    const link = c.req.query('link')
    const to = safePath(c.req.query('to'))
    if (link === undefined) {
      if (c.var.signedIn !== null) return c.redirect(to ?? '/', 303)
      return await drawBare(door, c, {
        title: 'Sign in',
        body: <HowToSignIn provider={context.oidc?.()?.name ?? null} to={to} />,
      })
    }
    if (!isSecret(link) || !(await linkIsGood(parts.sql, hashToken(link), parts.now())))
      throw new RosterdError('LINK_USED')
    return await drawBare(door, c, { title: 'Sign in', body: <SignInButton link={link} to={to} /> })
  })

  app.post('/sign-in', limited, async (c) => {
    // There is no session yet whose token the form could carry: the link itself is the secret.
    const data = await c.req.formData().catch(() => new FormData())
    const [link, to] = [data.get('link'), data.get('to')]
    if (typeof link !== 'string' || !isSecret(link)) throw new RosterdError('LINK_USED')
    const secret = makeSecret()
    await enterByLink(parts, {
      link: hashToken(link),
      cookie: hashToken(secret),
      browser: browserName(c.req.header('user-agent')),
      requestId: c.var.requestId,
    })
    return await enter(door, c, secret, typeof to === 'string' ? to : null)
  })

  app.post('/sign-out', limited, async (c) => {
    if (c.var.signedIn !== null) {
      await formOf(c)
      await forgetSession(door, c)
    }
    giveCookie(c, context, null)
    return c.redirect('/sign-in', 303)
  })

  app.post('/theme', limited, async (c) => {
    const form = await formOf(c)
    const theme = form.one('theme', ['system', 'light', 'dark'])
    const age = theme === 'system' ? 0 : 31_536_000
    c.header('set-cookie', `theme=${theme}; Path=/; Max-Age=${age}; SameSite=Lax; HttpOnly`, { append: true })
    return c.redirect(cameFrom(c) ?? '/', 303)
  })
}

const isSecret = (text: string): boolean => /^[\w-]{43}$/.test(text)

function SignInButton({ link, to }: { link: string; to: string | null }) {
  return (
    <>
      <h1>Sign in to rosterd</h1>
      <p>This link lets you in once, on this device.</p>
      <form method="post" action="/sign-in" data-once>
        <input type="hidden" name="link" value={link} />
        {to !== null && <input type="hidden" name="to" value={to} />}
        <button type="submit" class="primary" autofocus>
          Sign in
        </button>
      </form>
    </>
  )
}

function HowToSignIn({ provider, to }: { provider: string | null; to: string | null }) {
  const byLink = (
    <>
      <p>You come in with a link that works once.</p>
      <p>On the machine where rosterd runs, type:</p>
      <pre>
        <code>{typed('login-link')}</code>
      </pre>
      <p>or, for an administrator:</p>
      <pre>
        <code>{typed('login-link --administrator E-MAIL')}</code>
      </pre>
      <p>If that is not you, ask whoever runs rosterd in your organization to send you the link.</p>
    </>
  )
  return (
    <>
      <h1>Sign in to rosterd</h1>
      {provider === null ? (
        byLink
      ) : (
        <>
          <p>
            <a class="button primary" href={to === null ? BEGIN : `${BEGIN}?to=${encodeURIComponent(to)}`} autofocus>
              {`Sign in with ${provider}`}
            </a>
          </p>
          <details class="other-way">
            <summary>Sign in with a one-time link</summary>
            {byLink}
          </details>
        </>
      )}
    </>
  )
}
