/** States in a word, with a colour that is never the only sign. */
import type { Child } from 'hono/jsx'

export type Tone = 'good' | 'wait' | 'bad' | 'quiet' | 'plain'

export function Pill({ tone = 'plain', title, children }: { tone?: Tone; title?: string; children: Child }) {
  return (
    <span class={`pill ${tone}`} {...(title === undefined ? {} : { title })}>
      {children}
    </span>
  )
}

/** Nothing is there yet: why, and what to do. */
export function Empty({ title, children }: { title: string; children?: Child }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  )
}
