/** Whether the audit still is what was sealed, and what was sealed. */
import { z } from 'zod'
import { typed } from '../typed.ts'
import { DONE, FAILED, usage } from './exit.ts'
import { written } from './look.ts'
import { count, moment, number } from './render/words.ts'
import type { Session } from './session.ts'

export interface SealOptions {
  verify?: boolean
  key?: string
  sealed?: string
  output?: string
}

const check = z.object({
  seals: z.number(),
  rows: z.number(),
  since: z.string().nullable(),
  until: z.string().nullable(),
  head: z.object({ seal: z.number(), at: z.string(), key: z.string() }).nullable(),
  fault: z.object({ seal: z.number(), kind: z.string(), sentence: z.string(), next: z.string() }).nullable(),
  next: z.number().nullable(),
  unsealed: z.object({ rows: z.number(), since: z.string().nullable() }),
})
type Check = z.output<typeof check>

/** `audit --verify`: the daemon answers after some seconds of reading, and is asked again from there. */
export async function verifyAudit(session: Session, { key }: SealOptions): Promise<number> {
  const keys = key === undefined ? '' : `&keys=${encodeURIComponent(key.replaceAll(/\s/g, '').toLowerCase())}`
  let whole: Check | null = null
  do {
    const part: Check = await session.client.get(`/audit/verify?after=${whole?.next ?? 0}${keys}`, check)
    whole = whole === null ? part : joined(whole, part)
  } while (whole.next !== null && whole.fault === null)
  const { zone } = await session.page()
  const { name } = await session.client.organization()
  const { next: _, ...shown } = whole
  session.show(shown, whole.fault === null ? fits(whole, name, zone) : breaks(session, whole, zone))
  return whole.fault === null ? DONE : FAILED
}

function joined(one: Check, two: Check): Check {
  const { seals, rows, since, head } = one
  return {
    ...two,
    seals: seals + two.seals,
    rows: rows + two.rows,
    since: since ?? two.since,
    until: two.until ?? one.until,
    head: two.head ?? head,
  }
}

function fits(whole: Check, organization: string, zone: string): string {
  const { seals, unsealed, head } = whole
  const newer = unsealedLine(unsealed, zone)
  if (seals === 0) return `Nothing of the audit of ${organization} is sealed yet.\n${newer}`
  const signature =
    head === null
      ? ''
      : `Last signed: seal ${number(head.seal)} on ${moment(head.at, zone)}, with the key ${head.key}.\n`
  return `The audit of ${organization} is what was sealed: ${span(whole, zone)}.\n${signature}${newer}`
}

function breaks(session: Session, whole: Check, zone: string): string {
  const { fault, seals } = whole
  if (fault === null) return ''
  const before = seals === 0 ? '' : `What comes before it fits: ${span(whole, zone)}.\n`
  return `${session.paint.bad(fault.sentence)}\n${before}${fault.next}\n`
}

/** `12,345 rows in 321 seals, from 1 Sep 2026, 10:00 to 22 Nov 2026, 14:30` */
function span({ rows, seals, since, until }: Check, zone: string): string {
  const when = since === null || until === null ? '' : `, from ${moment(since, zone)} to ${moment(until, zone)}`
  return `${count(rows, 'row')} in ${count(seals, 'seal')}${when}`
}

function unsealedLine({ rows, since }: Check['unsealed'], zone: string): string {
  if (rows === 0 || since === null) return ''
  const are = rows === 1 ? 'newer row is' : 'newer rows are'
  return `${number(rows)} ${are} not sealed yet, the oldest from ${moment(since, zone)}; usually it takes a second or two.\n`
}

/** `audit --sealed 12-20`: the bytes themselves. */
export async function writeSealed(session: Session, { sealed = 'all', output }: SealOptions): Promise<number> {
  const [, from, to = from] = /^(\d{1,15})(?:-(\d{1,15}))?$/.exec(sealed) ?? []
  if (from === undefined && sealed !== 'all') {
    throw usage(`${sealed} names no seals.`, `Type, for example: ${typed('audit --sealed 12-20')}`)
  }
  if (session.json && output === undefined)
    throw usage('--sealed writes JSON Lines, and --json a list.', 'Leave one of them out.')
  const query = from === undefined ? '' : `?from=${from}&to=${to}`
  return await written(session, await session.client.download(`/exports/audit${query}`, 'application/jsonl'), output)
}
