/** The state of a plan. */
import { needs } from '../../reconcile/review.ts'
import type { PlanRow } from '../../store/plans.ts'
import { stateText } from '../plans/plan.ts'
import { Pill, type Tone } from './pill.tsx'

const TONES: Partial<Record<PlanRow['state'], Tone>> = {
  awaiting_approval: 'wait',
  approved: 'good',
  applying: 'good',
  applied: 'good',
  paused: 'wait',
  partially_failed: 'bad',
  failed: 'bad',
}

export function PlanPill({ plan }: { plan: Pick<PlanRow, 'state' | 'lane' | 'findings'> }) {
  const refused = plan.state === 'awaiting_approval' && needs(plan.findings) === 'refused'
  return <Pill tone={refused ? 'bad' : (TONES[plan.state] ?? 'quiet')}>{stateText(plan)}</Pill>
}
