/** What an edit of a plan came to, as a sentence for whoever made it. */
import { count, number } from './amount.ts'

interface Moved {
  items: number
  people: number
  /** How many of the items were not named, and go along with one that was. */
  also: number
}

/** `2 items of 1 person are left out; 1 of these goes along because it depends on another.` */
export function editWords(act: 'leave_out' | 'put_back', { items, people, also }: Moved): string {
  const done = act === 'leave_out' ? 'left out' : 'put back'
  const what = `${count(items, 'item')} of ${count(people, 'person', 'people')} ${items === 1 ? 'is' : 'are'} ${done}`
  if (also === 0) return `${what}.`
  const why = {
    leave_out: also === 1 ? 'goes along because it depends on another' : 'go along because they depend on others',
    put_back: also === 1 ? 'comes along because another depends on it' : 'come along because others depend on them',
  }
  return `${what}; ${number(also)} of these ${why[act]}.`
}
