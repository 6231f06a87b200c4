/** How a source that pushes stands before and after somebody lets its plans be applied; the word itself is said on a page of its own. */
import { isLive } from '../../sync/go-live.ts'
import { useAddress, useMay } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import type { SourceFacts } from './facts.ts'
import { setupPath } from './setup-steps.ts'

export function GoLive({ facts: { row } }: { facts: SourceFacts }) {
  const at = useAddress()
  const may = useMay()
  if (isLive(row)) {
    return row.liveAt === null ? null : (
      <p class="beneath">
        {'Live since '}
        <Moment at={row.liveAt} />.
      </p>
    )
  }
  return (
    <section class="card" aria-labelledby="live-title">
      <h2 id="live-title">Go live</h2>
      <p class="hint">
        {'Nothing of it is applied yet: its '}
        <a href={at('/plans?state=draft')}>plans are only shown</a>
        {'. When they are what you want, let it go live. What would be too much is still held by the guards.'}
      </p>
      {may('admin') && (
        <a class="button primary" href={at(setupPath(row.key, 'go-live'))}>
          {`Let ${row.name} go live…`}
        </a>
      )}
    </section>
  )
}
