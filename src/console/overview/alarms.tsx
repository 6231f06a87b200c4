/** What cannot wait: a refusal, a source that is silent, a credential that ends. */
import { needs } from '../../reconcile/review.ts'
import type { PlanRow } from '../../store/plans.ts'
import type { ProductListRow } from '../../store/product-list.ts'
import type { SnapshotListRow } from '../../store/snapshot-list.ts'
import { useAddress } from '../here.ts'
import { Day } from '../parts/moment.tsx'
import { planPath } from '../plans/plan.ts'
import { type SourceFacts, sourcePath } from '../sources/facts.ts'
import { filePath } from '../sources/files.tsx'

/** How the organization stands. */
export interface Standing {
  sources: SourceFacts[]
  waiting: PlanRow[]
  stopped: SnapshotListRow[]
  decisions: number
  live: ProductListRow[]
}

export function Alarms({
  sources,
  waiting,
  stopped,
  tokens,
}: Pick<Standing, 'sources' | 'waiting' | 'stopped'> & {
  tokens: { source: string; sourceName: string; expiresAt: Date }[]
}) {
  const at = useAddress()
  const alarms = [
    ...waiting
      .filter(({ findings }) => needs(findings) === 'refused')
      .map((plan) => ({
        text: `A guard refuses a plan: ${plan.headline}. Nothing of it was done.`,
        href: planPath(plan.id),
        name: 'Look at it',
      })),
    ...stopped
      .filter(({ state }) => state === 'refused')
      .map((file) => ({
        text: `A guard refused the file ${file.file} of ${file.sourceName}. Nothing of it was used.`,
        href: filePath(file),
        name: 'Look at it',
      })),
    ...sources
      .filter(({ silence }) => silence?.silent)
      .map(({ row }) => ({
        text: `${row.name} is silent: no file came when one was expected. Nobody loses anything by that.`,
        href: sourcePath(row.key),
        name: 'See its files',
      })),
  ]
  if (alarms.length === 0 && tokens.length === 0) return null
  return (
    <ul class="alarms">
      {alarms.map(({ text, href, name }) => (
        <li>
          {text} <a href={at(href)}>{name}</a>
        </li>
      ))}
      {tokens.map(({ source, sourceName, expiresAt }) => (
        <li>
          {`The last token of ${sourceName} ends on `}
          <Day at={expiresAt} />
          {'. Then nothing comes in any more. '}
          <a href={at(sourcePath(source))}>Make a new one</a>
        </li>
      ))}
    </ul>
  )
}
