/** A plan as a person reviews it: what, whether the guards pass, the seats, the items by person, and what to type next. */

import { headlineAfter } from '../../reconcile/headline.ts'
import { typed } from '../../typed.ts'
import type { Finding, Plan, PlanWhole } from '../answers.ts'
import type { Paint } from './colour.ts'
import { type Column, table } from './table.ts'
import { safe } from './text.ts'
import { count, moment, number, plainly } from './words.ts'

export interface Page {
  width: number
  paint: Paint
  zone: string
}

/** What was expected of a plan in these states is past. */
const ENDED = ['applied', 'partially_failed', 'failed', 'cancelled']

/** Title, headline and where it comes from. */
export function planHeader(plan: Plan, { paint, zone }: Page): string {
  const from = plan.operation
    ? (plan.operation.file?.name ?? '')
    : plan.sources.map((source) => source.name).join(' and ')
  const lines = [
    `${paint.bold(`Plan ${plan.id}`)} ${stateWords(plan, paint)}`,
    safe(ENDED.includes(plan.state) ? headlineAfter(plan.headline) : plan.headline),
    paint.dim(
      safe(
        [
          from === '' ? '' : `from ${from}`,
          `made ${moment(plan.createdAt, zone)} by ${plan.createdBy}`,
          plan.state === 'awaiting_approval' || isDraft(plan)
            ? `valid until ${moment(plan.expiresAt, zone)} (${zone})`
            : '',
          `hash ${plan.hash.slice(0, 12)}`,
        ]
          .filter((part) => part !== '')
          .join(' · '),
      ),
    ),
  ]
  if (plan.operation?.reason !== undefined) lines.push(safe(`Why: ${plan.operation.reason}`))
  if (plan.approvedBy !== null && plan.approvedAt !== null) {
    const override =
      plan.override === null ? '' : `, overriding ${number(plan.override.count)}: ${plan.override.reason}`
    lines.push(paint.dim(safe(`approved ${moment(plan.approvedAt, zone)} by ${plan.approvedBy}${override}`)))
  }
  if (plan.closedReason !== null) lines.push(safe(`Reason: ${plan.closedReason}`))
  if (plan.supersededBy !== null) lines.push(`Replaced by ${plan.supersededBy}.`)
  return `${lines.join('\n')}\n`
}

/** Somebody asked for it, and nobody has let it happen yet. What is only observed is a draft as well, and cannot be approved. */
export const isDraft = ({ state, lane }: Plan): boolean => state === 'draft' && lane === 'by_hand'

const STATE_WORDS: Readonly<Record<string, string>> = {
  draft: 'is only shown: nothing of it is applied',
  discarded: 'was only shown',
  cancelled: 'was cancelled',
  awaiting_approval: 'waits for approval',
  approved: 'is approved',
  applying: 'is being applied',
  applied: 'was applied',
  partially_failed: 'was applied in part',
  failed: 'failed',
  rejected: 'was rejected',
  superseded: 'was replaced by a newer one',
  expired: 'has expired',
  stale: 'is out of date',
}

function stateWords(plan: Plan, paint: Paint): string {
  const decides = plan.state === 'awaiting_approval' || isDraft(plan)
  if (decides && plan.verdict === 'hold') return paint.warn('is held')
  if (decides && plan.verdict === 'refuse') return paint.bad('is refused')
  if (isDraft(plan)) return 'is a draft'
  if (plan.state === 'discarded' && plan.lane === 'by_hand') return 'was discarded'
  return STATE_WORDS[plan.state] ?? `is ${plainly(plan.state)}`
}

/** Guards have numbers; whatever else was found stops nothing and is said all the same, such as a group that took another's place. */
const isNote = ({ verdict, guard }: Finding) => verdict === 'pass' && !/^G\d/.test(guard)

/** One line for each guard that did not pass, and for each note; one for all guards that passed. */
export function guardLines(findings: readonly Finding[], paint: Paint): string {
  const stopped = findings.filter((finding) => finding.verdict !== 'pass')
  const notes = findings.filter(isNote)
  const passed = findings.length - stopped.length - notes.length
  const lines = stopped.map((finding) =>
    finding.verdict === 'refuse'
      ? `  ${paint.bad('refused')}  ${safe(finding.message)}`
      : `  ${paint.warn(finding.nature === 'look' ? 'look' : 'held')}  ${safe(finding.message)}`,
  )
  lines.push(...notes.map((finding) => `  ${paint.dim('note')}  ${safe(finding.message)}`))
  if (passed > 0) lines.push(`  ${paint.good('pass')}  ${count(passed, 'guard')}`)
  return lines.length === 0 ? '' : `${paint.bold('Guards')}\n${lines.join('\n')}\n`
}

