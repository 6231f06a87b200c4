/**
 * Letters to people: everything that changed for one person in one plan. They tell only what has happened, name nobody else,
 * and hold no link, because nothing needs to be done.
 */
import { formatEnd } from '../reconcile/expiry.ts'
import { showId } from '../reconcile/identifiers.ts'
import type { MemberEvent, MemberLine } from '../reconcile/letter.ts'
import { type Block, type Letter, plain, setLetter } from './paper.ts'

export interface Sender {
  name: string
  zone: string
}

/** What the sentences depend on beside their own facts. */
interface Told extends Sender {
  hasAccount: boolean
}

/** The letter to one person. Instants become days of the organization's zone. */
export function memberLetter(event: MemberEvent, organization: Sender): Letter {
  const sender = { name: plain(organization.name), zone: organization.zone, hasAccount: event.hasAccount }
  const name = event.name === null ? '' : plain(event.name, 80)
  const sentences = event.lines.map((line) => sentence(line, sender))
  return setLetter(subject(event.lines, sender), [
    { paragraph: name === '' ? 'Hello,' : `Hello ${name},` },
    ...(sentences.length === 1
      ? sentences.map((paragraph) => ({ paragraph }))
      : [{ paragraph: `This is what changed for you at ${sender.name}:` }, { list: sentences }]),
    ...account(event.lines, sender),
    { paragraph: nextStep(event.lines, sender) },
    { paragraph: `Sent by rosterd for ${sender.name}. Reference: ${showId('pln', event.planId)}` },
  ])
}

function sentence(line: MemberLine, sender: Told): string {
  switch (line.kind) {
    case 'invite':
      return `You have been invited to ${sender.name} and are a member from now on: you joined automatically, and your membership does not expire.`
    case 'reactivate':
      return `Your membership of ${sender.name} is active again.`
    case 'suspend':
      return `Your membership of ${sender.name} is suspended.`
    case 'remove':
      return `Your membership of ${sender.name} has ended.`
    case 'assign':
      return sender.hasAccount
        ? `You now have ${plain(line.product)}${until(line.expiresAt, sender.zone)}, and can use it from now on.`
        : `A licence of ${plain(line.product)} is yours${until(line.expiresAt, sender.zone)}.`
    case 'extend':
      return line.expiresAt === null
        ? `Your licence of ${plain(line.product)} no longer has an end date.`
        : `Your licence of ${plain(line.product)} now lasts longer,${until(line.expiresAt, sender.zone)}.`
    case 'shorten':
      return `Your licence of ${plain(line.product)} now ends earlier: you have it${until(line.expiresAt, sender.zone)}.`
    case 'revoke':
      return `You no longer have ${plain(line.product)}.`
    case 'return':
      return `Please return ${plain(line.product)}, which you have borrowed on ${plain(line.device)}${until(line.until, sender.zone)}. Once it is back, or on that date, you no longer have it.`
    case 'update_identity':
      return `Your e-mail address at ${sender.name} changed from ${plain(line.oldEmail)} to ${plain(line.newEmail)}.`
  }
}

const until = (end: string | null, zone: string): string => (end === null ? '' : ` until ${formatEnd(end, zone)}`)

function subject(lines: MemberLine[], { name: organization, hasAccount }: Told): string {
  const invited = lines.some((line) => line.kind === 'invite')
  const removed = lines.some((line) => line.kind === 'remove')
  if (invited) return `You are now a member of ${organization}`
  if (removed) return `Your membership of ${organization} has ended`
  const [only, second] = lines
  if (only === undefined || second !== undefined) return `What changed for you at ${organization}`
  switch (only.kind) {
    case 'assign':
      return hasAccount
        ? `You now have ${plain(only.product, 80)} at ${organization}`
        : `A licence of ${plain(only.product, 80)} at ${organization} is yours`
    case 'return':
      return `Please return ${plain(only.product, 80)} to ${organization}`
    case 'revoke':
      return `You no longer have ${plain(only.product, 80)} at ${organization}`
    case 'extend':
    case 'shorten':
      return `The end date of ${plain(only.product, 80)} at ${organization} changed`
    case 'suspend':
      return `Your membership of ${organization} is suspended`
    case 'reactivate':
      return `Your membership of ${organization} is active again`
    case 'update_identity':
      return `Your e-mail address at ${organization} changed`
    default:
      return `What changed for you at ${organization}`
  }
}

const LOSSES = new Set<MemberLine['kind']>(['remove', 'revoke', 'return', 'suspend', 'shorten', 'update_identity'])

/** Whoever has no account is told what it is for and how it is found to be theirs: by the address alone. */
function account(lines: MemberLine[], { hasAccount }: Told): Block[] {
  const joins = lines.some((line) => line.kind === 'invite')
  const gets = lines.some((line) => line.kind === 'assign')
  if (hasAccount || !(joins || gets)) return []
  const what = gets ? 'your licences' : 'licences that you are given'
  return [
    {
      paragraph: `You can use ${what} once you create an account with the same e-mail address, the one to which this letter came. Until then they are kept for you.`,
    },
  ]
}

function nextStep(lines: MemberLine[], { name: organization, hasAccount }: Told): string {
  if (lines.some((line) => LOSSES.has(line.kind)))
    return `If this is not what you expected, please ask an administrator of ${organization}.`
  const nothing = hasAccount ? 'You do not need to do anything. ' : ''
  return `${nothing}If you have questions, please ask an administrator of ${organization}.`
}
