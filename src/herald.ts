/** The herald tells the person at the terminal what happened and what to type next. Everything it says also stands in the log and in mails. */

import { admitCount } from './reconcile/admit.ts'
import { count } from './reconcile/amount.ts'
import { planEnds } from './reconcile/describe.ts'
import { showId } from './reconcile/identifiers.ts'
import type { PlanState } from './reconcile/model.ts'
import { overrideCount, overrideSum } from './reconcile/review.ts'
import { listOrganizations, listSources, type Organization, readOrganization } from './store/organizations.ts'
import { listPlans, type PlanRow, progress, readPlan } from './store/plans.ts'
import { readSnapshot } from './store/snapshots.ts'
import { sourceTokenUse } from './store/source-tokens.ts'
import { isLive } from './sync/go-live.ts'
import type { Observed } from './sync/observed.ts'
import type { Parts } from './sync/parts.ts'
import type { Proposed } from './sync/propose.ts'
import { PROGRAM } from './typed.ts'

export class Herald {
  readonly #parts: Parts
  readonly #say: (line: string) => void
  /** Plans already told of; a proposal that finds the same plan again is no news. */
  readonly #told = new Set<number>()

  constructor(parts: Parts, say: (line: string) => void) {
    this.#parts = parts
    this.#say = say
  }

  /** What waits from before, organization by organization. */
  async welcome(): Promise<void> {
    const { sql } = this.#parts
    for (const organization of await listOrganizations(sql)) {
      await this.#connecting(organization)
      const waiting = await listPlans(sql, organization.id, { states: ['awaiting_approval'], limit: 20 })
      for (const plan of waiting.reverse()) this.#waits(organization, plan)
    }
  }

  async observed(organization: number, { snapshot, state, errors }: Observed): Promise<void> {
    const { sql } = this.#parts
    const [owner, header] = [await readOrganization(sql, organization), await readSnapshot(sql, organization, snapshot)]
    if (!header) return
    const id = showId('snp', snapshot)
    const why = header.findings
      .filter((finding) => finding.verdict !== 'pass')
      .map((finding) => finding.message)
      .join(' ')
    if (state === 'admitted') {
      const broken = errors > 0 ? `, ${errors} of them could not be read` : ''
      this.#say(`${owner.name}: ${header.file} was read: ${count(header.rows, 'row')}${broken}.`)
    } else if (state === 'confirmed') {
      this.#say(`${owner.name}: ${header.file} says the same as the file before.`)
    } else if (state === 'held') {
      this.#say(`${owner.name}: ${header.file} is held. ${why}`)
      this.#say(`  If it is right:  ${PROGRAM} admit ${id} --count ${admitCount(header).count}`)
    } else if (state === 'refused') {
      this.#say(`${owner.name}: ${header.file} was refused. ${why}`)
      this.#say(
        `  If it is right, two administrators type:  ${PROGRAM} admit ${id} --count ${admitCount(header).count}`,
      )
    } else if (state === 'stale' || state === 'duplicate') {
      const reasons = header.findings.map((finding) => finding.message).join(' ')
      this.#say(`${owner.name}: ${header.file} was put aside. ${reasons}`)
    } else {
      this.#say(`${owner.name}: ${header.file} was refused. ${why}`)
    }
  }

  async proposed(organization: number, { plans }: Proposed): Promise<void> {
    const owner = await readOrganization(this.#parts.sql, organization)
    for (const id of plans) {
      const plan = await readPlan(this.#parts.sql, organization, id)
      if (plan?.state === 'awaiting_approval') this.#waits(owner, plan)
    }
  }

  async executed(organization: number, id: number, state: PlanState): Promise<void> {
    if (state !== 'applied' && state !== 'partially_failed' && state !== 'failed') return
    const { sql } = this.#parts
    const owner = await readOrganization(sql, organization)
    const { states } = await progress(sql, organization, id)
    this.#say(`${owner.name}: ${showId('pln', id)} ${planEnds(state, states)}`)
    if (state !== 'applied') this.#say(`  What failed:  ${PROGRAM} failures ${showId('pln', id)}`)
  }

  /** What is still to be done before an identity provider works; nothing about one that does. */
  async #connecting({ id, key, name }: Organization): Promise<void> {
    const { sql, now } = this.#parts
    const pushed = (await listSources(sql, id)).filter((one) => one.kind === 'scim' && one.connected)
    if (pushed.length === 0) return
    const uses = await sourceTokenUse(sql, id, now())
    for (const source of pushed) {
      const use = uses.find(({ sourceId }) => sourceId === source.id)
      const which = `--organization ${key}`
      if ((use?.open ?? 0) === 0)
        this.#say(
          `${name}: to connect Okta or Entra ID as ${source.name}:  ${PROGRAM} token create ${which} --source ${source.key}`,
        )
      else if (!isLive(source))
        this.#say(
          `${name}: ${source.name} is not live, so that what it pushes is only shown. To apply it:  ${PROGRAM} source go-live ${which} ${source.key}`,
        )
    }
  }

  #waits(organization: Organization, plan: PlanRow): void {
    if (this.#told.has(plan.id)) return
    this.#told.add(plan.id)
    const id = showId('pln', plan.id)
    const held = overrideCount(plan.findings)
    const refused = plan.findings.some((finding) => finding.verdict === 'refuse')
    const stands = refused ? 'is refused' : held === null ? 'waits for you' : 'is held'
    this.#say(`${organization.name}: ${id} ${stands}: ${plan.headline}`)
    for (const finding of plan.findings) if (finding.verdict !== 'pass') this.#say(`  ${finding.message}`)
    this.#say(`  Look at it:  ${PROGRAM} show ${id}`)
    const override = held === null ? '' : ` --override ${held} --reason TEXT`
    const two = refused ? ' (two administrators with different e-mail addresses)' : ''
    this.#say(`  Apply it:    ${PROGRAM} approve ${id}${override}${two}`)
    const sum = overrideSum(plan.findings)
    if (sum) this.#say(`               ${sum}`)
  }
}
