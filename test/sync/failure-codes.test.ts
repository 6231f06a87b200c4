/**
 * Every code that a bulk operation can come to, provoked through the real functions on a real database, with the very words that
 * people read: one who changes a sentence, or the numbers in it, meets it here.
 */
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { isFailureCode, REASONS } from '../../src/reconcile/reasons.ts'
import { DRAFTS } from './codes/drafts.ts'
import { NEVER_BY_HAND } from './codes/elsewhere.ts'
import { FILES, ROWS } from './codes/files.ts'
import { type Case, type Ground, openGround, refusal } from './codes/ground.ts'
import { HELD } from './codes/held.ts'
import { OUTCOMES } from './codes/outcomes.ts'
import { REFUSALS } from './codes/refusals.ts'

const named = <C extends { code: string; when: string }>(cases: C[]) =>
  cases.map((one) => [`${one.code}: ${one.when}`, one] as const)

describe('uploads', () => {
  let here: Ground
  beforeAll(async () => {
    here = await openGround()
  })
  afterAll(() => here.world.close())

  it.each(named(FILES))('%s', async (_, { code, verb, file, says, next }) => {
    expect(await refusal(here.world, here.upload(verb, file))).toEqual([{ code, says, next }])
  })

  it.each(named(ROWS))('%s', async (_, { code, verb, file, says, next }) => {
    const { errors, warnings } = await here.upload(verb, file)
    const told = [...errors, ...warnings].map((one) => ({ code: one.code, says: one.sentence, next: one.next }))
    expect(told).toContainEqual({ code, says, next })
    expect(new Set(told.map((one) => one.code))).toEqual(new Set([code]))
  })
})

const phases: [string, Case[]][] = [
  ['drafts', DRAFTS],
  ['outcomes', OUTCOMES],
  ['refusals', REFUSALS],
  ['guards', HELD],
]

describe.each(phases)('%s', (_, cases) => {
  let together: Ground
  let alone: Ground | null = null
  beforeAll(async () => {
    together = await openGround()
  })
  afterEach(async () => {
    await alone?.world.close()
    alone = null
  })
  afterAll(() => together.world.close())

  it.each(named(cases))('%s', async (__, { code, says, next, setting, asks, provoke }) => {
    alone = asks ? null : await openGround(setting)
    const here = alone ?? together
    const told = (await provoke(here)).filter((one) => one.code === code)
    expect(told.length).toBeGreaterThan(0)
    expect(new Set(told.map((one) => JSON.stringify(one)))).toEqual(new Set([JSON.stringify({ code, says, next })]))
  })
})

describe('the catalogue of failure reasons', () => {
  const occurring = new Set([...FILES, ...ROWS, ...DRAFTS, ...OUTCOMES].map((one) => one.code))

  it.each(Object.keys(REASONS))('%s is provoked here, or is said never to occur', (code) => {
    if (!isFailureCode(code)) throw new Error(code)
    const never = NEVER_BY_HAND[code]
    expect(
      never !== undefined,
      never ?? 'provoke it in test/sync/codes, or say in elsewhere.ts why it cannot occur',
    ).toBe(!occurring.has(code))
  })

  it('is what all of these are from', () => {
    expect([...occurring].filter((code) => !isFailureCode(code))).toEqual([])
  })
})
