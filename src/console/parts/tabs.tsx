/** Pages that belong together, the open one marked. */
import { useAddress, useHere } from '../here.ts'

/** @param tabs paths below the organization */
export function Tabs({ label, tabs }: { label: string; tabs: [name: string, path: string][] }) {
  const { path } = useHere()
  const at = useAddress()
  return (
    <nav class="tabs" aria-label={label}>
      <ul>
        {tabs.map(([name, to]) => (
          <li>
            <a href={at(to)} {...(at(to) === path ? { 'aria-current': 'page' } : {})}>
              {name}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  )
}
