/** The words of bulk operations, as the buttons and headings say them. */
import { count } from '../../reconcile/amount.ts'
import type { Verb } from '../../reconcile/operation.ts'

export type Step = 'users' | 'products' | 'options' | 'summary'

export interface Words {
  /** Of the whole way. */
  title: string
  /** What comes after each other; what a verb does not need is left out. */
  steps: [step: Step, name: string][]
  /** Said above the choice of people. */
  users: string
  /** The word `by hand` in the choice of ways. */
  manual: string
  file: string
}

export const WORDS: Record<Verb, Words> = {
  invite: {
    title: 'Invite users',
    steps: [
      ['users', 'Users'],
      ['products', 'Products'],
      ['options', 'Details'],
      ['summary', 'Summary'],
    ],
    users: 'They join at once, and use their licences from when they have an account with the same address.',
    manual: '',
    file: 'Bulk invite',
  },
  remove: {
    title: 'Remove users',
    steps: [
      ['users', 'Users'],
      ['options', 'Details'],
      ['summary', 'Summary'],
    ],
    users: 'Whoever is removed holds no products then, and has none borrowed for offline use.',
    manual: 'Manual removal',
    file: 'Via .csv file',
  },
  assign: {
    title: 'Assign products',
    steps: [
      ['users', 'Users'],
      ['products', 'Products'],
      ['options', 'Expiration date'],
      ['summary', 'Summary'],
    ],
    users: 'Next come the products, and the day on which they end.',
    manual: 'Manual product assignment',
    file: 'Via .csv file product assignment',
  },
  revoke: {
    title: 'Revoke products',
    steps: [
      ['users', 'Users'],
      ['products', 'Products'],
      ['options', 'Details'],
      ['summary', 'Summary'],
    ],
    users: 'They stay users of the organization; next come the products.',
    manual: 'Manual product revoke',
    file: 'Via .csv file',
  },
}

/** The step after this one. */
export function stepAfter(verb: Verb, step: Step): Step {
  const names = WORDS[verb].steps.map(([one]) => one)
  return names[names.indexOf(step) + 1] ?? 'summary'
}

/** Below `/bulk/remove`. */
export const STEP_PATHS: Record<Step, string> = {
  users: '/users',
  products: '/products',
  options: '/options',
  summary: '',
}

export const users = (people: number): string => count(people, 'user')

/** On the button that lets it happen. */
export function doIt(verb: Verb, { people, products }: { people: number; products: number }): string {
  switch (verb) {
    case 'invite':
      return `Send ${count(people, 'invite')}`
    case 'remove':
      return `Remove ${users(people)}`
    case 'assign':
      return `Assign to ${users(people)}`
    case 'revoke':
      return `Revoke ${count(products, 'product')} from ${users(people)}`
  }
}
