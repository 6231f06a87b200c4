/** The way to a list as a file. */
import { useAddress, useHere } from '../here.ts'

/** The list as it is narrowed, as a file. */
export function FileLink({ path }: { path: string }) {
  const { query } = useHere()
  const at = useAddress()
  const kept = new URLSearchParams(query)
  kept.delete('after')
  return (
    <a href={at(kept.size === 0 ? path : `${path}?${kept}`)} download>
      Download CSV
    </a>
  )
}
