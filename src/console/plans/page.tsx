/** The page of one plan: its review before, its progress while and its results after it happens, all at one address. */
import type { Door } from '../door.ts'
import { page } from '../route.ts'
import { planApproveRoutes } from './approve.tsx'
import { planChooseRoutes } from './choose.ts'
import { planCompareRoutes } from './compare.tsx'
import { planDecideRoutes } from './decide.ts'
import { planFailureRoutes } from './failures.ts'
import { phaseOf, planOf } from './plan.ts'
import { planListRoutes } from './plans.tsx'
import { planProgressRoutes, progressScreen } from './progress.tsx'
import { resultsScreen } from './results.tsx'
import { planRetryRoutes } from './retry.ts'
import { reviewScreen } from './review.tsx'

export function planRoutes(door: Door): void {
  planListRoutes(door)
  page(door, { path: '/plans/:plan', role: 'viewer' }, async (asked) => {
    const row = await planOf(asked)
    const phase = phaseOf(row)
    if (phase === 'running') return await progressScreen(asked, row)
    return phase === 'ended' ? await resultsScreen(asked, row) : await reviewScreen(asked, row)
  })
  planApproveRoutes(door)
  planChooseRoutes(door)
  planCompareRoutes(door)
  planDecideRoutes(door)
  planFailureRoutes(door)
  planProgressRoutes(door)
  planRetryRoutes(door)
}
