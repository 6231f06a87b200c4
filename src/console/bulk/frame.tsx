/** What stands around each step of a bulk operation: where one is, and what was chosen before. */
import type { Child } from 'hono/jsx'
import type { Verb } from '../../reconcile/operation.ts'
import { Steps } from '../parts/steps.tsx'
import type { Screen } from '../screen.ts'
import { type Choice, withChoice } from './choice.ts'
import { STEP_PATHS, type Step, WORDS } from './words.ts'

export interface Way {
  verb: Verb
  choice: Choice
  at(path?: string): string
}

/** Address of a step, with what is chosen. */
export function stepAddress({ verb, choice, at }: Way, step: Step, more: Record<string, string> = {}): string {
  return withChoice(at(`/bulk/${verb}${STEP_PATHS[step]}`), choice, more)
}

/** A step as a screen: its heading, the steps before and after, and a message where something is not right. */
export function stepScreen(
  way: Way,
  step: Step,
  { lead, body, mistake, status }: { lead?: Child; body: Child; mistake?: Child; status?: number },
): Screen {
  const { title, steps } = WORDS[way.verb]
  const here = steps.findIndex(([one]) => one === step)
  const chosen = way.choice.whom !== null || way.choice.browse
  return {
    title,
    place: 'people',
    lead,
    ...(status !== undefined && { status }),
    body: (
      <div class="way">
        <Steps
          label={`Steps: ${title}`}
          steps={steps.map(([one, name], index) => ({
            name,
            now: index === here,
            href: index < here && chosen ? stepAddress(way, one) : undefined,
          }))}
        />
        {mistake && (
          <div class="notice error" role="alert">
            {mistake}
          </div>
        )}
        {body}
      </div>
    ),
  }
}

/** The row of buttons at the end of a step. */
export function StepEnd({ back, children }: { back: string; children: Child }) {
  return (
    <div class="step-end">
      <a class="button" href={back}>
        Back
      </a>
      {children}
    </div>
  )
}
