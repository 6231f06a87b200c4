/** What was understood of a file or of pasted addresses: its people with checkboxes, its faults, and how to read it in another way. */
import { count, number } from '../../reconcile/amount.ts'
import { showId } from '../../reconcile/identifiers.ts'
import type { StagedRow } from '../../reconcile/model.ts'
import type { Upload } from '../../sync/upload-preview.ts'
import { useAddress } from '../here.ts'
import { columnsOf } from './file-columns.tsx'
import type { Way } from './frame.tsx'
import { PASTED } from './pasted.ts'
import { ReadAgain } from './reading.tsx'
import { Users } from './users.tsx'

/** Of the rows in error, as many are listed. */
const MOST_ERRORS = 20

interface FileUsersProps {
  way: Way
  upload: Upload
  total: number
  rows: StagedRow[]
  next: string | null
  later: boolean
  productNames: ReadonlyMap<string, string>
}

export function FileUsers({ way, upload, total, rows, next, later, productNames }: FileUsersProps) {
  return (
    <>
      <Understood way={way} upload={upload} />
      <Users
        way={way}
        total={total}
        rows={rows}
        columns={columnsOf(rows, upload, productNames)}
        box={{
          number: ({ line }) => line,
          value: ({ line }) => String(line),
          label: ({ profile, attributes }) => profile.email || (attributes['external_id'] ?? ''),
        }}
        next={next}
        later={later}
        search=""
        nobody="No row of it can be used. Correct the file and upload it again."
      />
    </>
  )
}

function Understood({ way, upload }: { way: Way; upload: Upload }) {
  const at = useAddress()
  const { layout, counts, errors, warnings, samples } = upload
  const pasted = upload.name === PASTED
  const facts = [
    counts.merged > 0 ? `${count(counts.merged, 'row')} merged into others` : '',
    counts.errors > 0 ? `${count(counts.errors, 'row')} with a mistake` : '',
    counts.unchanged > 0 ? `${number(counts.unchanged)} as wanted already` : '',
    counts.unknown > 0
      ? `${number(counts.unknown)} ${counts.unknown === 1 ? 'is no user' : 'are no users'} of this organization`
      : '',
  ].filter((fact) => fact !== '')
  return (
    <section class="card understood" aria-labelledby="understood">
      <h2 id="understood">{pasted ? 'What was understood' : upload.name}</h2>
      <p>
        <b>{count(counts.people, 'user')}</b>
        {` in ${count(counts.rows, pasted ? 'address' : 'row', pasted ? 'addresses' : 'rows')}`}
        {facts.length > 0 && `; ${facts.join('; ')}`}.
      </p>
      {!pasted && (
        <p class="beneath">
          {`Read as ${layout.encoding}, separated by ${layout.delimiter}, names of columns in line ${layout.headerLine}.`}
        </p>
      )}
      {layout.warnings.map((text) => (
        <p class="warning">{text}</p>
      ))}
      {samples.length > 0 && <p class="hint">{`These should look right: ${samples.join(', ')}`}</p>}
      {errors.length > 0 && (
        <>
          <h3>Rows that cannot be used</h3>
          <ul class="row-faults">
            {errors.slice(0, MOST_ERRORS).map(({ line, sentence, next }) => (
              <li>
                <b>{`Line ${number(line)}`}</b> {sentence} <span class="beneath">{next}</span>
              </li>
            ))}
          </ul>
          {counts.errors > MOST_ERRORS && <p class="beneath">{`and ${number(counts.errors - MOST_ERRORS)} more`}</p>}
          {!pasted && (
            <p class="hint">
              Correct them in the file and <a href={at(`/bulk/${way.verb}`)}>upload it again</a>, or go on without them.
            </p>
          )}
        </>
      )}
      {warnings.length > 0 && (
        <details>
          <summary>{`${count(warnings.length, 'row')} to look at`}</summary>
          <ul class="row-faults">
            {warnings.slice(0, MOST_ERRORS).map(({ line, sentence }) => (
              <li>
                <b>{`Line ${number(line)}`}</b> {sentence}
              </li>
            ))}
          </ul>
        </details>
      )}
      {!pasted && upload.state === 'uploaded' && <ReadAgain way={way} upload={upload} id={showId('snp', upload.id)} />}
    </section>
  )
}
