/** What all actions by hand share. */
import type { Chosen, HandCase, HandGround } from './hand-case.ts'
import type { Action } from './model.ts'

/** An action for whom somebody chose; the caller says what it does. All of them stand in the name of the pseudo-source `manual`. */
export function byHand(
  chosen: Chosen,
  person: HandCase,
  ground: HandGround,
  own: Pick<Action, 'kind' | 'effect' | 'reason'> & Partial<Action>,
): Action {
  const { line } = chosen
  const { snapshot } = ground
  return {
    personId: person.personId,
    subject: person.subject,
    productId: null,
    before: null,
    after: null,
    sourceIds: [ground.manual],
    evidence: line === null || snapshot === null ? null : { snapshotId: snapshot.id, file: snapshot.file, line },
    precondition: {},
    seatOrder: null,
    fromPersonId: null,
    ...own,
  }
}
