/**
 * G15: the same limits over this plan and what went before it, so that nothing leaks away in small portions: in 24 hours as much as
 * in one plan, in seven days twice as much.
 */
import { number, percent } from './amount.ts'
import { type Gauge, holdsOf, judged, measure } from './gauge.ts'
import type { Finding, Verdict } from './model.ts'

const WEEK_TIMES = 2
const RANK: Record<Verdict, number> = { pass: 0, hold: 1, refuse: 2 }

/** Of the two windows the worse one, where it says more than the plan by itself. */
export function guardWindow(gauge: Gauge): Finding[] {
  if (gauge.now === 0 || gauge.week + gauge.day === 0) return []
  const alone = RANK[measure(gauge).verdict]
  const day = over(gauge, '24 hours', gauge.day, 1)
  const week = over(gauge, '7 days', gauge.week, WEEK_TIMES)
  const worse = RANK[week.verdict] > RANK[day.verdict] || gauge.day === 0 ? week : day
  return RANK[worse.verdict] > alone || alone === 0 ? [worse] : []
}

function over(gauge: Gauge, span: string, before: number, times: number): Finding {
  const { what, whole, now } = gauge
  const sum = before + now
  // As many as there were before the window took any away; whoever was suspended is a member still.
  const of = gauge.kind === 'suspend' ? gauge.of : gauge.of + before
  const { hold, refuse } = gauge.bounds(of, times === 1 ? sum : 0)
  const counted = `${what} in ${span}: ${number(before)} before and ${number(now)} in this plan = ${number(sum)} of ${number(of)} ${whole} = ${percent(sum, of)}`
  const scope = [gauge.kind, gauge.product, span].filter((part) => part !== null).join('/')
  return judged({
    guard: 'G15',
    counted,
    measured: sum,
    of,
    bounds: { hold: hold * times, refuse: refuse * times },
    items: now,
    holds: holdsOf(gauge),
    scope,
  })
}
