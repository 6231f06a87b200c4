/**
 * Conversations between an identity provider and rosterd, written down as files: `>` a request with its body, `<` the status with what
 * the answer must hold, `NAME = id` what is remembered of it, `~ 10 s` time that passes, then what became of it.
 */
import { readFile } from 'node:fs/promises'

export type Line =
  | { kind: 'request'; method: string; path: string; body: string | null; at: number }
  | { kind: 'answer'; status: number; body: string | null; at: number }
  | { kind: 'remember'; name: string; property: string; at: number }
  | { kind: 'pass'; milliseconds: number; at: number }
  | { kind: 'plan'; state: string; actions: string[]; at: number }
  | { kind: 'members'; members: string[]; at: number }
  | { kind: 'people'; count: number; at: number }
  | { kind: 'live' | 'approve'; at: number }

export interface Conversation {
  dialect: string
  /** What the tenant URL carries, and so perhaps every request. */
  flag: string | null
  lines: Line[]
}

const UNITS: Record<string, number> = { s: 1_000, min: 60_000, d: 86_400_000 }

export async function readConversation(file: string): Promise<Conversation> {
  const text = await readFile(file, 'utf8')
  const rest = text.split('\n')
  const lines: Line[] = []
  let dialect = 'lenient'
  let flag: string | null = null
  for (let place = 0; place < rest.length; place += 1) {
    const line = rest[place] ?? ''
    const at = place + 1
    const block = (belongs: RegExp): string[] => {
      const taken: string[] = []
      for (let next = rest[place + 1]; next !== undefined && belongs.test(next); next = rest[place + 1]) {
        taken.push(next)
        place += 1
      }
      return taken
    }
    const body = () => {
      const taken = block(/^[{}\s]\S*/)
      return taken.length === 0 ? null : taken.join('\n')
    }
    const indented = () => block(/^ {2}\S/).map((one) => one.trim())
    const [word = '', ...words] = line.split(' ')
    if (line === '' || word === '#') continue
    if (word === 'dialect') dialect = words[0] ?? dialect
    else if (word === 'flag') flag = words[0] ?? null
    else if (word === '>')
      lines.push({ kind: 'request', method: words[0] ?? '', path: words.slice(1).join(' '), at, body: body() })
    else if (word === '<') lines.push({ kind: 'answer', status: Number(words[0]), at, body: body() })
    else if (word === '~')
      lines.push({ kind: 'pass', milliseconds: Number(words[0]) * (UNITS[words[1] ?? ''] ?? Number.NaN), at })
    else if (word === 'plan') lines.push({ kind: 'plan', state: words[0] ?? '', at, actions: indented() })
    else if (word === 'members') lines.push({ kind: 'members', at, members: indented() })
    else if (word === 'people') lines.push({ kind: 'people', at, count: Number(words[0]) })
    else if (word === 'live' || word === 'approve') lines.push({ kind: word, at })
    else if (words[0] === '=') lines.push({ kind: 'remember', name: word, property: words[1] ?? '', at })
    else throw new Error(`${file}:${at}: ${line}`)
  }
  return { dialect, flag, lines }
}
