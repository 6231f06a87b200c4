/**
 * Mass-deletion accidents against an organization of a thousand people, in every approval mode: nobody is there to decide, policies do
 * what they may, and the good file comes back. Whoever loses anything lost it without a person's approval that named the number.
 */
import { afterAll, describe, expect, test } from 'vitest'
import { APPROVAL_MODES, type ApprovalMode } from '../../src/reconcile/model.ts'
import { ACCIDENTS, type Accident } from './damage.ts'
import { Organization } from './organization.ts'
import { SIZE } from './roster.ts'

const told = new Map<string, Map<ApprovalMode, string>>(ACCIDENTS.map(({ name }) => [name, new Map()]))

interface Verdict {
  accident: string
  lost: string[]
}

async function suffer(organization: Organization, mode: ApprovalMode, accident: Accident): Promise<Verdict[]> {
  const verdicts: Verdict[] = []
  const nights: string[] = []
  for (const [n, arrival] of accident.nights.entries()) nights.push(await organization.night(arrival, n === 0))
  told.get(accident.name)?.set(mode, nights.join(' | '))
  const lost = await organization.losses()
  if (mode === 'within_limits' && accident.withinLimits) {
    // Twice the share of a day in seven days is all that a policy may take of the members, and it removes nobody so soon.
    const people = new Set(lost.map((line) => line.split(' ')[0]))
    expect(people.size).toBeLessThanOrEqual(0.2 * SIZE)
    expect(lost.filter((line) => / (removed|gone)$/.test(line))).toEqual([])
  } else if (lost.length > 0)
    verdicts.push({ accident: `${accident.name}: ${lost.length} losses`, lost: lost.slice(0, 5) })
  await organization.restore()
  const left = await organization.losses()
  if (left.length > 0)
    verdicts.push({ accident: `${accident.name}, then the good file: ${left.length} losses`, lost: left.slice(0, 5) })
  return verdicts
}

describe.concurrent('a hundred accidents', () => {
  test.each(APPROVAL_MODES)(
    'approval %s: nobody loses anything',
    async (mode) => {
      const organization = await Organization.make(mode)
      try {
        const verdicts: Verdict[] = []
        for (const accident of ACCIDENTS) verdicts.push(...(await suffer(organization, mode, accident)))
        expect(verdicts).toEqual([])
      } finally {
        await organization.close()
      }
    },
    900_000,
  )
})

afterAll(() => {
  const lines = [...told].flatMap(([name, modes]) => {
    const outcomes = [...modes].sort(([a], [b]) => APPROVAL_MODES.indexOf(a) - APPROVAL_MODES.indexOf(b))
    const same = Map.groupBy(outcomes, ([, outcome]) => outcome)
    return [...same].map(([outcome, of], n) => {
      const who = of.length === APPROVAL_MODES.length ? 'every mode' : of.map(([mode]) => mode).join(', ')
      return `${(n === 0 ? name : '').padEnd(52)} ${who.padEnd(34)} ${outcome}`
    })
  })
  process.stdout.write(`\n${lines.join('\n')}\n`)
})
