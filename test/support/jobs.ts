/** Jobs of a world that are remembered, one of each key, and done when the test says so, as the daemon's workers would. */
import type { Lane } from '../../src/reconcile/model.ts'
import { execute } from '../../src/sync/execute.ts'
import { type Parts, type ProposeBecause, SYSTEM } from '../../src/sync/parts.ts'
import { propose } from '../../src/sync/propose.ts'
import type { World } from './pipeline.ts'

type Job = { propose: ProposeBecause } | { execute: number; lane: Lane }

export class Jobs {
  readonly waiting: Job[] = []
  /** Every job that was done, in words: `propose urgent`, `execute urgent`. */
  readonly done: string[] = []
  readonly #parts: Parts

  constructor(world: World) {
    this.#parts = world.parts
    world.parts.jobs.propose = async (_, because) => this.#add({ propose: because })
    world.parts.jobs.execute = async (_, plan, lane) => this.#add({ execute: plan, lane })
    this.#organization = () => world.organization
  }

  readonly #organization: () => number

  #add(job: Job): void {
    if (!this.waiting.some((one) => JSON.stringify(one) === JSON.stringify(job))) this.waiting.push(job)
  }

  /** Does what waits, and what follows from it, until nothing is left. */
  async work(most = 1_000): Promise<void> {
    for (let done = 0; done < most; done += 1) {
      const job = this.waiting.shift()
      if (job === undefined) return
      const organization = this.#organization()
      this.done.push('propose' in job ? `propose ${job.propose}` : `execute ${job.lane}`)
      if ('propose' in job) await propose(this.#parts, organization, { actor: SYSTEM, because: job.propose })
      else await execute(this.#parts, organization, job.execute, new AbortController().signal)
    }
    throw new Error('jobs without end')
  }
}
