/** What became of the operations of a Bulk, as far as they have been done. */
import type { Outcome, Task } from './bulk-task.ts'
import { ScimError } from './error.ts'

export class Outcomes {
  readonly #failOnErrors: number | null
  readonly #makers: ReadonlyMap<string, number>
  readonly #outcomes = new Map<number, Outcome>()
  #errors = 0

  /** @param makers bulkId → index of its POST */
  constructor(failOnErrors: number | null, makers: ReadonlyMap<string, number>) {
    this.#failOnErrors = failOnErrors
    this.#makers = makers
  }

  /** How many errors may still happen before nothing more is done (RFC 7644 §3.7); null: any number. */
  get left(): number | null {
    return this.#failOnErrors === null ? null : this.#failOnErrors - this.#errors
  }

  /** Undefined for what was not begun. */
  of(index: number): Outcome | undefined {
    return this.#outcomes.get(index)
  }

  isThere(index: number): boolean {
    const outcome = this.of(index)
    return outcome !== undefined && !('error' in outcome)
  }

  /** Takes the place of what was known before. */
  set(index: number, outcome: Outcome): void {
    if ('error' in outcome) this.#errors += 1
    this.#outcomes.set(index, outcome)
  }

  /** What an operation refers to must be there by now. Throws ScimError invalidValue. */
  checkNeeds({ needs }: Task): void {
    for (const bulkId of needs) {
      const outcome = this.#made(bulkId)
      if (outcome !== undefined && 'error' in outcome) {
        const detail = `${named(bulkId)} refers to an operation that failed, so this one cannot be done.`
        throw new ScimError('invalidValue', detail)
      }
    }
  }

  /** Whether an operation refers to one that was not done yet: to itself, or to a later one of its circle. */
  isYetToCome(bulkId: string): boolean {
    return this.#made(bulkId) === undefined
  }

  /** Why an operation of a circle is taken back: another one that it needs, and that needs it, is not there. */
  broken({ index, bulkId }: Task): ScimError {
    const became = this.of(index) === undefined ? 'was not begun' : 'failed'
    const detail = `This operation and the one with ${named(bulkId ?? '')} need each other, and that one ${became}, so this one cannot be done.`
    return new ScimError('invalidValue', detail)
  }

  #made(bulkId: string): Outcome | undefined {
    return this.of(this.#makers.get(bulkId) ?? -1)
  }
}

const named = (bulkId: string): string => `bulkId:${bulkId.slice(0, 100).toWellFormed()}`
