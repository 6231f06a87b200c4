/** The order in which the operations of a Bulk are done, whatever refers to what (RFC 7644 §3.7.1). */
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { ordered } from '../../src/scim/bulk-references.ts'

/** For each of a few operations, those that it needs. */
const graphs = fc
  .integer({ min: 1, max: 8 })
  .chain((count) =>
    fc.array(fc.uniqueArray(fc.nat(count - 1), { maxLength: 3 }), { minLength: count, maxLength: count }),
  )

/** From each operation, all that it leads to, over others or not. */
function reach(needs: number[][]): Set<number>[] {
  return needs.map((first) => {
    const found = new Set(first)
    for (const at of found) for (const next of needs[at] ?? []) found.add(next)
    return found
  })
}

test('everything comes after what it needs; a circle is known at its end, before whoever else needs one of it', () => {
  fc.assert(
    fc.property(graphs, (needs) => {
      const { order, circles } = ordered(needs)
      expect([...order].sort((a, b) => a - b)).toEqual([...needs.keys()])
      const place = new Map(order.map((at, index) => [at, index]))
      const from = reach(needs)
      const together = (a: number, b: number) => from[a]?.has(b) === true && from[b]?.has(a) === true
      const ends = new Map<number, number>()
      for (const at of needs.keys()) {
        const circle = order.filter((other) => together(at, other))
        const last = circle.at(-1)
        if (last === undefined) continue
        expect(circles.get(last)).toEqual(circle)
        ends.set(at, place.get(last) ?? -1)
      }
      expect([...circles.values()].flat()).toHaveLength(ends.size)
      for (const [at, all] of needs.entries()) {
        for (const need of all) {
          if (together(at, need)) continue
          expect(ends.get(need) ?? place.get(need)).toBeLessThan(place.get(at) ?? -1)
        }
      }
    }),
    { numRuns: 500 },
  )
})

test.each<[string, number[][], number[], [number, number[]][]]>([
  ['nothing refers to anything: as it was given', [[], [], []], [0, 1, 2], []],
  ['a chain, given the wrong way round', [[1], [2], []], [2, 1, 0], []],
  ['itself', [[], [1]], [0, 1], [[1, [1]]]],
  ['two of each other, and one that is given before them', [[2], [2], [1]], [1, 2, 0], [[2, [1, 2]]]],
])('%s', (_, needs, order, circles) => {
  expect(ordered(needs)).toEqual({ order, circles: new Map(circles) })
})
