/**
 * A hundred kills of the daemon and more, each at a moment drawn from a fixed seed: while it reads a file, while it plans, while it
 * applies and while it sends letters. The next start goes on with whatever it finds.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Ground, openGround } from './ground.ts'
import type { Kill } from './hunter.ts'
import { checkBooks, checkEnd } from './ledger.ts'
import type { Phase } from './turn.ts'

const SEED = 20_261_122
const ROUNDS = 100
/** So many kills must have met each phase; a machine on which too few do gets more rounds. */
const EACH = 15
const AT_MOST = 240
const HUNTED = ['observing', 'planning', 'applying', 'mailing'] as const
/** So often in each phase of one roster: what goes on after a kill is killed again. */
const TIMES = 2

/** Two installations at once: a start keeps one core busy. */
const grounds: Ground[] = []
beforeAll(async () => {
  for (const seed of [SEED, SEED + 1]) grounds.push(await openGround(seed))
})
afterAll(async () => {
  for (const ground of grounds) await ground.close()
})

test('a hundred kills at random moments lose nothing and do nothing twice', async () => {
  const begun = performance.now()
  const met = new Map<Phase, number>()
  const count = { rounds: 0, rosters: 0, items: 0, seats: 0, letters: 0, unknown: 0 }
  const lacking = (phase: Phase) => (met.get(phase) ?? 0) < EACH
  const goesOn = () => count.rounds < ROUNDS || (HUNTED.some(lacking) && count.rounds < AT_MOST)

  const chase = async ({ hunter, server }: Ground) => {
    hunter.begin()
    await hunter.daemon()
    let generation = 0
    for (; generation === 0 || goesOn(); generation += 1) {
      const kills: Kill[] = []
      await hunter.drop(generation)
      for (const meant of HUNTED.flatMap((phase) => Array.from({ length: TIMES }, () => phase))) {
        await hunter.lurk(generation, meant)
        kills.push({ meant, at: await hunter.kill() })
        hunter.begin()
      }
      const way = await hunter.reach(generation, 'done')
      for (const kill of kills) {
        const phase = hunter.learn(kill, way)
        met.set(phase, (met.get(phase) ?? 0) + 1)
      }
      count.rounds += kills.length
      count.items += await hunter.inside.ask((sql) => checkBooks(sql, way))
    }
    const { letters, unknown, seats } = await checkEnd(hunter, server.deliveries, generation)
    count.rosters += generation
    count.letters += letters
    count.unknown += unknown
    count.seats += seats
  }
  await Promise.all(grounds.map(chase))

  const phases = [...met].map(([phase, times]) => `${phase} ${times}`).join(', ')
  const starts = grounds.flatMap(({ hunter }) => hunter.starts).sort((a, b) => a - b)
  console.log(
    [
      `seed ${SEED}: ${count.rounds} kills of the daemon (${phases}) over ${count.rosters} rosters`,
      `${count.items} items with one outcome each, ${count.seats} seats held at the end, as counted`,
      `${count.letters} letters to members arrived, none twice; of ${count.unknown} it is said that nobody knows`,
      `a start took ${starts[starts.length >> 1]?.toFixed(0)} ms in the middle, all of it ${((performance.now() - begun) / 1_000).toFixed(0)} s`,
    ].join('\n'),
  )
  expect(HUNTED.filter(lacking), 'phases that too few kills met').toEqual([])
}, 1_800_000)
