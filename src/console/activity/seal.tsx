/** Whether the audit still is what was sealed. */
import { count, number } from '../../reconcile/amount.ts'
import type { AuditCheck } from '../../sync/audit-check.ts'
import type { Parts } from '../../sync/parts.ts'
import { verifyAudit } from '../../sync/verify-audit.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { Moment } from '../parts/moment.tsx'
import { Pill } from '../parts/pill.tsx'

/** A page answers within these milliseconds, and goes on from there when asked. */
const PATIENCE_MS = 2_000

/** @param after number of the seal up to which it was checked before */
export async function checked(
  { context }: Door,
  parts: Parts,
  organization: number,
  after: number,
): Promise<AuditCheck> {
  const trust = { key: context.auditKey ?? null, others: new Set<string>() }
  return await verifyAudit(parts.sql, organization, trust, { after, patience: PATIENCE_MS })
}

/** The badge; it leads to the page that says more. */
export function Seal({ check }: { check: AuditCheck }) {
  const at = useAddress()
  return (
    <span id="seal" class="states">
      {check.fault !== null ? (
        <Pill tone="bad">the audit was changed</Pill>
      ) : check.next !== null ? (
        <Pill tone="wait">{`${count(check.seals, 'seal')} fit so far`}</Pill>
      ) : check.seals === 0 ? (
        <Pill>nothing is sealed yet</Pill>
      ) : (
        <Pill tone="good">{`${count(check.rows, 'row')} as sealed`}</Pill>
      )}
      <a href={at('/activity/seal')}>About the seals</a>
    </span>
  )
}

export function SealPage({ check }: { check: AuditCheck }) {
  const at = useAddress()
  const { fault, seals, rows, since, until, head, next, unsealed } = check
  return (
    <div class="card narrow">
      <p class="hint">
        Every row of the audit is sealed: each seal holds a digest of its rows and of the seal before, and once a day
        one is signed. Who changes, adds or removes a row breaks the chain.
      </p>
      {fault !== null ? (
        <div class="notice error" role="alert">
          <p>{fault.sentence}</p>
          <p>{fault.next}</p>
        </div>
      ) : (
        <p class={next === null ? 'notice done' : 'notice'}>
          {seals === 0
            ? 'Nothing is sealed yet.'
            : `${count(rows, 'row')} in ${count(seals, 'seal')} ${rows === 1 ? 'is' : 'are'} what was sealed${next === null ? '.' : ' so far.'}`}
        </p>
      )}
      <dl class="about">
        {since !== null && (
          <>
            <dt>First row</dt>
            <dd>
              <Moment at={since} />
            </dd>
          </>
        )}
        {until !== null && (
          <>
            <dt>Last sealed row</dt>
            <dd>
              <Moment at={until} />
            </dd>
          </>
        )}
        {head !== null && (
          <>
            <dt>Signed</dt>
            <dd>
              {`seal ${number(head.seal)}, `}
              <Moment at={head.at} />
              {', by the key '}
              <code>{head.key.slice(0, 16)}</code>
            </dd>
          </>
        )}
        {next === null && (
          <>
            <dt>Not sealed yet</dt>
            <dd>{count(unsealed.rows, 'newer row')}</dd>
          </>
        )}
      </dl>
      {next !== null && (
        <a class="button primary" href={at(`/activity/seal?checked=${next}`)}>
          Go on checking
        </a>
      )}
    </div>
  )
}
