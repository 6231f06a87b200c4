/** Who did what, and when. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { usage } from './exit.ts'
import { table } from './render/table.ts'
import { moment } from './render/words.ts'
import { firstOf, type Session } from './session.ts'

const entry = z.looseObject({
  at: z.string(),
  actor: z.string(),
  act: z.string(),
  object: z.string(),
  request: z.string().nullable(),
  token: z.string().nullable(),
})

/** As many as are looked at in a terminal; a program gets all. */
const MOST = 50

export interface AuditOptions {
  actor?: string
  act?: string
  object?: string
  since?: string
  until?: string
  all?: boolean
}

/** `audit`: newest first. */
export async function listAudit(session: Session, options: AuditOptions): Promise<number> {
  const query = new URLSearchParams()
  for (const name of FILTERS) {
    const typedIn = options[name]
    if (typedIn !== undefined) query.set(name, name === 'since' || name === 'until' ? instantOf(typedIn) : typedIn)
  }
  const list = session.client.each(`/audit${query.size === 0 ? '' : `?${query}`}`, entry)
  const { items, more } = await firstOf(list, options.all || session.json ? Number.POSITIVE_INFINITY : MOST)
  const page = await session.page()
  if (items.length === 0) return session.show(items, 'Nothing of that is on record.\n')
  const shown = table(
    items,
    [
      { title: 'WHEN', cell: (one) => moment(one.at, page.zone) },
      { title: 'WHO', cell: (one) => one.actor, gives: true },
      { title: 'DID', cell: (one) => one.act },
      { title: 'TO', cell: (one) => one.object, gives: true },
      { title: 'TOKEN', cell: (one) => one.token ?? '' },
      { title: 'REQUEST', cell: (one) => one.request ?? '', gives: true },
    ],
    page,
  )
  return session.show(items, more ? `${shown}There are older ones: ${typed('audit --all')}\n` : shown)
}

const FILTERS = ['actor', 'act', 'object', 'since', 'until'] as const

/** A moment as it is typed: a date, or a time with its zone. */
function instantOf(text: string): string {
  const at = /^\d{4}-\d{2}-\d{2}(T.+(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? new Date(text) : new Date(Number.NaN)
  if (Number.isNaN(at.getTime())) throw usage(`${text} is no time.`, 'Write it as 2027-06-30 or 2027-06-30T12:00:00Z.')
  return at.toISOString()
}
