/** Connect: what is pasted into the identity provider, and whether anything has come since. */
import { count } from '../../reconcile/amount.ts'
import { countPushed, type PushedSoFar } from '../../store/mirror-look.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { isLive } from '../../sync/go-live.ts'
import { Ago, Moment } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'
import type { SourceFacts } from './facts.ts'
import { FilePill } from './files.tsx'
import { baseOf, type Pasted, PastedForm, pastedOf } from './setup-paste.tsx'
import { type Setup, setupPath } from './setup-steps.ts'
import { TokenForm } from './token-list.tsx'

/** Browsers without scripts look again so often: seldom enough to choose something meanwhile. */
const REFRESH = 20

export async function connectStep({ door, asked, facts }: Setup) {
  const { parts, organization, query, may, at } = asked
  const so = await countPushed(parts.sql, { organization: organization.id, source: facts.row.id })
  const pasted = pastedOf(query.get('for'), facts.row.settings)
  return {
    lead: 'The identity provider gets an address and a token, and comes in by itself from then on.',
    body: (
      <>
        <Paste facts={facts} pasted={pasted} base={baseOf(door, asked.c)} may={may('admin')} />
        <div {...(isLive(facts.row) ? {} : { 'data-live': at(`${setupPath(facts.row.key)}/came`) })}>
          <Came facts={facts} so={so} />
        </div>
      </>
    ),
    ...(isLive(facts.row) ? {} : { refresh: REFRESH }),
  }
}

function Paste({
  facts: { row, use },
  pasted,
  base,
  may,
}: {
  facts: SourceFacts
  pasted: Pasted
  base: string
  may: boolean
}) {
  const open = use?.open ?? 0
  return (
    <section class="card" aria-labelledby="paste-title">
      <h2 id="paste-title">What to paste there</h2>
      <PastedForm pasted={pasted} base={base} path={setupPath(row.key, 'connect')} />
      <p class="hint">
        {open === 0
          ? 'There is no token yet. A token is shown once, when it is made.'
          : `${count(open, 'token is', 'tokens are')} open. A token is shown once, when it is made; make another one where it is lost.`}
      </p>
      {may ? (
        <TokenForm source={row.key} back="setup" />
      ) : (
        <p class="beneath">Tokens are made by those with the role admin.</p>
      )}
    </section>
  )
}

/** Keeps itself up to date. */
export function Came({ facts: { row, use }, so }: { facts: SourceFacts; so: PushedSoFar }) {
  const tried = use?.lastUsedAt != null
  const any = so.people + so.groups > 0
  return (
    <section id="came" class="card" aria-labelledby="came-title" aria-live="polite">
      <h2 id="came-title">{cameText(so)}</h2>
      <p class="hint">
        {any ? (
          <>
            {so.people > so.active && `${count(so.people - so.active, 'person is', 'people are')} deactivated there. `}
            {so.lastAt !== null && (
              <>
                {'The last change came '}
                <Moment at={so.lastAt} />
                {'. '}
              </>
            )}
            {so.reading
              ? 'Some of it is still being read.'
              : isLive(row)
                ? 'All of it is read.'
                : 'All of it is read; nothing is applied.'}
          </>
        ) : tried ? (
          'It has come in with a token: the connection works. Assign people to the app there, and groups to be pushed.'
        ) : (
          'Test the connection there first. This page looks by itself whether somebody came.'
        )}
      </p>
    </section>
  )
}

function cameText({ people, groups }: PushedSoFar): string {
  if (people + groups === 0) return 'Nobody has come yet'
  const told = [
    people === 0 ? '' : count(people, 'person', 'people'),
    groups === 0 ? '' : count(groups, 'group'),
  ].filter((text) => text !== '')
  return `${told.join(' and ')} ${people + groups === 1 ? 'has' : 'have'} come`
}

/** The newest file of a source that reads files; keeps itself up to date. */
export function CameFile({ file }: { file: SnapshotListRow | null }) {
  return (
    <section id="came" class="card" aria-labelledby="came-title" aria-live="polite">
      <h2 id="came-title">{file === null ? 'No file has come yet' : file.file}</h2>
      {file === null ? (
        <p class="hint">Drop one into the folder. This page looks by itself whether it came.</p>
      ) : (
        <p class="states">
          <FilePill state={file.state} />
          <Pill>{`${count(file.rows, 'row')}, ${count(file.people, 'person', 'people')}`}</Pill>
          {file.errors > 0 && <Pill tone="bad">{`${count(file.errors, 'row')} in error`}</Pill>}
          <span class="beneath">
            {'came '}
            <Ago at={file.at} />
          </span>
        </p>
      )}
    </section>
  )
}
