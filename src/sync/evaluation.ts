/** Evaluation of some people: what the database knows of them is read once, and what rules make of it is a pure function. */
import { desire, evaluate } from '../reconcile/evaluate.ts'
import type { Claim, Desired, DirectoryRow, Grant } from '../reconcile/model.ts'
import { decided } from '../reconcile/pinned.ts'
import { oneClaimEach, oneGrantEach } from '../reconcile/several-rows.ts'
import { readClaims } from '../store/claims.ts'
import type { Handle } from '../store/connection.ts'
import { readDesired } from '../store/desired.ts'
import { readRows } from '../store/directory.ts'
import { readGrants } from '../store/grants.ts'
import { readHandGrants } from '../store/hand-grants.ts'
import { pinsOf } from '../store/pins.ts'
import type { Ruleset } from './ruleset.ts'

export type Known = Awaited<ReturnType<typeof readKnown>>

export async function readKnown(handle: Handle, organization: number, people: number[], ruleset: Ruleset) {
  const [rows, previous, orphans, pins, handGrants] = await Promise.all([
    readRows(handle, organization, people),
    readDesired(handle, organization, people),
    readOrphans(handle, organization, people, ruleset),
    pinsOf(handle, organization, people),
    readHandGrants(handle, organization, people),
  ])
  return { rowsOf: Map.groupBy(rows, (row) => row.personId), previous, orphans, pins, handGrants }
}

export interface Evaluated {
  claims: Claim[]
  grants: Grant[]
  desired: Desired
}

export function evaluatePerson(person: number, known: Known, ruleset: Ruleset): Evaluated {
  const { rowsOf, previous, orphans, pins, handGrants } = known
  const shown = rowsOf.get(person) ?? []
  const wanted = shown.map((row) => evaluateRow(row, ruleset)).filter((one) => one !== null)
  const said = {
    claims: [...wanted.flatMap((one) => one.claims), ...(orphans.claims.get(person) ?? [])],
    grants: [...wanted.flatMap((one) => one.grants), ...(orphans.grants.get(person) ?? [])],
  }
  const manual = [...ruleset.sources.values()].find((source) => source.kind === 'manual')?.id ?? 0
  const own = decided(said, { pins: pins.get(person) ?? [], handGrants: handGrants.get(person) ?? [], manual })
  const claims = oneClaimEach(own.claims)
  const isProtected =
    wanted.some((one) => one.protected) || shown.some((row) => ruleset.protectedKeys.has(row.profile.emailKey))
  const desired = desire(person, shown, claims, previous.get(person) ?? null, ruleset.sources, isProtected)
  return { claims, grants: oneGrantEach(own.grants), desired }
}

function evaluateRow(row: DirectoryRow, ruleset: Ruleset) {
  const source = ruleset.sources.get(row.sourceId)
  const rules = ruleset.compiled.get(row.sourceId)
  if (!source?.connected || !rules) return null
  return evaluate(row, source, rules, ruleset)
}

/** A disconnected source keeps what it last wanted: nobody loses anything because a section left the config file. */
async function readOrphans(handle: Handle, organization: number, people: number[], ruleset: Ruleset) {
  const gone = new Set([...ruleset.sources.values()].filter((source) => !source.connected).map((source) => source.id))
  if (gone.size === 0) return { claims: new Map<number, Claim[]>(), grants: new Map<number, Grant[]>() }
  const [claims, grants] = await Promise.all([
    readClaims(handle, organization, people),
    readGrants(handle, organization, people),
  ])
  return {
    claims: Map.groupBy(
      claims.filter((claim) => gone.has(claim.sourceId)),
      (claim) => claim.personId,
    ),
    grants: Map.groupBy(
      grants.filter((grant) => gone.has(grant.sourceId)),
      (grant) => grant.personId,
    ),
  }
}
