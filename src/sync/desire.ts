/** Evaluates the rules for dirty people, batch by batch, and stores what follows: claims, grants and one desired row a person. */
import { nextChange } from '../store/changes.ts'
import { writeClaims } from '../store/claims.ts'
import type { Sql, Transaction } from '../store/connection.ts'
import { writeDesired } from '../store/desired.ts'
import { takeDirty } from '../store/dirty.ts'
import { writeGrants } from '../store/grants.ts'
import type { Reach } from '../store/reach.ts'
import { evaluatePerson, readKnown } from './evaluation.ts'
import { type Ruleset, readRuleset } from './ruleset.ts'

const BATCH = 2500

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
  const known = await readKnown(transaction, organization, people, ruleset)
  const evaluated = people.map((person) => evaluatePerson(person, known, ruleset))
  const claims = evaluated.flatMap((one) => one.claims)
  const grants = evaluated.flatMap((one) => one.grants)
  const desired = evaluated.map((one) => one.desired)
  const change = await nextChange(transaction, organization, at, 'evaluation')
  await writeClaims(transaction, organization, change, people, claims)
  await writeGrants(transaction, organization, change, people, grants)
  await writeDesired(transaction, organization, desired, known.previous)
}
