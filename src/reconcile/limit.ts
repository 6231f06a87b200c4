/**
 * Limits as the configuration gives them: a share, a number, or both, above a floor under which nobody is asked. Whatever is set,
 * a floor remains: there is no switch that turns a guard off.
 */
import { z } from 'zod'

const share = z.number().min(0).max(100)
export const whole = z.int().min(0)

interface Defaults {
  floor: number
  percent: number | null
  number: number | null
  refuse_percent: number | null
  refuse_from: number
}

/**
 * The settings of one amount.
 *
 * @param what what is counted, e.g. `removals`
 * @param of what it is a share of, e.g. `the members`
 */
export const limitOf = (what: string, of: string, defaults: Defaults) =>
  z.strictObject({
    floor: whole.default(defaults.floor).describe(`So many ${what} never hold a plan by themselves`),
    percent: share.nullable().default(defaults.percent).describe(`Hold above this share of ${of}; null = no share`),
    number: whole.nullable().default(defaults.number).describe('Hold above this number; null = no number'),
    match: z
      .enum(['any', 'all'])
      .default('any')
      .describe('any: the smaller of share and number holds. all: only what is above both'),
    refuse_percent: share
      .nullable()
      .default(defaults.refuse_percent)
      .describe(`Above this share of ${of} two administrators are needed; null = never`),
    refuse_from: whole
      .default(defaults.refuse_from)
      .describe(`The same only where there are at least so many of ${of}`),
  })

export type Limit = z.output<ReturnType<typeof limitOf>>

/** What is above `hold` waits for a person who types the number, what is above `refuse` for two of them. */
export interface Bounds {
  hold: number
  refuse: number
}

/** The numbers that the settings come to where there are so many. */
export function boundsOf(limit: Limit, of: number): Bounds {
  const marks = [limit.percent === null ? null : (of * limit.percent) / 100, limit.number].filter((one) => one !== null)
  const mark = marks.length === 0 ? 0 : limit.match === 'any' ? Math.min(...marks) : Math.max(...marks)
  const refuses = limit.refuse_percent !== null && of >= limit.refuse_from
  return {
    hold: Math.max(limit.floor, mark),
    refuse: refuses ? (of * (limit.refuse_percent ?? 100)) / 100 : Number.POSITIVE_INFINITY,
  }
}
