/** Files as sources sent them, and those that were held before anything of them was used. */
import { isNote } from '../reconcile/admit.ts'
import { typed } from '../typed.ts'
import { type Snapshot, snapshot } from './answers.ts'
import { usage, WAITS } from './exit.ts'
import { table } from './render/table.ts'
import { safe } from './render/text.ts'
import { moment, number, plainly } from './render/words.ts'
import { firstOf, fullId, type Session } from './session.ts'

export async function listSnapshots(
  session: Session,
  options: { state?: string; source?: string; all?: boolean },
): Promise<number> {
  const { state, source } = options
  const filter = new URLSearchParams({ ...(state ? { state } : {}), ...(source ? { source } : {}) }).toString()
  const list = session.client.each(`/snapshots${filter === '' ? '' : `?${filter}`}`, snapshot)
  const { items, more } = await firstOf(list, options.all || session.json ? Number.POSITIVE_INFINITY : 50)
  const page = await session.page()
  if (items.length === 0) return session.show(items, 'There are no snapshots.\n')
  const shown = table(
    items,
    [
      { title: 'SNAPSHOT', cell: (one) => one.id },
      { title: 'STATE', cell: (one) => plainly(one.state), paint: (text, one) => paintState(text, one, page.paint) },
      { title: 'SOURCE', cell: (one) => one.sourceName, gives: true },
      { title: 'FILE', cell: (one) => one.file, gives: true },
      { title: 'ROWS', cell: (one) => number(one.rows), right: true },
      { title: 'ERRORS', cell: (one) => (one.errors === 0 ? '' : number(one.errors)), right: true },
      { title: 'MISSING', cell: (one) => (one.missing === 0 ? '' : number(one.missing)), right: true },
      { title: 'READ', cell: (one) => moment(one.at, page.zone) },
    ],
    page,
  )
  const stopped = items.flatMap((one) => stoppedLines(one, page.zone) ?? [])
  const newest = items.filter((one, at) => items.findIndex((other) => other.sourceName === one.sourceName) === at)
  const notes = newest.flatMap((one) => notedLines(one) ?? [])
  const older = more ? `There are older ones: ${typed('snapshots --all')}\n` : ''
  return session.show(items, [shown + older, ...stopped, ...notes].join('\n'))
}

function paintState(
  text: string,
  { state }: Snapshot,
  paint: { good(text: string): string; warn(text: string): string; bad(text: string): string },
) {
  if (state === 'admitted' || state === 'confirmed') return paint.good(text)
  return state === 'refused' || state === 'unreadable' ? paint.bad(text) : paint.warn(text)
}

const STOPPED: Readonly<Record<string, string>> = {
  held: 'is held',
  refused: 'was refused',
  unreadable: 'could not be read',
}

/** Why a file was stopped, and what can be done; null for one that was not. */
function stoppedLines(one: Snapshot, zone: string): string | null {
  const words = STOPPED[one.state]
  if (words === undefined) return null
  const why = one.findings
    .filter((finding) => finding.verdict !== 'pass')
    .map((finding) => `  ${safe(finding.message)}\n`)
  if (one.admit === null) return [`${one.id} ${words}: ${safe(one.file)}\n`, ...why].join('')
  const { count, what, administrators } = one.admit
  const who = administrators > 1 ? ', two administrators with different e-mail addresses type' : ''
  return [
    `${one.id} ${words}; nothing of ${safe(one.file)} was used.\n`,
    ...why,
    `  ${sentence(what)}. If that is right${who}: ${typed(`admit ${one.id} --count ${count}`)}\n`,
    ...(one.consent === null ? [] : [`  ${consented(one.consent, zone)}\n`]),
    `  If not: ${typed(`dismiss ${one.id}`)}\n`,
  ].join('')
}

/** What is to be known of a file that was used; null where there is nothing. */
function notedLines({ id, state, file, findings }: Snapshot): string | null {
  const notes = state === 'admitted' ? findings.filter(isNote) : []
  if (notes.length === 0) return null
  return [`${id} was used: ${safe(file)}\n`, ...notes.map(({ message }) => `  ${safe(message)}\n`)].join('')
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1)

const consented = ({ by, until }: { by: string; until: string }, zone: string): string =>
  `${safe(by)} has typed it; the second administrator has until ${moment(until, zone)}.`

export async function admitSnapshot(session: Session, given: string, options: { count?: string }): Promise<number> {
  if (options.count === undefined || !/^\d{1,9}$/.test(options.count)) {
    throw usage('--count needs the number that stands with the file.', `${typed('snapshots')} shows it.`)
  }
  const id = encodeURIComponent(fullId('snp', given))
  const admitted = await session.client.post(`/snapshots/${id}/admit`, { count: Number(options.count) }, snapshot)
  if (admitted.consent !== null && admitted.state === 'refused') {
    const { zone } = await session.page()
    session.show(
      admitted,
      `${admitted.id} was refused, so it needs a second administrator with another e-mail address. ${consented(admitted.consent, zone)}\nThe same for them: ${typed(`admit ${admitted.id} --count ${options.count}`)}\nNothing of the file was used so far.\n`,
    )
    return WAITS
  }
  return session.show(admitted, `${admitted.id} is admitted. The plan that follows from it: ${typed('plans')}\n`)
}

export async function dismissSnapshot(session: Session, given: string): Promise<number> {
  const id = encodeURIComponent(fullId('snp', given))
  const dismissed = await session.client.post(`/snapshots/${id}/dismiss`, {}, snapshot)
  return session.show(dismissed, `${dismissed.id} is dismissed; nothing of it was used.\n`)
}
