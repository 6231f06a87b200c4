/** Whoever looks at a page is never told to type what only works at a terminal, but for what nothing else can do. */
import { expect, test } from 'vitest'
import { nextOnPages } from '../../src/console/error-words.ts'
import { onPages } from '../../src/console/plans/next-words.ts'
import { CATALOGUE, type ErrorCode, RosterdError } from '../../src/errors.ts'
import { REASONS } from '../../src/reconcile/reasons.ts'

/** Of the machine where the daemon runs, or only ever shown there. */
const AT_THE_MACHINE = new Set(['LINK_USED', 'PROVIDER_AWAY', 'DAEMON_UNREACHABLE'])
const ON_PAGES = Object.entries(CATALOGUE).filter(
  ([code, { status }]) => (status < 500 || status === 503) && !AT_THE_MACHINE.has(code),
)

test.each(ON_PAGES)('%s', (code) => {
  const known = Object.keys(CATALOGUE).find((one): one is ErrorCode => one === code)
  if (known === undefined) throw new Error('no code')
  expect(nextOnPages(new RosterdError(known, {}))).not.toMatch(/rosterd [a-z]|--[a-z]/)
})

test.each(Object.entries(REASONS))('%s', (_, { next }) => expect(onPages(next)).not.toMatch(/rosterd [a-z]|--[a-z]/))
