/** Addresses as people paste them from Outlook, from a spreadsheet or from a text: `Ann Lee <ann@x.example>; bob@x.example`. */
import { readEmail } from '../../reconcile/normalise.ts'
import { reasonSentence } from '../../reconcile/reasons.ts'

/** What an upload is named that was pasted: no file of anybody's. */
export const PASTED = 'Pasted addresses'

export interface PastedPerson {
  email: string
  firstName: string
  lastName: string
}

export interface Pasted {
  people: PastedPerson[]
  /** Addresses that stood there more than once. */
  repeated: number
  /** What is no address, and why not. */
  wrong: { text: string; why: string }[]
}

/** Whoever stands there twice is one; what is before an address in pointed brackets is their name. */
export function readPasted(text: string): Pasted {
  const people = new Map<string, PastedPerson>()
  const wrong: Pasted['wrong'] = []
  let repeated = 0
  for (const entry of entriesOf(text)) {
    const { name, address } = partsOf(entry)
    const email = readEmail(address)
    if (!email.ok) wrong.push({ text: entry, why: reasonSentence(email.code, email.params) })
    else if (people.has(email.key)) repeated++
    else people.set(email.key, { email: email.email, ...namesOf(name) })
  }
  return { people: [...people.values()], repeated, wrong }
}

/** Entries end with a line or a semicolon, and with a comma or a tab where that is not inside a name; spaces part bare addresses. */
function entriesOf(text: string): string[] {
  const groups = text.match(/(?:"[^"\n]*"|[^;\n\r"]|")+/g) ?? []
  return groups.flatMap(entriesOfGroup)
}

function entriesOfGroup(group: string): string[] {
  const entries: string[] = []
  // `Lee, Ann <ann@x>` and `Ann, Lee, ann@x` are one person each: what has no address yet belongs to the next that has.
  let open = ''
  for (const cell of group.match(/(?:"[^"]*"|<[^<>]*>|[^,\t"]|")+/g) ?? []) {
    const part = cell.trim()
    if (part === '') continue
    const whole = open === '' ? part : `${open}, ${part}`
    open = ''
    if (!part.includes('@')) open = whole
    else if (/^\S+@\S+(\s+\S+@\S+)+$/.test(whole)) entries.push(...whole.split(/\s+/))
    else entries.push(whole)
  }
  return open === '' ? entries : [...entries, open]
}

function partsOf(entry: string): { name: string; address: string } {
  const pointed = /^(.*?)<([^<>]*)>\s*$/s.exec(entry)
  if (pointed !== null) return { name: bare(pointed[1] ?? ''), address: pointed[2] ?? '' }
  // A row of a spreadsheet has the name in the cell before.
  const row = /^(.*),\s*(\S+@\S+)$/.exec(entry)
  if (row !== null && !(row[1] ?? '').includes('@')) return { name: bare(row[1] ?? ''), address: row[2] ?? '' }
  return { name: '', address: entry }
}

const bare = (name: string): string =>
  name
    .trim()
    .replace(/^["']+|["']+$/g, '')
    .trim()

/** `Lee, Ann` and `Ann Lee` are the same. */
function namesOf(name: string): { firstName: string; lastName: string } {
  const [last = '', first] = name.split(',').map((part) => part.trim())
  if (first !== undefined && first !== '') return { firstName: first, lastName: last }
  const words = name
    .replaceAll(',', ' ')
    .split(/\s+/)
    .filter((word) => word !== '')
  return {
    firstName: words.slice(0, -1).join(' ') || (words[0] ?? ''),
    lastName: words.length > 1 ? (words.at(-1) ?? '') : '',
  }
}

/** The same people as the bytes of a file, which is then read like any other. */
export function pastedFile(people: PastedPerson[], withNames: boolean): string {
  const cell = (text: string) => `"${text.replaceAll('"', '""')}"`
  const rows = people.map(({ email, firstName, lastName }) =>
    (withNames ? [email, firstName, lastName] : [email]).map(cell).join(','),
  )
  return [withNames ? 'email,first_name,last_name' : 'email', ...rows].join('\r\n').concat('\r\n')
}
