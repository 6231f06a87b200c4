/** The steps from a source that stands in the configuration to one that works. */
import type { SourceRow } from '../../store/organizations.ts'
import { isLive } from '../../sync/go-live.ts'
import type { Door } from '../door.ts'
import type { StepShown } from '../parts/steps.tsx'
import type { Asked } from '../route.ts'
import { type SourceFacts, sourcePath } from './facts.ts'

export const PUSHED_STEPS = ['connect', 'look', 'match', 'simulate', 'go-live'] as const
export const FILE_STEPS = ['folder', 'file', 'plan'] as const
export type SetupStep = (typeof PUSHED_STEPS)[number] | (typeof FILE_STEPS)[number]

/** What every step is given. */
export interface Setup {
  door: Door
  asked: Asked<'source'>
  facts: SourceFacts
}

const NAMES: Record<SetupStep, string> = {
  connect: 'Connect',
  look: 'Look',
  match: 'Match',
  simulate: 'Simulate',
  'go-live': 'Go live',
  folder: 'Folder',
  file: 'First file',
  plan: 'First plan',
}

export const stepsOf = ({ kind }: Pick<SourceRow, 'kind'>): readonly SetupStep[] =>
  kind === 'scim' ? PUSHED_STEPS : FILE_STEPS

export const setupPath = (source: string, step?: SetupStep): string =>
  sourcePath(source, step === undefined ? '/setup' : `/setup/${step}`)

export const stepName = (step: SetupStep): string => NAMES[step]

/** What comes after this step; null at the end. */
export function nextStep(row: Pick<SourceRow, 'kind'>, step: SetupStep): SetupStep | null {
  const steps = stepsOf(row)
  return steps[steps.indexOf(step) + 1] ?? null
}

/** Those behind can be gone back to; nothing is lost on the way, since no step but the last changes anything. */
export function shownSteps(row: SourceRow, now: SetupStep, at: (path: string) => string): StepShown[] {
  const steps = stepsOf(row)
  return steps.map((step, place) => ({
    name: NAMES[step],
    href: place < steps.indexOf(now) ? at(setupPath(row.key, step)) : undefined,
    now: step === now,
  }))
}

/** Where somebody goes on who comes back. */
export function firstOpenStep({ row, last }: SourceFacts, people: number): SetupStep {
  if (row.kind !== 'scim') return last === null ? 'folder' : last.state === 'admitted' ? 'plan' : 'file'
  if (isLive(row)) return 'go-live'
  return people === 0 ? 'connect' : 'look'
}
