/**
 * Everything that rosterd tells about itself, as a closed list: a name here is the name in the log, in the event stream and
 * (later) in a webhook. Numbers are row ids; counts are people or items, never percentages.
 */

interface About {
  organizationId: number
}
interface AboutSnapshot extends About {
  snapshotId: number
  sourceId: number
  rows: number
}
interface AboutPlan extends About {
  planId: number
}
interface AboutBorrow extends About {
  personId: number
  productId: number
}
interface AboutLetter extends About {
  letterId: number
  audience: 'member' | 'administrator'
}

/** Event name → what comes with it. */
export interface EventPayloads {
  'snapshot.admitted': AboutSnapshot & { admittedBy: string }
  'snapshot.held': AboutSnapshot & { guards: string[] }
  'snapshot.refused': AboutSnapshot & { guards: string[] }
  'snapshot.expired': About & { snapshotId: number }
  'plan.created': AboutPlan & { items: number; subtractive: number; additive: number; state: string }
  'plan.held': AboutPlan & { guards: string[] }
  'plan.approved': AboutPlan & { actor: string; hash: string }
  'plan.rejected': AboutPlan & { actor: string; reason: string | null }
  'plan.superseded': AboutPlan & { byPlanId: number }
  'plan.expired': AboutPlan
  'plan.stale': AboutPlan & { affected: number; items: number }
  'plan.started': AboutPlan & { lane: string; items: number }
  'plan.submitted': AboutPlan & { actor: string }
  'plan.edited': AboutPlan & { actor: string; items: number; hash: string }
  'plan.cancelled': AboutPlan & { actor: string }
  'plan.finished': AboutPlan & { state: string; succeeded: number; failed: number; waiting: number; skipped: number }
  'upload.read': AboutSnapshot & { actor: string; verb: string; errors: number }
  'pin.written': AboutPlan & { kind: string; people: number }
  'pin.ended': About & { kind: string; people: number }
  'borrow.registered': AboutBorrow & { until: string }
  'borrow.returned': AboutBorrow
  'decision.opened': About & { decisionId: number; kind: string; people: number }
  'decision.decided': About & { decisionId: number; actor: string; choice: string }
  'member.accepted': About & { memberId: number }
  'letter.sent': AboutLetter & { messageId: string }
  'letter.retried': AboutLetter & { attempt: number; at: string }
  'letter.failed': AboutLetter & { error: string }
  'letter.unknown': AboutLetter
}

export type EventName = keyof EventPayloads

/** The same list as values. `satisfies` makes a missing or an invented name a compile error. */
const NAMES = {
  'snapshot.admitted': true,
  'snapshot.held': true,
  'snapshot.refused': true,
  'snapshot.expired': true,
  'plan.created': true,
  'plan.held': true,
  'plan.approved': true,
  'plan.rejected': true,
  'plan.superseded': true,
  'plan.expired': true,
  'plan.stale': true,
  'plan.started': true,
  'plan.submitted': true,
  'plan.edited': true,
  'plan.cancelled': true,
  'plan.finished': true,
  'upload.read': true,
  'pin.written': true,
  'pin.ended': true,
  'borrow.registered': true,
  'borrow.returned': true,
  'decision.opened': true,
  'decision.decided': true,
  'member.accepted': true,
  'letter.sent': true,
  'letter.retried': true,
  'letter.failed': true,
  'letter.unknown': true,
} as const satisfies Record<EventName, true>

/** Is this the name of an event? For filters that come from outside. */
export function isEventName(name: string): name is EventName {
  return Object.hasOwn(NAMES, name)
}
