/** Looking at plans: propose now, the list, one plan. */
import { createWriteStream } from 'node:fs'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { typed } from '../typed.ts'
import { item, type Plan, plan, planWhole, snapshot } from './answers.ts'
import { CliError, DONE, WAITS } from './exit.ts'
import { itemTable } from './render/items.ts'
import { besideLines, guardLines, nextLines, planHeader, seatTable } from './render/plan.ts'
import { table } from './render/table.ts'
import { count, moment, number, plainly } from './render/words.ts'
import { allOf, firstOf, fullId, type Session } from './session.ts'

const proposed = z.looseObject({ items: z.array(plan), unchanged: z.number(), waiting: z.number().default(0) })

/** `plan`: compares now and prints what waits. */
export async function propose(session: Session): Promise<number> {
  const { client, paint } = session
  const answer = await client.post('/plans', {}, proposed)
  const held = await allOf(client.each('/snapshots?state=held', snapshot))
  const lines = answer.items.map((one) => {
    const words =
      one.state === 'awaiting_approval'
        ? `Look at it: ${typed(`show ${one.id}`)}`
        : `It ${one.state === 'approved' ? 'was approved by a policy and starts by itself' : `is ${plainly(one.state)}`}.`
    return `${paint.bold(one.id)}  ${one.headline}\n  ${words}\n`
  })
  if (lines.length === 0 && answer.waiting === 0)
    lines.push(`Everything is in step: nothing to do for ${number(answer.unchanged)} members.\n`)
  if (lines.length === 0) {
    const waiting = count(answer.waiting, 'person waits', 'people wait')
    lines.push(`Everything else is in step, but ${waiting}: for a seat, a date, a decision, or another file.\n`)
  }
  for (const one of held) lines.push(`The file ${one.file} of ${one.sourceName} is held: ${typed('snapshots')}\n`)
  await session.show(answer, lines.join(''))
  return answer.items.some((one) => one.state === 'awaiting_approval') ? WAITS : DONE
}

/** As many as are looked at in a terminal; a program gets all. */
const MOST_PLANS = 50

/** `plans`: newest first. */
export async function listPlans(session: Session, options: { state?: string; all?: boolean }): Promise<number> {
  const filter = options.state === undefined ? '' : `?state=${encodeURIComponent(options.state)}`
  const { items, more } = await firstOf(
    session.client.each(`/plans${filter}`, plan),
    options.all || session.json ? Number.POSITIVE_INFINITY : MOST_PLANS,
  )
  const page = await session.page()
  if (items.length === 0) return session.show(items, 'There are no plans.\n')
  const shown = table(
    items,
    [
      { title: 'PLAN', cell: (one) => one.id },
      {
        title: 'STATE',
        cell: stateCell,
        paint: (text, one) => (one.state === 'awaiting_approval' ? page.paint.warn(text) : text),
      },
      { title: 'ITEMS', cell: (one) => number(one.itemCount), right: true },
      { title: 'WHAT', cell: (one) => one.headline, gives: true },
      { title: 'FROM', cell: (one) => one.sources.map((source) => source.name).join(', '), gives: true },
      { title: 'MADE', cell: (one) => moment(one.createdAt, page.zone) },
    ],
    page,
  )
  return session.show(items, more ? `${shown}There are older ones: ${typed('plans --all')}\n` : shown)
}

function stateCell(one: Plan): string {
  if (one.state !== 'awaiting_approval' || one.verdict === 'pass') return plainly(one.state)
  return one.verdict === 'hold' ? 'held' : 'refused'
}

const MOST_ITEMS = 500

/** `show ID`: everything that a decision needs. */
export async function showPlan(
  session: Session,
  given: string,
  options: { all?: boolean; outcomes?: boolean },
): Promise<number> {
  const { client } = session
  const whole = await client.get(`/plans/${encodeURIComponent(fullId('pln', given))}`, planWhole)
  const list = client.each(`/plans/${whole.id}/items`, item)
  if (session.json) return session.show({ ...whole, items: await allOf(list) }, '')
  const page = await session.page()
  const { items, more } = await firstOf(list, options.all ? Number.POSITIVE_INFINITY : MOST_ITEMS)
  const ran = items.some((one) => one.state !== 'pending')
  const left = more
    ? `… and ${number(whole.itemCount - items.length)} more items: ${typed(`show ${whole.id} --all`)}\n`
    : ''
  const sections = [
    planHeader(whole, page),
    guardLines(whole.findings, page.paint),
    seatTable(whole.seats, page),
    items.length === 0 ? '' : itemTable(items, page, ran) + left,
    besideLines(whole, page),
    nextLines(whole),
  ]
  return session.show(whole, sections.filter((section) => section !== '').join('\n'))
}

/** Writes a file as it comes, to its place or to standard output. */
export async function written(
  session: Session,
  body: AsyncIterable<Uint8Array>,
  file: string | undefined,
): Promise<number> {
  try {
    await copy(session, body, file)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    const sentence = file === undefined ? `The download broke off: ${reason}.` : `${file} was not written: ${reason}.`
    throw new CliError('DOWNLOAD_BROKEN', sentence, 'What has arrived is not complete; try again.')
  }
  if (file === undefined) return DONE
  if (session.json) return session.show({ file }, '')
  session.terminal.err(`Written to ${file}.\n`)
  return DONE
}

async function copy(session: Session, body: AsyncIterable<Uint8Array>, file: string | undefined): Promise<void> {
  if (file !== undefined) return await pipeline(Readable.from(body), createWriteStream(file))
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  for await (const bytes of body) session.terminal.out(decoder.decode(bytes, { stream: true }))
}
