/** The word that lets a file in which a guard stopped, or turns it away. */
import { admitCount } from '../../reconcile/admit.ts'
import { number } from '../../reconcile/amount.ts'
import { consentEnds } from '../../reconcile/consent.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { useAddress, useMay } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import { Moment } from '../parts/moment.tsx'
import { filePath, isOpenFile, isStopped } from './files.tsx'

export function Decide({ row, mistake }: { row: SnapshotListRow; mistake?: string }) {
  const at = useAddress()
  const may = useMay()
  const stopped = isStopped(row)
  if (!may('operator') || !isOpenFile(row)) return null
  const { count: wanted, what } = admitCount(row)
  return (
    <section class="card decide" aria-labelledby="decide-title">
      <h2 id="decide-title">{stopped ? 'Is this file right?' : 'Later files wait for this one'}</h2>
      {row.consent !== null && (
        <p class="notice">
          {`${row.consent.by} has said that it is right. A second administrator with another e-mail address has to say the same until `}
          <Moment at={consentEnds(row.consent)} />.
        </p>
      )}
      {stopped && may('admin') && (
        <Form to={at(filePath(row, '/admit'))}>
          <Field
            id="count"
            label={`To let it in, type ${number(wanted)}`}
            hint={`${what[0]?.toUpperCase() ?? ''}${what.slice(1)}.${row.state === 'refused' ? ' Two administrators have to say it.' : ''}`}
            mistake={mistake}
          >
            <input id="count" name="count" inputmode="numeric" autocomplete="off" required class="digits" />
          </Field>
          <button type="submit">Use this file</button>
        </Form>
      )}
      <div class={stopped && may('admin') ? 'apart' : ''}>
        <p class="hint">Turned away, nothing of it is used, and nobody loses anything by it.</p>
        <a class="button" href={at(filePath(row, '/dismiss'))}>
          Turn it away…
        </a>
      </div>
    </section>
  )
}
