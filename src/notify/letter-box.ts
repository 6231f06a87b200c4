/** What the letterbox needs from the memory: letters to take, and a place to write down what became of them. */
import type { AdminEvent, MemberEvent } from '../reconcile/letter.ts'

interface Addressed {
  id: number
  organization: { id: number; key: string; name: string; zone: string }
  /** One address, as it is shown. */
  to: string
  /** Which try this is: 1 for the first. */
  attempt: number
}

export type OutgoingLetter = Addressed &
  ({ audience: 'member'; event: MemberEvent } | { audience: 'administrator'; event: AdminEvent })

/** The port. Every method is one short transaction; ids are unique over all organizations. */
export interface LetterBox {
  /** Letters, those to administrators first, that are complete (every item of that person in that plan is terminal) and due, marked `sending` with this worker's token in the same statement. */
  take(limit: number, at: Date): Promise<OutgoingLetter[]>
  /** Letters that a worker who is gone left in `sending` minutes ago, by the clock of the letterbox, now marked `sending` with this worker's token: nobody knows whether they left. */
  abandoned(limit: number): Promise<OutgoingLetter[]>
  sent(id: number, messageId: string): Promise<void>
  /** Due again at `at`, with the attempt counted. */
  retry(id: number, at: Date, error: string): Promise<void>
  failed(id: number, error: string): Promise<void>
  /** It may or may not have left (MAIL_UNKNOWN): only a person sends it again. */
  unknown(id: number): Promise<void>
}
