/** Setting a source up: step after step from the first request or file to the first plan. Nothing of the source is applied before the last. */
import type { Child } from 'hono/jsx'
import { RosterdError } from '../../errors.ts'
import { countPushed } from '../../store/mirror-look.ts'
import { listProducts } from '../../store/organizations.ts'
import { template } from '../../sync/csv/index.ts'
import { isLive } from '../../sync/go-live.ts'
import type { Door } from '../door.ts'
import { useAddress } from '../here.ts'
import { live } from '../live.tsx'
import { Steps } from '../parts/steps.tsx'
import { compareNow, NOTHING } from '../plans/comparing.tsx'
import { action, page } from '../route.ts'
import type { Screen } from '../screen.ts'
import { type SourceFacts, sourcePath } from './facts.ts'
import { Came, CameFile, connectStep } from './setup-connect.tsx'
import { fileStep, firstPlanStep, folderStep } from './setup-files.tsx'
import { goLiveStep, simulateStep } from './setup-live.tsx'
import { lookStep } from './setup-look.tsx'
import { matchStep } from './setup-match.tsx'
import {
  firstOpenStep,
  nextStep,
  type Setup,
  type SetupStep,
  setupPath,
  shownSteps,
  stepName,
  stepsOf,
} from './setup-steps.ts'
import { factsOf } from './source.tsx'

type Step = (setup: Setup) => Promise<{ lead: string; body: Child; refresh?: number }>

const STEPS: Record<SetupStep, Step> = {
  connect: connectStep,
  look: lookStep,
  match: matchStep,
  simulate: simulateStep,
  'go-live': goLiveStep,
  folder: folderStep,
  file: fileStep,
  plan: firstPlanStep,
}

export function setupRoutes(door: Door): void {
  page(door, { path: '/sources/:source/setup', role: 'viewer' }, async (asked) => {
    const facts = await factsOf(asked)
    const { people } = await countPushed(asked.parts.sql, {
      organization: asked.organization.id,
      source: facts.row.id,
    })
    return asked.c.redirect(asked.at(setupPath(facts.row.key, firstOpenStep(facts, people))), 302)
  })

  // Follows what comes, until the source is live or its first file is used.
  page(door, { path: '/sources/:source/setup/came', role: 'viewer' }, async (asked) =>
    live(asked, async () => {
      const facts = await factsOf(asked)
      const { row, last } = facts
      if (row.kind !== 'scim')
        return { parts: <CameFile file={last} />, ended: last !== null && last.state !== 'staging' }
      const scope = { organization: asked.organization.id, source: row.id }
      return { parts: <Came facts={facts} so={await countPushed(asked.parts.sql, scope)} />, ended: isLive(row) }
    }),
  )

  page(door, { path: '/sources/:source/setup/:step', role: 'viewer' }, async (asked) => {
    const facts = await factsOf(asked)
    const step = stepsOf(facts.row).find((one) => one === asked.param('step'))
    if (step === undefined) throw new RosterdError('NOT_FOUND', { path: asked.here.path })
    return await screenOf({ door, asked, facts }, step)
  })

  action(door, { path: '/sources/:source/setup/compare', role: 'operator' }, async (asked) => {
    const { row } = await factsOf(asked)
    const compared = await compareNow(asked, `?source=${encodeURIComponent(row.key)}`)
    if ('go' in compared) return compared
    const { plans, said } = compared
    const text = ['Compared with what all sources say now.', ...(plans.length === 0 ? [NOTHING] : []), ...said].join(
      ' ',
    )
    const to = setupPath(row.key, row.kind === 'scim' ? 'simulate' : 'plan')
    return { go: asked.at(to), notice: { kind: 'note', text } }
  })

  page(door, { path: '/sources/:source/template.csv', role: 'viewer' }, async (asked) => {
    const { row } = await factsOf(asked)
    const products = await listProducts(asked.parts.sql, asked.organization.id)
    const names = products.filter(({ retired }) => !retired).map(({ name }) => name)
    const headers = {
      'content-type': 'text/csv; charset=utf-8',
      'content-disposition': `attachment; filename="${row.key}.csv"`,
    }
    return new Response(template('roster', names), { headers })
  })
}

async function screenOf(setup: Setup, step: SetupStep): Promise<Screen> {
  const { row } = setup.facts
  const { body, ...shown } = await STEPS[step](setup)
  return {
    ...shown,
    title: `${stepName(step)}: ${row.name}`,
    place: 'sources',
    crumbs: [
      ['Sources', '/sources'],
      [row.name, sourcePath(row.key)],
    ],
    body: (
      <>
        <Steps label={`Steps of setting up ${row.name}`} steps={shownSteps(row, step, setup.asked.at)} />
        <div class="setup">
          {body}
          <Onwards facts={setup.facts} step={step} />
        </div>
      </>
    ),
  }
}

function Onwards({ facts: { row }, step }: { facts: SourceFacts; step: SetupStep }) {
  const at = useAddress()
  const next = nextStep(row, step)
  return (
    <p class="buttons start step-end">
      {next !== null && (
        <a class="button primary" href={at(setupPath(row.key, next))}>
          {`Next: ${stepName(next)}`}
        </a>
      )}
      <a href={at(sourcePath(row.key))}>{next === null ? `To the page of ${row.name}` : 'Go on later'}</a>
    </p>
  )
}
