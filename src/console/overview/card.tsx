/** A card of the overview, with the way to all of what it shows. */
import type { PropsWithChildren } from 'hono/jsx'
import { useAddress, useHere } from '../here.ts'

/** @param more where all of it is */
export function Card({
  title,
  more,
  children,
}: PropsWithChildren<{ title: string; more?: [name: string, path: string] }>) {
  const { offers } = useHere()
  const at = useAddress()
  const id = `card-${title.toLowerCase().replaceAll(' ', '-')}`
  return (
    <section class="card" aria-labelledby={id}>
      <header class="card-head">
        <h2 id={id}>{title}</h2>
        {more && offers(more[1].replace(/\?.*/, '')) && <a href={at(more[1])}>{more[0]}</a>}
      </header>
      {children}
    </section>
  )
}
