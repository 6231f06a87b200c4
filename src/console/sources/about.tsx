/** How a source is set: when it was heard, when it is compared, what becomes of its plans. */
import { readSourceSettings } from '../../sync/source-settings.ts'
import { Ago, Moment } from '../parts/moment.tsx'
import { heardAt, type SourceFacts } from './facts.ts'
import { APPROVALS } from './sources.tsx'

export function About({ facts }: { facts: SourceFacts }) {
  const { row, silence, next } = facts
  const heard = heardAt(facts)
  const settings = row.kind === 'csv' ? folderOf(row.settings) : null
  return (
    <section class="card" aria-label="How it is set">
      <dl class="about wide">
        <div>
          <dt>Last heard</dt>
          <dd>{heard === null ? 'never' : <Moment at={heard} />}</dd>
        </div>
        {silence !== null && (
          <div>
            <dt>Next expected</dt>
            <dd>
              <Moment at={new Date(silence.since.getTime() + silence.within)} />
            </dd>
          </div>
        )}
        <div>
          <dt>Compared next</dt>
          <dd>{next === null ? 'whenever something comes' : <Ago at={next} />}</dd>
        </div>
        <div>
          <dt>Its plans are approved</dt>
          <dd>{APPROVALS[row.approval] ?? row.approval}</dd>
        </div>
        <div>
          <dt>Trust</dt>
          <dd title="Where sources disagree, the higher number is believed.">{String(row.trust)}</dd>
        </div>
        {settings !== null && (
          <div>
            <dt>Folder</dt>
            <dd>
              <code>{settings}</code>
            </dd>
          </div>
        )}
      </dl>
    </section>
  )
}

/** Null where the settings are those of an earlier version: they are read anew when the configuration is. */
export function folderOf(settings: Record<string, unknown>): string | null {
  try {
    return readSourceSettings(settings).folder
  } catch {
    return null
  }
}
