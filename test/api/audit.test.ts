/** Who decided what, in which request and with which token: what an audit row must answer long after. */

import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { hashToken, makeToken } from '../../src/auth.ts'
import { insertToken } from '../../src/store/access.ts'
import { metricsOf } from '../support/metrics.ts'
import { openWorld, type World } from '../support/pipeline.ts'

const token = makeToken()
const bootstrap = makeToken()
const HEADER = 'external_id,email\n'
const people = (...numbers: number[]) => HEADER + numbers.map((n) => `${n},p${n}@acme.example\n`).join('')

let world: World
let app: ReturnType<typeof createApp>
let tokenId = 0
let requests = 0
beforeAll(async () => {
  world = await openWorld()
  app = createApp({
    parts: world.parts,
    bootstrap: hashToken(bootstrap),
    version: '0.0.0',
    notReady: async () => null,
    metrics: metricsOf(world.parts),
  })
  tokenId = await insertToken(world.sql, world.organization, {
    hash: hashToken(token),
    hint: '…test',
    role: 'admin',
    administratorKey: 'kim@acme.example',
    createdBy: 'test',
    createdAt: world.at,
    expiresAt: null,
  })
})
afterAll(() => world.close())

interface Row {
  act: string
  actor: string
  tokenId: number | null
}

/** Sends a request and gives what the audit says of it, found by the request's id. */
async function audited(method: string, path: string, body?: unknown, bearer = token): Promise<Row[]> {
  requests += 1
  const id = `request-${requests}`
  const answer = await app.request(`/api/v1/organizations/acme${path}`, {
    method,
    headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json', 'x-request-id': id },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  expect([answer.status, path, answer.ok ? '' : await answer.text()]).toEqual([200, path, ''])
  const rows = await world.sql<Row[]>`
    select act, actor, token_id as "tokenId" from audit where request_id = ${id} order by id`
  return [...rows]
}
const byKim = (...acts: string[]) => acts.map((act) => ({ act, actor: 'kim@acme.example', tokenId }))

describe('every decision is on record with its request and its token', () => {
  test('proposing, approving with an override, rejecting, starting', async () => {
    await world.drop('all.csv', people(1, 2, 3, 4, 5, 6))
    expect(await audited('POST', '/plans', {})).toEqual(byKim('plan.created'))
    const first = await world.plan(1)
    expect(await audited('POST', '/plans/pln_1/approve', { hash: first.hash, start: false })).toEqual(
      byKim('plan.approved'),
    )
    expect(await audited('POST', '/plans/pln_1/apply', {})).toEqual(byKim('plan.started'))
    await world.run(1)
    await world.drop('less.csv', people(1, 2, 3, 4, 5))
    await audited('POST', '/plans', {})
    expect(await audited('POST', '/plans/pln_2/reject', { reason: 'no' })).toEqual(byKim('plan.rejected'))
  })

  test('admitting and dismissing held files', async () => {
    const one = await world.drop('half.csv', people(1, 2, 3))
    expect(one.state).toBe('held')
    expect(await audited('POST', `/snapshots/snp_${one.snapshot}/dismiss`, {})).toEqual(byKim('snapshot.dismissed'))
    const two = await world.drop('half-again.csv', people(1, 2, 3))
    expect(await audited('POST', `/snapshots/snp_${two.snapshot}/admit`, { count: 2 })).toEqual(
      byKim('snapshot.admitted'),
    )
  })

  test('by hand, tokens, and reads of an export', async () => {
    expect(await audited('POST', '/members', { email: 'cyd@acme.example' })).toEqual(
      byKim('plan.created', 'plan.submitted'),
    )
    expect(await audited('POST', '/tokens', { administrator: 'kim@acme.example' })).toEqual(byKim('token.created'))
    expect(await audited('DELETE', `/tokens/tok_${tokenId + 1}`)).toEqual(byKim('token.revoked'))
    expect(await audited('GET', '/plans/pln_1/failures')).toEqual(byKim('failures.read'))
    const [member] = await world.sql<{ id: number }[]>`select id from members order by id limit 1`
    expect(await audited('POST', `/members/mem_${member?.id}/accept`)).toEqual(byKim('member.accepted'))
  })

  test('the bootstrap token has no row, and is named as what it is', async () => {
    expect(await audited('GET', '/plans/pln_1/failures', undefined, bootstrap)).toEqual([
      { act: 'failures.read', actor: 'bootstrap token', tokenId: null },
    ])
  })

  test('what the configuration changed, and nothing where it changed nothing', async () => {
    const changes = async () => {
      const rows = await world.sql<{ actor: string; sections: string[] }[]>`
        select actor, after->'sections' as sections from audit where act = 'configuration.changed' order by id`
      return [...rows]
    }
    const first = { actor: 'system', sections: ['settings', 'administrators', 'products', 'sources', 'rules'] }
    expect(await changes()).toEqual([first])
    await world.configure({})
    expect(await changes()).toEqual([first])
    await world.configure({ products: 'vray: { name: V-Ray, seats: 11 }\nhoudini: { name: Houdini, seats: 10 }' })
    expect(await changes()).toEqual([first, { actor: 'system', sections: ['products'] }])
  })
})
