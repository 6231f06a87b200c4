/** What guards stopped at, as whoever reviews a plan sees it: which items, and of which sources. */
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { Finding, Hold } from '../../src/reconcile/model.ts'
import { listSources } from '../../src/store/organizations.ts'
import { insertPlan, sealPlan } from '../../src/store/plans.ts'
import { NOW, openWorld, type World } from './world.ts'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const stopped = (guard: string, holds?: Hold[]): Finding => ({
  guard,
  verdict: 'hold',
  nature: 'look',
  measured: 1,
  of: 9,
  limit: 0,
  scope: '',
  message: 'Look at it.',
  ...(holds && { holds }),
})

async function planWith(findings: Finding[]): Promise<string> {
  const organization = world.ids['acme'] ?? 0
  const plan = await insertPlan(world.sql, organization, {
    proposalId: null,
    lane: 'sync',
    part: 'waiting',
    state: 'awaiting_approval',
    header: { schema: 1, organization: 'acme', baseRevision: 1, snapshots: [], rulesetVersion: 1, settingsVersion: 1 },
    headline: 'Invite 1',
    counts: { invite: 1 },
    seats: [],
    sourceIds: [],
    findings,
    items: 1,
    revision: 1,
    createdBy: 'system',
    createdAt: NOW,
    expiresAt: NOW,
    quiet: false,
  })
  await sealPlan(world.sql, organization, plan, 'a'.repeat(64))
  return `pln_${plan}`
}

it('a finding names the items that it keeps from a policy, and sources by their keys', async () => {
  const hr = (await listSources(world.sql, world.ids['acme'] ?? 0)).find((source) => source.key === 'hr')
  const id = await planWith([
    stopped('G2', [{ kind: 'revoke', product: 'cad', items: 7 }]),
    stopped('G8', [{ kind: 'invite', product: null, items: 2, domains: ['acme.test'] }]),
    stopped('G9', [{ kind: 'suspend', product: null, items: 1, administrators: true }]),
    stopped('G18', [{ kind: 'invite', product: null, items: 4, sources: [hr?.id ?? 0] }]),
    stopped('G13'),
  ])
  const whole = await world.ask('viewer', 'GET', `/api/v1/organizations/acme/plans/${id}`)
  const any = { product: null, administrators: false, domains: null, sources: null }
  const holds = [
    [{ ...any, kind: 'revoke', product: 'cad', items: 7 }],
    [{ ...any, kind: 'invite', items: 2, domains: ['acme.test'] }],
    [{ ...any, kind: 'suspend', items: 1, administrators: true }],
    [{ ...any, kind: 'invite', items: 4, sources: ['hr'] }],
    [],
  ]
  const shown = (findings: unknown) => (Array.isArray(findings) ? findings.map((one) => one.holds) : [])
  expect(shown(whole.json['findings'])).toEqual(holds)
  const list = await world.ask('viewer', 'GET', '/api/v1/organizations/acme/plans')
  expect(list.json['items']).toMatchObject([{ id, findings: holds.map((one) => ({ holds: one })) }])
})
