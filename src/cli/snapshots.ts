/** Files as sources sent them, and those that were held before anything of them was used. */
import { typed } from '../typed.ts'
import { type Snapshot, snapshot } from './answers.ts'
import { usage } from './exit.ts'
import { table } from './render/table.ts'
import { safe } from './render/text.ts'
import { count, moment, number, plainly } from './render/words.ts'
import { firstOf, fullId, type Session } from './session.ts'

export async function listSnapshots(
  session: Session,
  options: { state?: string; source?: string; all?: boolean },
): Promise<number> {
  const { state, source } = options
  const filter = new URLSearchParams({ ...(state ? { state } : {}), ...(source ? { source } : {}) }).toString()
  const list = session.client.each(`/snapshots${filter === '' ? '' : `?${filter}`}`, snapshot)
  const { items, more } = await firstOf(list, options.all ? Number.POSITIVE_INFINITY : 50)
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
  const held = items.filter((one) => one.state === 'held').map((one) => heldLines(one))
  const older = more ? `There are older ones: ${typed('snapshots --all')}\n` : ''
  return session.show(items, [shown + older, ...held].join('\n'))
}

function paintState(
  text: string,
  { state }: Snapshot,
  paint: { good(text: string): string; warn(text: string): string; bad(text: string): string },
) {
  if (state === 'admitted' || state === 'confirmed') return paint.good(text)
  return state === 'refused' || state === 'unreadable' ? paint.bad(text) : paint.warn(text)
}

function heldLines(one: Snapshot): string {
  const why = one.findings
    .filter((finding) => finding.verdict !== 'pass')
    .map((finding) => `  ${safe(finding.message)}\n`)
  const missing = count(one.missing, 'person is', 'people are')
  return [
    `${one.id} is held; nothing of ${safe(one.file)} was used.\n`,
    ...why,
    `  ${missing} missing from it. If that is right: ${typed(`admit ${one.id} --count ${one.missing}`)}\n`,
    `  If not: ${typed(`dismiss ${one.id}`)}\n`,
  ].join('')
}

export async function admitSnapshot(session: Session, given: string, options: { count?: string }): Promise<number> {
  if (options.count === undefined || !/^\d{1,9}$/.test(options.count)) {
    throw usage('--count needs the number of people who are missing from the file.', `${typed('snapshots')} shows it.`)
  }
  const id = encodeURIComponent(fullId('snp', given))
  const admitted = await session.client.post(`/snapshots/${id}/admit`, { count: Number(options.count) }, snapshot)
  return session.show(admitted, `${admitted.id} is admitted. The plan that follows from it: ${typed('plans')}\n`)
}

export async function dismissSnapshot(session: Session, given: string): Promise<number> {
  const id = encodeURIComponent(fullId('snp', given))
  const dismissed = await session.client.post(`/snapshots/${id}/dismiss`, {}, snapshot)
  return session.show(dismissed, `${dismissed.id} is dismissed; nothing of it was used.\n`)
}
