/** A screen becomes the answer: the whole page, or what stands inside it where htmx replaces a part. */
import type { Context } from 'hono'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import { leaveNotice, type Notice } from '../store/sessions.ts'
import type { ConsoleEnv, Door } from './door.ts'
import { type Here, HereProvider, hereOf } from './here.ts'
import { BarePage, Page } from './parts/page.tsx'
import type { Screen } from './screen.ts'

/** What is said first on a page comes from the action before, and is said once. */
export async function draw(door: Door, c: Context<ConsoleEnv>, here: Here, screen: Screen): Promise<Response> {
  c.header('cache-control', 'no-store')
  c.header('vary', 'HX-Request-Type')
  const status = screen.status ?? 200
  if (c.req.header('hx-request-type') === 'partial' && status < 400) {
    const inside = (
      <HereProvider value={here}>
        <title>{`${screen.title} · rosterd`}</title>
        {screen.body}
      </HereProvider>
    )
    return sent(c, `${await inside.toString()}`, status)
  }
  // What htmx put into a small place is too much for it when it is an error.
  if (status >= 400) {
    c.header('hx-retarget', '#main')
    c.header('hx-reselect', '#main')
    c.header('hx-reswap', 'outerHTML')
  }
  const notice = await takeNotice(door, c)
  const page = (
    <HereProvider value={here}>
      <Page {...screen} notice={notice} />
    </HereProvider>
  )
  return sent(c, `<!doctype html>${await page.toString()}`, status)
}

async function takeNotice(door: Door, c: Context<ConsoleEnv>): Promise<Notice | null> {
  const session = c.var.signedIn?.session
  if (session === undefined || session.notice === null) return null
  await leaveNotice(door.context.parts.sql, session, null)
  return session.notice
}

/** A page of no organization: signing in, and what goes wrong before it. */
export async function drawBare(
  door: Door,
  c: Context<ConsoleEnv>,
  { title, body, status = 200 }: Pick<Screen, 'title' | 'body' | 'status'>,
): Promise<Response> {
  c.header('cache-control', 'no-store')
  const page = (
    <HereProvider value={hereOf(door, c, null)}>
      <BarePage title={title}>{body}</BarePage>
    </HereProvider>
  )
  return sent(c, `<!doctype html>${await page.toString()}`, status)
}

function sent(c: Context<ConsoleEnv>, text: string, status: number): Response {
  return c.html(text, isStatus(status) ? status : 500)
}

const isStatus = (status: number): status is ContentfulStatusCode => status >= 200 && status < 600
