/** Limits above everything that a test plans, for tests that are about something else: one line of a configuration. */
const WIDE = 'floor: 1000000, refuse_percent: null'
export const WIDE_LIMITS = `limits: { ${[
  `remove: { ${WIDE}, half_from: 1000000 }`,
  `revoke: { ${WIDE} }`,
  `revoke_all: { ${WIDE} }`,
  'group: { floor: 1000000 }',
  `rename: { ${WIDE}, swapped_names: 1000000 }`,
  'invite: { floor: 1000000, refuse_number: 1000000 }',
  'shorten: { floor: 1000000 }',
  'snapshot: { hold_percent: 0, refuse_percent: 0 }',
].join(', ')} }`
