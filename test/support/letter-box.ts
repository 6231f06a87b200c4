/** A letterbox in memory that remembers what became of each letter. */
import type { LetterBox, OutgoingLetter } from '../../src/notify/letter-box.ts'

interface Kept {
  letter: OutgoingLetter
  state: string
  due: Date
}

export class MemoryLetterBox implements LetterBox {
  readonly kept = new Map<number, Kept>()
  /** Makes every call fail, as a lost database does. */
  broken = false

  put(letter: OutgoingLetter, state = 'due'): void {
    this.kept.set(letter.id, { letter, state, due: new Date(0) })
  }

  states(): Record<number, string> {
    return Object.fromEntries([...this.kept].map(([id, { state }]) => [id, state]))
  }

  async take(limit: number, at: Date): Promise<OutgoingLetter[]> {
    return this.#pick('due', limit, at)
  }

  async abandoned(limit: number): Promise<OutgoingLetter[]> {
    return this.#pick('left behind', limit, new Date(0))
  }

  async sent(id: number, messageId: string): Promise<void> {
    this.#set(id, `sent ${messageId}`)
  }

  async retry(id: number, at: Date, error: string): Promise<void> {
    const kept = this.#set(id, 'due')
    kept.due = at
    kept.letter = { ...kept.letter, attempt: kept.letter.attempt + 1 }
    this.#set(id, 'due')
    if (error === '') throw new Error('a reason is needed')
  }

  async failed(id: number, error: string): Promise<void> {
    this.#set(id, `failed: ${error}`)
  }

  async unknown(id: number): Promise<void> {
    this.#set(id, 'unknown')
  }

  #pick(state: string, limit: number, at: Date): OutgoingLetter[] {
    if (this.broken) throw new Error('the database is away')
    const found = [...this.kept.values()].filter((kept) => kept.state === state && kept.due <= at).slice(0, limit)
    for (const kept of found) kept.state = 'sending'
    return found.map(({ letter }) => letter)
  }

  #set(id: number, state: string): Kept {
    if (this.broken) throw new Error('the database is away')
    const kept = this.kept.get(id)
    if (kept === undefined) throw new Error(`there is no letter ${id}`)
    kept.state = state
    return kept
  }
}
