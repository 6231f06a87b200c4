/** What went wrong, as a page: the sentence of the catalogue and what to do next. */
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { isRosterdError, RosterdError } from '../errors.ts'
import { reasonNext, reasonSentence } from '../reconcile/reasons.ts'
import { isDisconnection } from '../store/disconnection.ts'
import { CsvRefusal } from '../sync/csv/refusal.ts'
import { type ConsoleEnv, cameFrom, type Door } from './door.ts'
import { draw, drawBare } from './draw.tsx'
import { nextOnPages } from './error-words.ts'
import { hereOf } from './here.ts'
import { onPages } from './plans/next-words.ts'
import type { Screen } from './screen.ts'

interface Told {
  status: number
  title: string
  sentence: string
  next: string
}

const TITLES: Readonly<Record<number, string>> = {
  400: 'That cannot be read',
  401: 'You are signed out',
  403: 'You may not do that',
  404: 'There is nothing here',
  409: 'That is not possible now',
  410: 'This link is over',
  413: 'That is too large',
  429: 'Too fast',
  503: 'Not available now',
}

/** Answers a request of the console that threw. */
export async function answerWithPage(door: Door, error: unknown, c: Context<ConsoleEnv>): Promise<Response> {
  const told = tell(error, c)
  if (told.status === 401) return await signedOut(door, c, told)
  const organization = c.var.signedIn?.organizations.find((one) => one.key === c.req.param('organization'))
  const back = cameFrom(c)
  const body = (
    <div class="error">
      <p>{told.sentence}</p>
      <p class="next">{told.next}</p>
      <p>
        <a class="button" href={back ?? '/'}>
          {back === null ? 'To the main page' : 'Back to where you were'}
        </a>
      </p>
    </div>
  )
  const screen: Screen = { title: told.title, place: null, body, status: told.status }
  if (organization === undefined)
    return await drawBare(door, c, {
      ...screen,
      body: (
        <>
          <h1>{told.title}</h1>
          {body}
        </>
      ),
    })
  return await draw(door, c, hereOf(door, c, { key: organization.key, zone: 'UTC' }), screen)
}

/** Who only looks is led through signing in and back; who sent something is told that it was not done. */
async function signedOut(
  door: Door,
  c: Context<ConsoleEnv>,
  { title, sentence, next, status }: Told,
): Promise<Response> {
  const { pathname, search } = new URL(c.req.url)
  const isLook = c.req.method === 'GET'
  const to = isLook ? pathname + search : cameFrom(c)
  const signIn = to === null || to === '/' ? '/sign-in' : `/sign-in?to=${encodeURIComponent(to)}`
  if (isLook && c.req.header('hx-request') === undefined) return c.redirect(signIn, 303)
  if (isLook) {
    c.header('hx-redirect', signIn)
    return c.body(null, 200)
  }
  const body = (
    <>
      <h1>{title}</h1>
      <p>{sentence}</p>
      <p class="next">{next}</p>
      <p>
        <a class="button" href={signIn} target="_blank" rel="noopener">
          Sign in
        </a>
      </p>
    </>
  )
  return await drawBare(door, c, { title, body, status })
}

function tell(error: unknown, c: Context<ConsoleEnv>): Told {
  const of = (status: number, sentence: string, next: string) => {
    return { status, title: TITLES[status] ?? 'Something went wrong', sentence, next }
  }
  if (error instanceof CsvRefusal) {
    const { code, params } = error
    return of(400, reasonSentence(code, params), onPages(reasonNext(code, params)))
  }
  const known = isRosterdError(error) ? error : isDisconnection(error) ? new RosterdError('DATABASE_AWAY') : null
  if (known !== null) return of(known.status, known.message, nextOnPages(known))
  if (error instanceof HTTPException && error.status < 500)
    return of(400, 'The request cannot be read.', 'Go back and try again.')
  c.var.log.error({ err: error }, 'a page failed for a reason that no catalogue knows')
  return of(
    500,
    `Something went wrong inside (${c.var.requestId}).`,
    'Try again; if it lasts, report it with this reference, which the log knows too.',
  )
}