export function seatTable(seats: Plan['seats'], { width, paint }: Page): string {
  if (seats.length === 0) return ''
  const columns: Column<Plan['seats'][number]>[] = [
    { title: 'PRODUCT', cell: (seat) => seat.name, gives: true },
    { title: 'OWNED', cell: (seat) => number(seat.owned), right: true },
    { title: 'USED NOW', cell: (seat) => number(seat.used), right: true },
    { title: 'AFTER', cell: (seat) => number(seat.after), right: true },
    {
      title: 'WAITING',
      cell: (seat) => (seat.waiting === 0 ? '' : number(seat.waiting)),
      right: true,
      paint: (text) => paint.warn(text),
    },
  ]
  return `${paint.bold('Seats')}\n${table(seats, columns, { width, paint })}`
}

const WAITS: Readonly<Record<string, (people: string, one: boolean, product: string) => string>> = {
  seat: (people, one, product) => `${people} ${one ? 'waits' : 'wait'} for a seat of ${product}.`,
  borrow: (people, one, product) => `${people} ${one ? 'has' : 'have'} ${product} borrowed offline.`,
  absence: (people, one, product) =>
    product === ''
      ? `${people} ${one ? 'is' : 'are'} missing from a file: a second one has to say so too, and a day to pass.`
      : `${people} would lose ${product}: a second file has to say so too, and a day to pass.`,
  group_loss: (people, one, product) =>
    product === ''
      ? `${people} ${one ? 'is' : 'are'} in no group any more that makes somebody a member: it may be a move from group to group.`
      : `${people} would lose ${product} with a group that they have left: it may be a move from group to group.`,
  grace: (people, one) => `${people} ${one ? 'is' : 'are'} on the way out: ${typed('members --leaving')}.`,
  start: (people, one) => `${people} ${one ? 'has' : 'have'} a start date still to come.`,
  address: (people, one) =>
    `${people} ${one ? 'waits' : 'wait'} for an address or a user name that somebody else still has, or is to have as well.`,
  rejected: (people, one) => `${people} ${one ? 'is' : 'are'} left alone because a person rejected the change.`,
}

/** People who wait and questions that are open, beside the plan. */
export function besideLines(plan: PlanWhole, page: Page): string {
  const { waits, openDecisions } = plan.beside
  const lines = waits.flatMap((wait) => {
    const words = WAITS[wait.kind]
    if (words === undefined) return []
    const due = wait.until === null ? '' : ` The first is due ${moment(wait.until, page.zone)}.`
    return (
      words(
        count(wait.people, 'person', 'people'),
        wait.people === 1,
        wait.productName ?? (wait.kind === 'absence' || wait.kind === 'group_loss' ? '' : 'a product'),
      ) + due
    )
  })
  if (openDecisions > 0) {
    const open = openDecisions === 1 ? 'question is' : 'questions are'
    lines.push(`${number(openDecisions)} ${open} open for you to answer: ${typed('decisions')}`)
  }
  if (plan.rowErrors > 0) {
    const rows = count(plan.rowErrors, 'row')
    lines.push(
      `${rows} of the file could not be read; the people named there stay as they are: ${typed(`failures ${plan.id}`)}`,
    )
  }
  if (lines.length === 0) return ''
  return `${page.paint.bold('Beside this plan')}\n${lines.map((line) => `  ${safe(line)}`).join('\n')}\n`
}

/** The line that passes a hold, as it is to be typed. */
export const overrideLine = (plan: Plan) => typed(`approve ${plan.id} --override ${plan.overrideCount} --reason TEXT`)

/** Who has to type it for a plan that guards refuse. */
export function missingAdministrators(plan: Plan): string {
  const { consent } = plan
  if (consent === null) return 'two administrators with different e-mail addresses have to type it'
  return `${safe(consent.by)} has typed it; a second administrator with another e-mail address has to type the same, within a day of the first`
}

/** What can be done with the plan now. */
export function nextLines(plan: Plan): string {
  if (plan.state === 'draft' && !isDraft(plan)) {
    const names = plan.sources.map((source) => source.key).join(', ')
    const [only] = plan.sources
    const live = plan.sources.length === 1 && only !== undefined ? only.key : 'SOURCE'
    return `To let it happen: ${typed(`source go-live ${live}`)}, where a source that pushes is not live yet; else give ${safe(names)} another approval than observe in the configuration.\n`
  }
  if (plan.state === 'awaiting_approval' || isDraft(plan)) {
    const reject = isDraft(plan)
      ? `To let it go:  ${typed(`discard ${plan.id}`)}\nFor others to approve it: ${typed(`submit ${plan.id}`)}\n`
      : `To reject it:  ${typed(`reject ${plan.id}`)}\n`
    const approve = plan.verdict === 'pass' ? typed(`approve ${plan.id}`) : overrideLine(plan)
    const sum = plan.overrideSum === null ? '' : `               ${plan.overrideSum}\n`
    const two = plan.verdict === 'refuse' ? `               (${missingAdministrators(plan)})\n` : ''
    return `To approve it: ${approve}\n${sum}${two}${reject}`
  }
  if (plan.state === 'approved') return `To start it: ${typed(`apply ${plan.id}`)}\n`
  return ''
}
