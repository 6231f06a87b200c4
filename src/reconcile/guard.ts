/** The guards of a plan: named checks of what it would do against limits. Each is a small function; this is the list of them. */

import { z } from 'zod'
import { snapshotLimits } from './admit-limits.ts'
import { type Gauge, measure } from './gauge.ts'
import { guardAdministrators } from './guard-admins.ts'
import type { PlanFacts } from './guard-facts.ts'
import { groupLimits, guardGroups } from './guard-groups.ts'
import { guardDomains, guardInvites, inviteLimits } from './guard-invites.ts'
import { guardChanges, guardFirstPlan, guardNamesakes, namesakeLimits } from './guard-looks.ts'
import { removalLimits, removals, suspensions } from './guard-removals.ts'
import { guardSwappedNames, renameLimits, renames } from './guard-renames.ts'
import { allRevokes, allRevokesLimits, productRevokes, revokeLimits } from './guard-revokes.ts'
import { shortenings, shortenLimits } from './guard-shorten.ts'
import { guardWindow } from './guard-window.ts'
import type { Finding } from './model.ts'

export type { PlanFacts } from './guard-facts.ts'

export const limitsSchema = z.strictObject({
  hold_scope: z
    .enum(['subtractive', 'all'])
    .default('subtractive')
    .describe('What a guard holds: only the kind of items that it stopped at (subtractive), or the whole plan (all)'),
  remove: removalLimits.prefault({}).describe('Removals (guard G1)'),
  suspend: removalLimits.optional().describe('Suspensions (G5); as removals when absent'),
  revoke: revokeLimits.prefault({}).describe('Revokes of one product (G2)'),
  revoke_all: allRevokesLimits.prefault({}).describe('Revokes of all products together (G3)'),
  group: groupLimits.prefault({}).describe('Groups of the directory that lose their people (G4)'),
  rename: renameLimits.prefault({}).describe('Changed e-mail addresses and swapped names (G6)'),
  invite: inviteLimits.prefault({}).describe('Invitations (G7)'),
  shorten: shortenLimits.prefault({}).describe('Assignments that end sooner (G10)'),
  namesakes: namesakeLimits.prefault({}).describe('People removed and invited under the same name (G19)'),
  snapshot: snapshotLimits.prefault({}).describe('Files before anything of them is used (G12 to G14)'),
})
export type Limits = z.output<typeof limitsSchema>

/** Every check with what it measured, passes included: removals first, then what else the plan does, in the order of the guards. */
export function guard(facts: PlanFacts, limits: Limits): Finding[] {
  const done = (gauge: Gauge) => gauge.now > 0
  const revokes = productRevokes(facts, limits.revoke).filter(done)
  const gauges: Gauge[] = [
    removals(facts, limits.remove),
    ...revokes,
    ...[
      allRevokes(facts, limits.revoke_all),
      suspensions(facts, limits.suspend ?? limits.remove),
      renames(facts, limits.rename),
      shortenings(facts, limits.shorten),
    ].filter(done),
  ]
  return [
    ...gauges.map(measure),
    ...guardGroups(facts, limits.group),
    ...guardSwappedNames(facts, limits.rename),
    ...guardInvites(facts, limits.invite),
    ...guardDomains(facts),
    ...guardAdministrators(facts),
    ...gauges.flatMap(guardWindow),
    ...guardChanges(facts),
    ...guardFirstPlan(facts),
    ...guardNamesakes(facts, limits.namesakes),
  ]
}
