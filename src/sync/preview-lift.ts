/** Preview of a pin that is lifted: what sources and people would make of somebody without it. Nothing is written. */
import type { Claim, Grant } from '../reconcile/model.ts'
import type { Pin } from '../reconcile/pinned.ts'
import { evaluatePerson, readKnown } from './evaluation.ts'
import type { Parts } from './parts.ts'
import { readRuleset } from './ruleset.ts'

export interface LiftPreview {
  /** Whether they would be a member, by the pins that are left. */
  wanted: boolean
  /** By which source and rule. */
  claims: Claim[]
  /** What they would be given; of a pin against one product that product alone. */
  grants: Grant[]
}

export async function previewLift(
  { sql }: Parts,
  organization: number,
  pin: Pick<Pin, 'personId' | 'kind' | 'productId'>,
): Promise<LiftPreview> {
  const { personId, kind, productId } = pin
  const ruleset = await readRuleset(sql, organization)
  const known = await readKnown(sql, organization, [personId], ruleset)
  const left = (known.pins.get(personId) ?? []).filter((one) => one.kind !== kind || one.productId !== productId)
  const { claims, grants, desired } = evaluatePerson(personId, { ...known, pins: new Map([[personId, left]]) }, ruleset)
  return {
    wanted: desired.wanted,
    claims,
    grants: kind === 'exclude' ? grants : grants.filter((grant) => grant.productId === productId),
  }
}
