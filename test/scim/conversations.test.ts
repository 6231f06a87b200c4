/**
 * Conversations of Entra ID and Okta, replayed from their files against the endpoint over a real database, through plans to the members
 * and their licences; the clock is the test's.
 */
import { fileURLToPath } from 'node:url'
import { afterEach, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { hashToken, hintOf, makeSourceToken } from '../../src/auth.ts'
import { listSources } from '../../src/store/organizations.ts'
import { listPlans } from '../../src/store/plans.ts'
import { goLive } from '../../src/sync/go-live.ts'
import { KIM, openWorld, type World } from '../support/pipeline.ts'
import { type Conversation, type Line, readConversation } from './conversation.ts'

const TOKEN = makeSourceToken()
const RULES = `everyone: { source: idp, when: { everyone: true }, then: [{ member: member }] }
artists: { source: idp, when: { group: { name: Artists } }, then: [{ product: vray }] }
lighting: { source: idp, when: { group: { name: Lighting } }, then: [{ product: houdini }] }`

let world: World | undefined
afterEach(async () => {
  await world?.close()
  world = undefined
})

test.each(['entra', 'entra-with-flag', 'okta-catalogue', 'okta-wizard'])(
  '%s',
  async (name) => {
    const file = fileURLToPath(new URL(`conversations/${name}.txt`, import.meta.url))
    const conversation = await readConversation(file)
    world = await openWorld({ sources: `idp: { kind: scim, dialect: ${conversation.dialect} }`, rules: RULES })
    const replay = await Replay.open(world, conversation)
    for (const line of conversation.lines) {
      await replay.line(line).catch((error: unknown) => {
        throw new Error(`${name}.txt:${line.at}: ${error instanceof Error ? error.message : String(error)}`, {
          cause: error,
        })
      })
    }
  },
  60_000,
)

class Replay {
  readonly #world: World
  readonly #flag: string | null
  readonly #app: ReturnType<typeof createApp>
  readonly #known = new Map<string, string>()
  #answer: { status: number; body: unknown } | null = null
  /** Ids of plans that were there before time last passed. */
  #before = 0

  private constructor(world: World, conversation: Conversation) {
    this.#world = world
    this.#flag = conversation.flag
    this.#app = createApp({
      parts: world.parts,
      bootstrap: Buffer.alloc(32),
      version: 'test',
      notReady: async () => null,
      metrics: { public: false, opens: () => false, contentType: '', scrape: async () => '' },
    })
  }

  static async open(world: World, conversation: Conversation): Promise<Replay> {
    const source = (await listSources(world.sql, world.organization)).find((one) => one.kind === 'scim')
    if (source === undefined) throw new Error('no source')
    await world.sql`
      insert into tokens (organization_id, hash, hint, source_id, created_by, created_at)
      values (${world.organization}, ${hashToken(TOKEN)}, ${hintOf(TOKEN)}, ${source.id}, 'test', ${world.at})`
    return new Replay(world, conversation)
  }

  async line(line: Line): Promise<void> {
    const world = this.#world
    switch (line.kind) {
      case 'request':
        this.#answer = await this.#ask(
          line.method,
          this.#filled(line.path),
          line.body === null ? null : this.#filled(line.body),
        )
        return
      case 'answer':
        expect(this.#answer?.status, JSON.stringify(this.#answer?.body)).toBe(line.status)
        if (line.body !== null) expect(this.#answer?.body).toMatchObject(JSON.parse(this.#filled(line.body)))
        return
      case 'remember':
        this.#known.set(line.name, this.#property(line.property))
        return
      case 'pass':
        return await this.#pass(line.milliseconds)
      case 'live':
        this.#before = await this.#newest()
        await goLive(world.parts, world.organization, 'idp', KIM)
        await world.propose('rules')
        return
      case 'approve':
        for (const plan of await this.#plans()) {
          if (plan.state !== 'awaiting_approval') continue
          await world.approve(plan.id)
          await world.run(plan.id)
        }
        return
      case 'plan': {
        const plans = (await this.#plans()).filter((plan) => plan.id > this.#before && plan.state !== 'superseded')
        expect(plans.map((plan) => plan.state)).toEqual([line.state])
        expect((await world.actions(plans[0]?.id)).sort()).toEqual(line.actions)
        return
      }
      case 'members':
        expect((await world.members()).map((one) => [one.email, one.state, ...one.products].join(' '))).toEqual(
          line.members,
        )
        return
      case 'people': {
        const [row] = await world.sql<{ count: number }[]>`
          select count(*)::int as count from members where organization_id = ${world.organization}`
        expect(row?.count).toBe(line.count)
      }
    }
  }

  #plans() {
    return listPlans(this.#world.sql, this.#world.organization, { limit: 1_000 })
  }

  async #newest(): Promise<number> {
    return Math.max(0, ...(await this.#plans()).map((plan) => plan.id))
  }

  /** Lets time pass, and what would have happened by then: the urgent lane after a second, what was pushed after ten, what is due later. */
  async #pass(milliseconds: number): Promise<void> {
    const world = this.#world
    this.#before = await this.#newest()
    const lanes = (['urgent', 'pushed', 'due'] as const).slice(
      0,
      milliseconds >= 60_000 ? 3 : milliseconds >= 10_000 ? 2 : 1,
    )
    // What is pushed is planned at once; what waits is due when the time is over.
    for (const because of lanes) {
      if (because === 'due') world.pass(milliseconds)
      const proposed = await world.propose(because)
      for (const id of proposed.plans) if ((await world.plan(id)).state === 'approved') await world.run(id)
    }
    if (milliseconds < 60_000) world.pass(milliseconds)
  }

  async #ask(method: string, path: string, body: string | null) {
    const [place = '', query] = path.split('?')
    const parts = [...(query === undefined ? [] : query.split('&')), ...(this.#flag === null ? [] : [this.#flag])]
    const encoded = parts.map((part) => {
      const [name = '', ...value] = part.split('=')
      return value.length === 0 ? name : `${name}=${encodeURIComponent(value.join('='))}`
    })
    const url = `/scim/v2${place}${encoded.length === 0 ? '' : `?${encoded.join('&')}`}`
    const answer = await this.#app.request(url, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/scim+json; charset=utf-8' },
      ...(body !== null && { body }),
    })
    const text = await answer.text()
    return { status: answer.status, body: text === '' ? null : JSON.parse(text) }
  }

  #property(name: string): string {
    const body = this.#answer?.body
    if (name === '.') return JSON.stringify(body)
    if (typeof body !== 'object' || body === null || !(name in body)) throw new Error(`the answer has no ${name}`)
    return String(Object.entries(body).find(([key]) => key === name)?.[1])
  }

  #filled(text: string): string {
    return text.replace(/\{(\w+)\}/g, (whole, name: string) => this.#known.get(name) ?? whole)
  }
}
