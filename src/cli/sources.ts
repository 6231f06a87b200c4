/** What the configuration says and the daemon has seen: sources and rules. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { rule, setBy, snapshot } from './answers.ts'
import { typeable } from './exit.ts'
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
  live: z.boolean().default(true),
  nextStep: z.string().nullable().default(null),
  lastRequestAt: z.string().nullable().default(null),
  silence: z.looseObject({ since: z.string(), expectedBy: z.string(), silent: z.boolean() }).nullable().default(null),
  lastSnapshot: snapshot.nullable(),
})
type Source = z.infer<typeof source>

/** `sources`: each with its last file; a silent one, and one that does not work yet, with a line of its own. */
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
      { title: 'LAST HEARD', cell: (one) => heard(one, page.zone) },
      { title: 'COMPARED NEXT', cell: (one) => (one.schedule?.next ? moment(one.schedule.next, page.zone) : '') },
      { title: 'KEY', cell: (one) => one.key },
    ],
    page,
  )
  const silent = items.flatMap((one) => silenceLine(one, page.zone) ?? [])
  const undone = items.flatMap(({ name, nextStep }) =>
    nextStep === null ? [] : `${safe(name)}: ${typeable(safe(nextStep))}\n`,
  )
  return session.show(items, [shown, ...[...silent, ...undone].map(page.paint.warn)].join(''))
}

/** When a file of it was last read, or its identity provider last came in (to the hour). */
function heard({ lastSnapshot, lastRequestAt }: Source, zone: string): string {
  const at = lastSnapshot?.at ?? lastRequestAt
  return at === null ? '' : moment(at, zone)
}

function kindOf({ kind, mode, connected, live }: Source): string {
  if (kind === 'manual') return kind
  const what = kind === 'csv' ? `${kind}, ${mode}` : kind
  return `${what}${connected ? (live ? '' : ', not live') : ', disconnected'}`
}

/** `source go-live KEY`: the word after which plans of a source that pushes are applied. */
export async function goLive(session: Session, key: string): Promise<number> {
  const path = `/sources/${encodeURIComponent(key)}`
  const before = await session.client.get(path, source)
  const answer = await session.client.post(`${path}/go-live`, {}, source)
  const name = safe(answer.name)
  if (before.live) return session.show(answer, `${name} is live already.\n`)
  const undone = answer.nextStep === null ? '' : `${typeable(safe(answer.nextStep))}\n`
  return session.show(answer, `${name} is live. ${WHAT_GOES[answer.approval] ?? ''}\n${undone}`)
}

/** By the approval of the source. */
const WHAT_GOES: Readonly<Record<string, string>> = {
  within_limits: `From now on what passes the guards is applied by itself, and the rest waits for you: ${typed('plans')}`,
  additive_auto: `From now on what only adds is applied by itself, and what takes away waits for you: ${typed('plans')}`,
  manual: `Its plans wait for you from now on: ${typed('plans')}`,
  observe: 'Its approval is observe, so its plans are still only shown until the configuration says otherwise.',
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
  const none = `There are no rules; the configuration lists them, or ${typed('rule set')} makes one.\n`
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
        { title: 'SET BY', cell: setBy(items) },
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
