/** A menu that opens without a script; with it, Escape and a click elsewhere close it. */
import type { PropsWithChildren } from 'hono/jsx'

/**
 * @param title said to whoever does not see it, and needed where the label is only a sign
 * @param end whether it opens towards the left
 * @param up whether it opens upwards
 */
export function Menu({
  label,
  title,
  end = false,
  up = false,
  kind = '',
  children,
}: PropsWithChildren<{ label: string; title?: string; end?: boolean; up?: boolean; kind?: string }>) {
  return (
    <details class={`menu ${kind}${end ? ' end' : ''}${up ? ' up' : ''}`} data-menu>
      <summary {...(title === undefined ? {} : { 'aria-label': label === '⋯' ? title : `${title}: ${label}` })}>
        {label}
      </summary>
      <div class="menu-body">{children}</div>
    </details>
  )
}
