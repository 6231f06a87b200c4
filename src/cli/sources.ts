/** What the configuration says and the daemon has seen: sources and rules. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { snapshot } from './answers.ts'
import { table } from './render/table.ts'
import { safe } from './render/text.ts'
import { moment, number, plainly } from './render/words.ts'
import type { Session } from './session.ts'

const source = z.looseObject({
  key: z.string(),
  name: z.string(),
  kind: z.string(),
  mode: z.string(),
  approval: z.string(),
  connected: z.boolean(),
  schedule: z.looseObject({ next: z.string().nullable() }).nullable().default(null),
  silence: z.looseObject({ since: z.string(), expectedBy: z.string(), silent: z.boolean() }).nullable().default(null),
  lastSnapshot: snapshot.nullable(),
})
type Source = z.infer<typeof source>

const rule = z.looseObject({
  key: z.string(),
  priority: z.number(),
  source: z.string().nullable(),
  condition: z.string(),
  // biome-ignore lint/suspicious/noThenProperty: the word of the config file; its value is a list, so nothing awaits it
  then: z.array(z.record(z.string(), z.unknown())),
})

/** `sources`: each with its last file; a silent one with a line of its own. */
export async function listSources(session: Session): Promise<number> {
  const { items } = await session.client.get('/sources', z.object({ items: z.array(source) }))
  const page = await session.page()
  if (items.length === 0) return session.show(items, 'There are no sources; the configuration lists them.\n')
  const shown = table(
    items,
    [
      { title: 'SOURCE', cell: (one) => one.name, gives: true },
      { title: 'KIND', cell: kindOf },
      { title: 'APPROVAL', cell: (one) => (one.kind === 'manual' ? '' : plainly(one.approval)) },
      { title: 'LAST FILE', cell: (one) => one.lastSnapshot?.file ?? '', gives: true },
      { title: 'STATE', cell: (one) => plainly(one.lastSnapshot?.state ?? '') },
      { title: 'ROWS', cell: (one) => (one.lastSnapshot ? number(one.lastSnapshot.rows) : ''), right: true },
      { title: 'READ', cell: (one) => (one.lastSnapshot ? moment(one.lastSnapshot.at, page.zone) : '') },
      { title: 'COMPARED NEXT', cell: (one) => (one.schedule?.next ? moment(one.schedule.next, page.zone) : '') },
      { title: 'KEY', cell: (one) => one.key },
    ],
    page,
  )
  const silent = items.flatMap((one) => silenceLine(one, page.zone) ?? [])
  return session.show(items, [shown, ...silent.map(page.paint.warn)].join(''))
}

function kindOf({ kind, mode, connected }: Source): string {
  if (kind === 'manual') return kind
  return `${kind}, ${mode}${connected ? '' : ', disconnected'}`
}

/** A missing file is never an empty file: nothing follows from it but this line, and a letter. */
function silenceLine({ name, silence }: Source, zone: string): string | null {
  if (silence === null || !silence.silent) return null
  const since = moment(silence.since, zone)
  return `${safe(name)} is silent: its last file came ${since}, and the next was expected by ${moment(silence.expectedBy, zone)}.\n`
}

/** `rules`: in the order of their priority. */
export async function listRules(session: Session): Promise<number> {
  const { items } = await session.client.get('/rules', z.object({ items: z.array(rule) }))
  const page = await session.page()
  const none = `There are no rules; the configuration lists them, and ${typed('config check')} reads it.\n`
  if (items.length === 0) return session.show(items, none)
  return session.show(
    items,
    table(
      items,
      [
        { title: 'RULE', cell: (one) => one.key },
        { title: 'SOURCE', cell: (one) => one.source ?? 'all' },
        { title: 'WHO', cell: (one) => one.condition, gives: true },
        { title: 'GETS', cell: (one) => one.then.map(consequence).join(', '), gives: true },
        { title: 'PRIORITY', cell: (one) => number(one.priority), right: true },
      ],
      page,
    ),
  )
}

/** `{ product: vray, expires: 2027-06-30 }` is `product vray until 2027-06-30`; what is only true is its name. */
function consequence({ expires, ...rest }: Record<string, unknown>): string {
  const words = Object.entries(rest).map(([key, value]) =>
    value === true ? plainly(key) : `${plainly(key)} ${String(value)}`,
  )
  return [...words, ...(expires === undefined ? [] : [`until ${String(expires)}`])].join(' ')
}
