/** The word that lets what a source pushes be applied from now on. */
import { isLive } from '../../sync/go-live.ts'
import { useAddress, useMay } from '../here.ts'
import { Form } from '../parts/form.tsx'
import { Moment } from '../parts/moment.tsx'
import { type SourceFacts, sourcePath } from './facts.ts'

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
        <Form to={at(sourcePath(row.key, '/go-live'))}>
          <button type="submit" class="primary">
            {`Let ${row.name} go live`}
          </button>
        </Form>
      )}
    </section>
  )
}
