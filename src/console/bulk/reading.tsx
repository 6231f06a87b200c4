/** How an upload is read, to be changed: its encoding, its delimiter, its dates, and what each column is. */

import type { UploadReading } from '../../store/uploads.ts'
import { FIELDS } from '../../sync/csv/field.ts'
import type { Upload } from '../../sync/upload-preview.ts'
import type { Form as Sent } from '../form.ts'
import { useAddress } from '../here.ts'
import { Carried, Field, Form, Select } from '../parts/form.tsx'
import { pairsOf } from './choice.ts'
import type { Way } from './frame.tsx'

const found = { value: '', name: 'Find out' }
const ENCODINGS = [
  found,
  ...[
    'utf-8',
    'windows-1252',
    'windows-1250',
    'windows-1251',
    'utf-16le',
    'shift_jis',
    'gb18030',
    'euc-kr',
    'macintosh',
  ].map((value) => ({ value, name: value })),
]
const DELIMITERS = [
  found,
  { value: ',', name: 'comma' },
  { value: ';', name: 'semicolon' },
  { value: 'tab', name: 'tab' },
  { value: '|', name: 'vertical bar' },
]
const ORDERS = [
  { value: '', name: 'Not said' },
  { value: 'dmy', name: 'Day first: 31/12/2027' },
  { value: 'mdy', name: 'Month first: 12/31/2027' },
]
/** More columns are mapped by their names in the file. */
const MOST_COLUMNS = 60

export function ReadAgain({ way, upload, id }: { way: Way; upload: Upload; id: string }) {
  const at = useAddress()
  const { reading, layout } = upload
  return (
    <details class="reading">
      <summary>Change how it is read</summary>
      <Form to={at(`/bulk/${way.verb}/read`)}>
        <Carried pairs={[...pairsOf(way.choice, ['upload', 'without']), ['upload', id]]} />
        <div class="fields-row">
          <Field id="encoding" label="Encoding">
            <Select
              id="encoding"
              name="encoding"
              value={reading.encoding ?? ''}
              options={withOwn(ENCODINGS, reading.encoding)}
            />
          </Field>
          <Field id="delimiter" label="Separated by">
            <Select
              id="delimiter"
              name="delimiter"
              value={reading.delimiter === '\t' ? 'tab' : (reading.delimiter ?? '')}
              options={DELIMITERS}
            />
          </Field>
          <Field id="date-order" label="Dates">
            <Select id="date-order" name="dateOrder" value={reading.dateOrder ?? ''} options={ORDERS} />
          </Field>
        </div>
        <table class="mapping">
          <caption class="unseen">What each column is</caption>
          <thead>
            <tr>
              <th scope="col">Column of the file</th>
              <th scope="col">Understood as</th>
              <th scope="col">Read as</th>
            </tr>
          </thead>
          <tbody>
            {layout.columns.slice(0, MOST_COLUMNS).map(({ header, understoodAs }, index) => (
              <tr>
                <td>{header}</td>
                <td>{understoodAs.replaceAll('_', ' ')}</td>
                <td>
                  <input type="hidden" name={`header.${index}`} value={header} />
                  <Select
                    id={`field-${index}`}
                    name={`field.${index}`}
                    value={reading.columns?.[header] ?? ''}
                    options={[
                      { value: '', name: 'As understood' },
                      { value: 'ignore', name: 'Ignore it' },
                      ...FIELDS.map((field) => ({ value: field, name: field.replaceAll('_', ' ') })),
                    ]}
                    label={`Read the column ${header} as`}
                  />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
        <button type="submit">Read it again</button>
      </Form>
    </details>
  )
}

function withOwn(options: { value: string; name: string }[], own: string | undefined) {
  return own === undefined || options.some(({ value }) => value === own)
    ? options
    : [...options, { value: own, name: own }]
}

/** What such a form declares; what it leaves open is found out. */
export function readingOf(form: Sent): UploadReading {
  const encoding = form.text('encoding')
  const delimiter = form.text('delimiter')
  const order = (['dmy', 'mdy'] as const).find((one) => one === form.text('dateOrder'))
  const columns: Record<string, string> = {}
  for (let index = 0; index < MOST_COLUMNS; index++) {
    const [header, field] = [form.text(`header.${index}`), form.text(`field.${index}`)]
    if (header !== '' && field !== '') columns[header] = field
  }
  return {
    ...(encoding !== '' && ENCODINGS.some(({ value }) => value === encoding) && { encoding }),
    ...(DELIMITERS.some(({ value }) => value === delimiter && value !== '') && {
      delimiter: delimiter === 'tab' ? '\t' : delimiter,
    }),
    ...(order !== undefined && { dateOrder: order }),
    ...(Object.keys(columns).length > 0 && { columns }),
  }
}
