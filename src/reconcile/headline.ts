/** What a plan that somebody asked for would do, as one sentence. */
import { count, number } from './amount.ts'
import { countsSentence } from './describe.ts'
import type { ActionKind } from './model.ts'
import type { PinFor } from './operation.ts'
import { reasonSentence } from './reasons.ts'

/** The numbers behind the sentence. A person is counted by the worst of what is predicted of them: failed, waiting, done, no change. */
export interface HandFacts {
  items: number
  /** Items by kind, without those that find things as they would make them. */
  counts: Partial<Record<ActionKind, number>>
  people: number
  /** People for whom nothing is left to do. */
  unchanged: number
  /** Those of them who are or have already what they were to be given. */
  staying: number
  /** People of whom something is predicted to fail. */
  failing: number
  /** People who would wait, for a seat or for a licence that they borrowed. */
  waiting: number
  /** People who would get a letter, were the plan not quiet. */
  letters: number
  /** The only person of the plan, where they are to be invited and are a member already. */
  member: string | null
}

/** Whom a person's word would hold against sources, and for how long. */
export interface PinFacts {
  people: number
  /** Names of the sources that still want them. */
  sources: string[]
  pin: PinFor
}

/** `Remove 12; 2 are as wanted already; 3 pinned for 30 days, since HR feed still wants them; 10 people get one mail each`. */
export function headlineByHand(facts: HandFacts, { people: pinned, sources, pin }: PinFacts, quiet: boolean): string {
  const { unchanged, staying, failing, waiting, letters, member } = facts
  if (member !== null) return memberAlready(member)
  const are = (people: number) => `${number(people)} ${people === 1 ? 'is' : 'are'}`
  const parts = [
    countsSentence(facts.counts),
    unchanged === 0 ? '' : `${are(unchanged)} as wanted already${staying > 0 ? AS_BEFORE : ''}`,
    failing === 0 ? '' : `${number(failing)} will fail`,
    waiting === 0 ? '' : `${number(waiting)} will wait`,
    pinned === 0 ? '' : `${number(pinned)} pinned ${lasting(pin)}, since ${wants(sources)} them`,
    mails(letters, quiet),
  ]
  return parts.filter((part) => part !== '').join('; ')
}

/** What only holds before the end, each as a whole part of the sentence, and how it is said afterwards. */
const AFTERWARDS: [RegExp, string][] = [
  [/^1 will (fail|wait)$/, '1 was expected to $1'],
  [/^([\d,]+) will (fail|wait)$/, '$1 were expected to $2'],
  [/^1 is as wanted already/, '1 was as wanted already'],
  [/^([\d,]+) are as wanted already/, '$1 were as wanted already'],
  [/^nobody will be mailed$/, 'nobody was mailed'],
  [/^1 person gets one mail$/, '1 person was to get one mail'],
  [/^([\d,]+ people) get one mail each$/, '$1 were to get one mail each'],
]

/** The sentence of a plan that has ended: what was foreseen then is told as what was expected. */
export function headlineAfter(headline: string): string {
  return headline
    .split('; ')
    .map((part) => AFTERWARDS.reduce((said, [before, after]) => said.replace(before, after), part))
    .join('; ')
}

/** Nothing is given by hand to who has it already: otherwise an export, edited and uploaded, would make all of it people's own. */
const AS_BEFORE = ', for as long as their sources say'

function memberAlready(name: string): string {
  return `${reasonSentence('ALREADY_MEMBER', { name })} Nothing changes: they stay for as long as their sources want them.`
}

function mails(letters: number, quiet: boolean): string {
  if (quiet || letters === 0) return 'nobody will be mailed'
  return letters === 1 ? '1 person gets one mail' : `${count(letters, 'person', 'people')} get one mail each`
}

function wants(sources: string[]): string {
  return `${sources.join(' and ')} still ${sources.length === 1 ? 'wants' : 'want'}`
}

function lasting(pin: PinFor): string {
  switch (pin.kind) {
    case 'next_sync':
      return 'until the next sync'
    case 'days':
      return `for ${count(pin.days, 'day')}`
    case 'always':
      return 'until somebody lifts it'
  }
}
