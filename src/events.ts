/**
 * What the log tells of the work, as a closed list: the names in the field `event` of its lines, on which programs that read the log may
 * count. docs/operations.md has them all.
 */
export const EVENTS = [
  'snapshot.observed',
  'snapshot.expired',
  'upload.read',
  'plan.proposed',
  'plan.drafted',
  'plan.edited',
  'plan.submitted',
  'plan.consented',
  'plan.approved',
  'plan.started',
  'plan.stale',
  'plan.finished',
  'plan.cancelled',
  'plan.expired',
  'pin.written',
  'pin.ended',
  'borrow.registered',
  'borrow.returned',
  'letter.sent',
  'letter.retried',
  'letter.failed',
  'letter.unknown',
  'audit.signed',
  'component.trouble',
  'component.fine',
  'configuration.reloaded',
  'listener.exposed',
  'sign_in.failed',
] as const

export type EventName = (typeof EVENTS)[number]

declare module 'pino' {
  /** No line has another name: the compiler refuses it. */
  interface LogFnFields {
    event?: EventName
  }
}
