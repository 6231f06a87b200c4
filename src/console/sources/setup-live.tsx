/** Simulate, and go live: what the source would do if it were let, and the word that lets it. */
import { count } from '../../reconcile/amount.ts'
import { countPushed } from '../../store/mirror-look.ts'
import { isLive } from '../../sync/go-live.ts'
import { Confirm } from '../parts/confirm.tsx'
import { lostByComparing } from '../plans/comparing.tsx'
import { sourcePath } from './facts.ts'
import { GoLive } from './go-live.tsx'
import { newestPlan, PlanInShort, shownPlan } from './setup-plan.tsx'
import { type Setup, setupPath } from './setup-steps.ts'

export async function simulateStep({ asked, facts: { row } }: Setup) {
  const plan = isLive(row) ? await newestPlan(asked, row.id) : await shownPlan(asked, row.id)
  return {
    lead: isLive(row)
      ? `${row.name} is live: its plans are real.`
      : 'What it would do now, with the guards and the seats that it would meet. Nothing of it is applied.',
    body: (
      <PlanInShort
        plan={plan}
        source={row.key}
        none="Nothing would be done: either nobody has come yet, or everybody is as the source wants them."
      />
    ),
  }
}

export async function goLiveStep({ asked, facts }: Setup) {
  const { row } = facts
  if (isLive(row)) return { lead: 'It is done.', body: <GoLive facts={facts} /> }
  const { people } = await countPushed(asked.parts.sql, { organization: asked.organization.id, source: row.id })
  const plan = await shownPlan(asked, row.id)
  const lost = await lostByComparing(asked)
  return {
    lead: 'One word, and what it pushes counts.',
    body: (
      <>
        {people === 0 && (
          <p class="notice">Nobody has come yet, so there is nothing to judge by. Better wait for the first people.</p>
        )}
        {people > 0 && plan === null && (
          <p class="notice">
            {'No plan shows what it would do. '}
            <a href={asked.at(setupPath(row.key, 'simulate'))}>Simulate first</a>
          </p>
        )}
        {plan !== null && (
          <section class="card" aria-labelledby="first-title">
            <h2 id="first-title">{plan.headline}</h2>
            <p class="hint">{FIRST[row.approval] ?? FIRST['manual']}</p>
          </section>
        )}
        {asked.may('admin') ? (
          <Confirm
            to={sourcePath(row.key, '/go-live')}
            back={setupPath(row.key, 'simulate')}
            does={`Let ${row.name} go live`}
            tone="primary"
            follows={[
              `From then on it is real what ${row.name} pushes: for the ${count(people, 'person', 'people')} who came so far, and for whoever comes or goes there.`,
              'What it would do is proposed anew at once. What would be too much is still held by the guards.',
              ...lost,
              'It cannot be taken back here. To have its plans only shown again, the configuration file gives it the approval observe.',
            ]}
          />
        ) : (
          <p class="hint">Those with the role admin let it go live.</p>
        )}
      </>
    ),
  }
}

/** What becomes of it first, by the approval of the source. */
const FIRST: Record<string, string> = {
  within_limits:
    'What passes the guards is applied by itself. Where rules or limits have changed since somebody approved a plan, a person looks first.',
  additive_auto: 'What only adds of it is applied at once; what takes away waits for you.',
  manual: 'It becomes a plan that waits for you.',
  observe: 'It is still only shown: the approval of the source is observe.',
}
