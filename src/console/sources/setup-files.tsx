/** The steps of a source that reads files: where they go and what they look like, what became of the first, and its plan. */
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { TEMPLATES } from '../../sync/csv/index.ts'
import { useAddress } from '../here.ts'
import { folderOf } from './about.tsx'
import { sourcePath } from './facts.ts'
import { filePath, reasonsOf } from './files.tsx'
import { CameFile } from './setup-connect.tsx'
import { newestPlan, PlanInShort } from './setup-plan.tsx'
import { type Setup, setupPath } from './setup-steps.ts'

export async function folderStep({ facts: { row } }: Setup) {
  return {
    lead: 'Whoever writes the files puts them into one folder, and rosterd takes them from there.',
    body: <Folder source={row.key} folder={folderOf(row.settings)} changes={row.mode === 'delta'} />,
  }
}

/** Two people, as a file would have them. */
const EXAMPLES = [
  ['1001', 'ada@example.com', 'Ada', 'Lovelace', 'Artists;Berlin', '', 'active', '', ''],
  ['1002', 'grace@example.com', 'Grace', 'Hopper', 'Artists', '', 'leave', '2027-06-30', ''],
]

function Folder({ source, folder, changes }: { source: string; folder: string | null; changes: boolean }) {
  const at = useAddress()
  const { columns } = TEMPLATES.roster
  return (
    <>
      <section class="card" aria-labelledby="folder-title">
        <h2 id="folder-title">Where files go</h2>
        <pre tabindex={0}>{folder ?? 'The configuration says where.'}</pre>
        <ul class="said">
          <li>Write a file under another name, such as roster.csv.part, and rename it when it is whole.</li>
          <li>A file that is written in place is read once it has not changed for a while (30 seconds by default).</li>
          <li>
            {changes
              ? 'Each file lists only changes: who is not in it stays as they are.'
              : 'Each file lists everybody: who is missing has left, and guards look before anybody loses anything.'}
          </li>
        </ul>
      </section>
      <section class="card" aria-labelledby="shape-title">
        <h2 id="shape-title">What a file looks like</h2>
        <pre tabindex={0}>{[columns, ...EXAMPLES].map((row) => row.join(',')).join('\n')}</pre>
        <p class="hint">
          An id that never changes and an e-mail address are needed; the other columns may be left out. Names of columns
          in other languages are known, and <code>columns:</code> in the configuration says which is which.
        </p>
        <a class="button" href={at(sourcePath(source, '/template.csv'))} download>
          Download the template
        </a>
      </section>
    </>
  )
}

export async function fileStep({ asked, facts: { row, last } }: Setup) {
  const follows = last === null || last.state === 'staging'
  return {
    lead: 'Each file is read, checked and judged before anything of it counts.',
    body: (
      <>
        <div {...(follows ? { 'data-live': asked.at(`${setupPath(row.key)}/came`) } : {})}>
          <CameFile file={last} />
        </div>
        {last !== null && !follows && <Verdict file={last} />}
      </>
    ),
    ...(follows ? { refresh: 5 } : {}),
  }
}

function Verdict({ file }: { file: SnapshotListRow }) {
  const at = useAddress()
  const reasons = reasonsOf(file)
  const open = file.state === 'held' || file.state === 'refused'
  return (
    <section class="card" aria-labelledby="verdict-title">
      <h2 id="verdict-title">{VERDICTS[file.state] ?? 'It is not used'}</h2>
      {reasons.length > 0 && (
        <ul class="whys">
          {reasons.map((reason) => (
            <li>{reason}</li>
          ))}
        </ul>
      )}
      {file.errors > 0 && <p class="hint">Rows in error change nobody: those people stay as they are.</p>}
      <a class={open ? 'button primary' : 'button'} href={at(filePath(file))}>
        {open ? 'Look at it and decide' : file.errors > 0 ? 'See the rows in error' : 'See the file'}
      </a>
    </section>
  )
}

const VERDICTS: Partial<Record<SnapshotListRow['state'], string>> = {
  admitted: 'It is right, and it is used',
  confirmed: 'It says the same as the one before',
  held: 'A guard holds it until you say that it is right',
  refused: 'A guard refused it; two administrators can let it in',
  unreadable: 'It could not be read',
}

export async function firstPlanStep({ asked, facts: { row } }: Setup) {
  return {
    lead: 'What follows from the file, to be looked at before anything is done.',
    body: (
      <PlanInShort
        plan={await newestPlan(asked, row.id)}
        source={row.key}
        none="No file was used yet, or everybody is as the last one says."
      />
    ),
  }
}
