/** Where somebody is on a way of several steps; what lies behind can be gone back to. */

export interface StepShown {
  name: string
  /** Absent for the step one is at, and for those to come. */
  href?: string | undefined
  now: boolean
}

export function Steps({ label, steps }: { label: string; steps: StepShown[] }) {
  return (
    <nav class="steps" aria-label={label}>
      <ol>
        {steps.map(({ name, href, now }) => (
          <li class={now ? 'is-now' : href === undefined ? '' : 'is-done'} {...(now ? { 'aria-current': 'step' } : {})}>
            {href === undefined ? <span>{name}</span> : <a href={href}>{name}</a>}
          </li>
        ))}
      </ol>
    </nav>
  )
}
