/** Evaluates the rules for dirty people, batch by batch, and stores what follows: claims, grants and one desired row a person. */

import { desire, evaluate } from '../reconcile/evaluate.ts'
import type { Claim, Desired, DirectoryRow, Grant } from '../reconcile/model.ts'
import { nameKey } from '../reconcile/normalise.ts'
import { decided } from '../reconcile/pinned.ts'
import { type CompiledRules, compile } from '../reconcile/rules.ts'
import { oneClaimEach, oneGrantEach } from '../reconcile/several-rows.ts'
import { nextChange } from '../store/changes.ts'
import { readClaims, writeClaims } from '../store/claims.ts'
import type { Sql, Transaction } from '../store/connection.ts'
import { readDesired, writeDesired } from '../store/desired.ts'
import { readRows } from '../store/directory.ts'
import { takeDirty } from '../store/dirty.ts'
import { readGrants, writeGrants } from '../store/grants.ts'
import { readHandGrants } from '../store/hand-grants.ts'
import { listProducts, listRules, listSources, readOrganization, type SourceRow } from '../store/organizations.ts'
import { pinsOf } from '../store/pins.ts'
import type { Reach } from '../store/reach.ts'

const BATCH = 2500

/** What evaluation reads of an organization, once for all batches. */
export interface Ruleset {
  sources: Map<number, SourceRow>
  compiled: Map<number, CompiledRules>
  productIdByKey: Map<string, number>
  /** By folded key, name and alias; where two products share one, a key counts more than a name, and that more than an alias. */
  productIdByName: Map<string, number>
  zone: string
  /** E-mail keys of people from whom no source takes anything. */
  protectedKeys: Set<string>
}

async function readRuleset(sql: Sql | Transaction, organization: number): Promise<Ruleset> {
  const [settings, sources, rules, products] = await Promise.all([
    readOrganization(sql, organization),
    listSources(sql, organization),
    listRules(sql, organization),
    listProducts(sql, organization),
  ])
  return {
    sources: new Map(sources.map((source) => [source.id, source])),
    compiled: new Map(sources.map((source) => [source.id, compile(rules, source.key)])),
    productIdByKey: new Map(products.map((product) => [product.key, product.id])),
    productIdByName: new Map([
      ...products.flatMap((one) => one.aliases.map((alias) => [nameKey(alias), one.id] as const)),
      ...products.map((one) => [nameKey(one.name), one.id] as const),
      ...products.map((one) => [nameKey(one.key), one.id] as const),
    ]),
    zone: settings.zone,
    protectedKeys: new Set(settings.settings.protected),
  }
}

/** Batches under way at once: one waits for the database while another is worked out. */
const HANDS = 2

/** Evaluates until nobody of whom the proposal is about is dirty. Each batch is one transaction, so a crash leaves the rest dirty. Returns how many people. */
export async function evaluateDirty(
  sql: Sql,
  organization: number,
  at: Date,
  reach: Reach = 'everybody',
): Promise<number> {
  let evaluated = 0
  let after = 0
  const work = async () => {
    for (;;) {
      const from = after
      const people = await sql.begin(async (transaction) => {
        const taken = await takeDirty(transaction, organization, from, BATCH, reach)
        if (taken.length === 0) return taken
        after = Math.max(after, taken.at(-1) ?? 0)
        // Read after the marks were taken: rules that change later mark everybody again.
        const ruleset = await readRuleset(transaction, organization)
        await evaluatePeople(transaction, organization, taken, ruleset, at)
        return taken
      })
      evaluated += people.length
      // At the end of the ids, whoever was marked behind the cursor meanwhile is taken from the beginning.
      if (people.length === 0 && from === 0) return
      if (people.length === 0) after = 0
    }
  }
  await Promise.all(Array.from({ length: HANDS }, work))
  return evaluated
}

async function evaluatePeople(
  transaction: Transaction,
  organization: number,
  people: number[],
  ruleset: Ruleset,
  at: Date,
): Promise<void> {
  const [rows, previous, orphans, pins, handGrants] = await Promise.all([
    readRows(transaction, organization, people),
    readDesired(transaction, organization, people),
    readOrphans(transaction, organization, people, ruleset),
    pinsOf(transaction, organization, people),
    readHandGrants(transaction, organization, people),
  ])
  const manual = [...ruleset.sources.values()].find((source) => source.kind === 'manual')?.id ?? 0
  const rowsOf = Map.groupBy(rows, (row) => row.personId)
  const claims: Claim[] = []
  const grants: Grant[] = []
  const desired: Desired[] = []
  for (const person of people) {
    const shown = rowsOf.get(person) ?? []
    const wanted = shown.map((row) => evaluateRow(row, ruleset)).filter((one) => one !== null)
    const said = {
      claims: [...wanted.flatMap((one) => one.claims), ...(orphans.claims.get(person) ?? [])],
      grants: [...wanted.flatMap((one) => one.grants), ...(orphans.grants.get(person) ?? [])],
    }
    const byHand = { pins: pins.get(person) ?? [], handGrants: handGrants.get(person) ?? [], manual }
    const own = decided(said, byHand)
    const ownClaims = oneClaimEach(own.claims)
    claims.push(...ownClaims)
    grants.push(...oneGrantEach(own.grants))
    const isProtected =
      wanted.some((one) => one.protected) || shown.some((row) => ruleset.protectedKeys.has(row.profile.emailKey))
    desired.push(desire(person, shown, ownClaims, previous.get(person) ?? null, ruleset.sources, isProtected))
  }
  const change = await nextChange(transaction, organization, at, 'evaluation')
  await writeClaims(transaction, organization, change, people, claims)
  await writeGrants(transaction, organization, change, people, grants)
  await writeDesired(transaction, organization, desired, previous)
}

function evaluateRow(row: DirectoryRow, ruleset: Ruleset) {
  const source = ruleset.sources.get(row.sourceId)
  const rules = ruleset.compiled.get(row.sourceId)
  if (!source?.connected || !rules) return null
  return evaluate(row, source, rules, ruleset)
}

/** A disconnected source keeps what it last wanted: nobody loses anything because a section left the config file. */
async function readOrphans(transaction: Transaction, organization: number, people: number[], ruleset: Ruleset) {
  const gone = new Set([...ruleset.sources.values()].filter((source) => !source.connected).map((source) => source.id))
  if (gone.size === 0) return { claims: new Map<number, Claim[]>(), grants: new Map<number, Grant[]>() }
  const [claims, grants] = await Promise.all([
    readClaims(transaction, organization, people),
    readGrants(transaction, organization, people),
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
