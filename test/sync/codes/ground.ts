/** Where codes are provoked: an organization with a few people and licences, and what a person can ask of it. */
import { answerError } from '../../../src/problem.ts'
import { outcomeText } from '../../../src/reconcile/describe.ts'
import type { PlanState } from '../../../src/reconcile/model.ts'
import { PIN_DEFAULT, type Verb } from '../../../src/reconcile/operation.ts'
import { failureFiles } from '../../../src/store/failures.ts'
import type { UploadReading } from '../../../src/store/uploads.ts'
import { approve } from '../../../src/sync/approve.ts'
import { registerBorrow } from '../../../src/sync/borrow.ts'
import { accept } from '../../../src/sync/by-hand.ts'
import { type Asked, draft } from '../../../src/sync/draft.ts'
import { planFailures } from '../../../src/sync/failure-list.ts'
import type { Actor } from '../../../src/sync/parts.ts'
import { receiveUpload } from '../../../src/sync/upload.ts'
import type { Upload } from '../../../src/sync/upload-preview.ts'
import { openWorld, type Setting, type World } from '../../support/pipeline.ts'

/** What a person is told. */
export interface Told {
  code: string
  says: string
  next: string
}

/** A code, when it occurs, and the very words. */
export interface Case extends Told {
  when: string
  setting?: Setting
  /** Nothing is applied, and no id is named: it may stand beside others. */
  asks?: true
  provoke(here: Ground): Promise<Told[]>
}

export const OLA: Actor = { kind: 'person', name: 'ola@acme.example', role: 'operator' }
export const PRODUCTS = 'vray: { name: V-Ray, seats: 2 }\nhoudini: { name: Houdini, seats: 10, aliases: [FX] }'
/** Ann holds V-Ray, since she is an artist; Kim is an administrator of rosterd as well. */
export const ROSTER = `external_id,email,first name,last name,groups
E1,ann@acme.example,Ann,Lee,Artists
E2,bob@acme.example,Bob,Ray,
E3,cem@acme.example,Cem,Ak,
E4,kim@acme.example,Kim,Ito,
`

export const ANN = 'ann@acme.example'
export const BOB = 'bob@acme.example'
export const CEM = 'cem@acme.example'

const NOTHING = { allProducts: false, expiresAt: null, role: 'member', revokeFirst: false, wait: false } as const

type Given = Pick<Asked, 'verb' | 'selection'> & Partial<Asked>

async function* bytesOf(content: string | Uint8Array): AsyncGenerator<Uint8Array> {
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content) : content
  for (let from = 0; from < bytes.length; from += 1_048_576) yield bytes.subarray(from, from + 1_048_576)
}

export class Ground {
  readonly world: World

  constructor(world: World) {
    this.world = world
  }

  /** A draft of what was asked for. */
  async ask(given: Given, { actor = OLA, again = false } = {}): Promise<number> {
    const operation: Asked = { ...NOTHING, products: [], pin: PIN_DEFAULT, ...given }
    const { parts, organization } = this.world
    return (await draft(parts, organization, { actor, operation, quiet: false, again })).plan
  }

  async upload(verb: Verb, content: string | Uint8Array, reading: UploadReading = {}): Promise<Upload> {
    const { parts, organization } = this.world
    const sent = { actor: OLA, verb, name: 'people.csv', body: bytesOf(content), reading }
    return await receiveUpload(parts, organization, sent)
  }

  /** A draft of what a file says. */
  async askFile(verb: Verb, content: string, given: Partial<Asked> = {}): Promise<number> {
    return await this.ask({ verb, selection: { upload: (await this.upload(verb, content)).id }, ...given })
  }

  async approve(plan: number, actor: Actor = OLA, hash?: string): Promise<void> {
    const { parts, organization } = this.world
    const reviewed = hash ?? (await this.world.plan(plan)).hash
    await approve(parts, organization, plan, { actor, hash: reviewed, start: false })
  }

  async apply(plan: number, actor: Actor = OLA): Promise<PlanState> {
    await this.approve(plan, actor)
    return await this.world.run(plan)
  }

  /** What is told of the rows of a plan that never became items. */
  async rows(plan: number): Promise<Told[]> {
    const { sql, organization } = this.world
    const told: Told[] = []
    for await (const one of planFailures(sql, organization, plan, await failureFiles(sql, organization, plan)))
      if (one.item === null) told.push({ code: one.code, says: one.reason, next: one.nextStep })
    return told
  }

  /** What is told of items before they run. */
  async foreseen(plan: number): Promise<Told[]> {
    const items = await this.world.items(plan)
    return items.flatMap(({ foreseen }) => (foreseen === null ? [] : told(foreseen.code, foreseen.params)))
  }

  /** What is told of items that did not simply succeed. */
  async outcomes(plan: number): Promise<Told[]> {
    const items = await this.world.items(plan)
    return items.flatMap(({ code, params }) => (code === null ? [] : told(code, params)))
  }

  async foreseenAndDone(plan: number): Promise<Told[]> {
    const before = await this.foreseen(plan)
    await this.apply(plan)
    return [...before, ...(await this.outcomes(plan))]
  }

  /** The licence that somebody holds, taken offline for so many days. */
  async lend(email: string, days: number): Promise<void> {
    const { parts, organization, sql, at } = this.world
    const [one] = await sql<{ member: number; assignment: number }[]>`
      select m.id as member, a.id as assignment from members m join assignments a using (organization_id, person_id)
      where m.email = ${email}`
    await accept(parts, organization, one?.member ?? 0, { actor: OLA })
    const until = new Date(at.getTime() + days * 86_400_000)
    await registerBorrow(parts, organization, one?.assignment ?? 0, { actor: OLA, device: 'WS-204', until })
  }
}

export function told(code: string, params: Record<string, string | number> = {}): Told[] {
  const text = outcomeText({ code, params })
  return text === null ? [] : [{ code, says: text.message, next: text.next }]
}

/** What a door answers where the work is refused. */
export async function refusal(world: World, work: Promise<unknown>): Promise<Told[]> {
  const error: unknown = await work.then(
    () => new Error('it was not refused'),
    (thrown: unknown) => thrown,
  )
  const { code, detail, next } = JSON.parse(await answerError(error, 'ref', world.parts.log).text())
  return [{ code, says: detail, next }]
}

export async function openGround(setting: Setting = {}): Promise<Ground> {
  const world = await openWorld({ products: PRODUCTS, ...setting })
  await world.sync('roster.csv', ROSTER)
  return new Ground(world)
}
