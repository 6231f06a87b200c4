/** Who is meant: picked from the list of all, pasted, or named in a .csv file. */
import { count, number } from '../../reconcile/amount.ts'
import type { Verb } from '../../reconcile/operation.ts'
import { UPLOAD_LIMITS } from '../../sync/upload-settings.ts'
import { useAddress } from '../here.ts'
import { Field, Form } from '../parts/form.tsx'
import type { Pasted } from './pasted.ts'
import { WORDS } from './words.ts'

/** What was sent and could not be used as it is. */
export interface StartMistake {
  /** What was pasted, and how it was understood. */
  pasted?: { text: string; read: Pasted } | undefined
  /** Why a file could not be read, and what to do. */
  file?: string | undefined
}

export function Start({ verb, mistake }: { verb: Verb; mistake: StartMistake }) {
  const at = useAddress()
  const { manual, file } = WORDS[verb]
  return (
    <div class="ways">
      {manual !== '' && (
        <section class="card" aria-labelledby="way-manual">
          <h2 id="way-manual">{manual}</h2>
          <p class="hint">Tick them in the list of all users; search it by name or e-mail.</p>
          <form method="get" action={at(`/bulk/${verb}/users`)}>
            <input type="hidden" name="browse" value="1" />
            <button type="submit" class="primary" aria-label={`Continue: ${manual}`}>
              Continue
            </button>
          </form>
        </section>
      )}
      <Paste verb={verb} {...mistake} />
      <section class="card" aria-labelledby="way-file">
        <h2 id="way-file">{file}</h2>
        <ol class="numbered">
          <li>
            <a href={at(`/bulk/${verb}/template.csv`)} download>
              Download the .csv template
            </a>
            : it explains its columns and names your products.
          </li>
          <li>
            Fill it in, one user per line, and save it. Files from Excel, HR systems and directories can be read, too.
          </li>
          <li>Upload it. You see how it is understood before anything happens.</li>
        </ol>
        <Form to={at(`/bulk/${verb}/file`)} files>
          <Field
            id="file"
            label=".csv file"
            hint={`Choose it or drop it here; at most ${number(UPLOAD_LIMITS.rows)} rows.`}
            mistake={mistake.file}
          >
            <input
              id="file"
              class="drop"
              type="file"
              name="file"
              accept=".csv,.txt,.tsv,text/csv,text/plain"
              required
              aria-describedby={mistake.file === undefined ? 'file-hint' : 'file-mistake'}
            />
          </Field>
          <button type="submit" class="primary">
            Upload
          </button>
        </Form>
      </section>
    </div>
  )
}

/** Of what is no address; the rest can be found in the box. */
const MOST_SHOWN = 10

function Paste({ verb, pasted }: { verb: Verb } & StartMistake) {
  const at = useAddress()
  const wrong = pasted?.read.wrong ?? []
  const people = pasted?.read.people.length ?? 0
  const mistake =
    pasted === undefined
      ? undefined
      : people + wrong.length === 0
        ? 'Nothing was pasted.'
        : `${count(people, 'address is', 'addresses are')} understood, ${number(wrong.length)} ${wrong.length === 1 ? 'is' : 'are'} not.`
  return (
    <section class="card" aria-labelledby="way-paste">
      <h2 id="way-paste">Paste addresses</h2>
      <Form to={at(`/bulk/${verb}/paste`)}>
        <Field
          id="pasted"
          label="E-mail addresses"
          hint="From Outlook, Excel or a text: Ann Lee <ann@example.com>; bob@example.com"
          mistake={mistake}
        >
          <textarea
            id="pasted"
            name="pasted"
            rows={pasted === undefined ? 5 : 8}
            spellcheck={false}
            required
            aria-describedby={mistake === undefined ? 'pasted-hint' : 'pasted-mistake'}
          >
            {pasted?.text ?? ''}
          </textarea>
        </Field>
        {wrong.length > 0 && (
          <ul class="not-understood">
            {wrong.slice(0, MOST_SHOWN).map(({ why }) => (
              <li>{why}</li>
            ))}
            {wrong.length > MOST_SHOWN && <li>{`and ${number(wrong.length - MOST_SHOWN)} more`}</li>}
          </ul>
        )}
        <div class="choices-row">
          <button
            type="submit"
            class="primary"
            aria-label={wrong.length > 0 ? 'Check again' : 'Continue: Paste addresses'}
          >
            {wrong.length > 0 ? 'Check again' : 'Continue'}
          </button>
          {wrong.length > 0 && people > 0 && (
            <button type="submit" name="anyway" value="1">
              {`Go on with ${count(people, 'address', 'addresses')}`}
            </button>
          )}
        </div>
      </Form>
    </section>
  )
}
