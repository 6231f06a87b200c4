/**
 * Twenty kills of the embedded PostgreSQL, at moments drawn from a fixed seed, under a daemon that goes on: it starts its database
 * again and does what was interrupted.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ground, openGround } from './ground.ts'
import type { Kill } from './hunter.ts'
import { checkBooks, checkEnd } from './ledger.ts'
import { PHASES, type Phase } from './turn.ts'

const SEED = 20_261_123
const ROUNDS = 20
const HUNTED = ['observing', 'planning', 'applying', 'applying', 'mailing'] as const

let ground: Ground
beforeAll(async () => {
  ground = await openGround(SEED)
})
afterAll(async () => {
  await ground?.close()
})

test('twenty kills of the embedded PostgreSQL lose nothing and do nothing twice', async () => {
  const begun = performance.now()
  const { hunter, server } = ground
  const met = new Map<Phase, number>()
  const count = { rounds: 0, items: 0 }
  hunter.begin()
  const { pid } = await hunter.daemon()
  let generation = 0
  for (; count.rounds < ROUNDS; generation += 1) {
    const kills: Kill[] = []
    await hunter.drop(generation)
    for (const meant of HUNTED) {
      await hunter.lurk(generation, meant)
      kills.push({ meant, at: await hunter.killServer() })
    }
    // Letters whose fate the daemon could not write down take minutes to be called unknown; a start does it at once.
    const way = await hunter.reach(generation, 'mailing')
    for (const kill of kills) {
      const phase = hunter.learn(kill, way)
      met.set(phase, (met.get(phase) ?? 0) + 1)
    }
    count.rounds += kills.length
    count.items += await hunter.inside.ask((sql) => checkBooks(sql, way))
    expect((await hunter.daemon()).pid, 'the daemon that was started first').toBe(pid)
  }
  await hunter.kill()
  hunter.begin()
  for (let one = 0; one < generation; one += 1) await hunter.reach(one, 'done')
  const { letters, unknown, seats } = await checkEnd(hunter, server.deliveries, generation)

  const phases = PHASES.flatMap((phase) => (met.has(phase) ? `${phase} ${met.get(phase)}` : [])).join(', ')
  console.log(
    [
      `seed ${SEED}: ${count.rounds} kills of PostgreSQL under one daemon (${phases}) over ${generation} rosters`,
      `${count.items} items with one outcome each, ${seats} seats held at the end, as counted`,
      `${letters} letters to members arrived, none twice; of ${unknown} it is said that nobody knows`,
      `all of it ${((performance.now() - begun) / 1_000).toFixed(0)} s`,
    ].join('\n'),
  )
}, 900_000)
