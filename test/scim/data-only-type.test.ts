/** A resource type that only tests have is served like any other: listed, made, read, changed, found, and told of in discovery. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Ask } from '../../src/scim/ask.ts'
import { queryOf } from '../../src/scim/ask.ts'
import type { ScimCaller } from '../../src/scim/caller.ts'
import { endpointsOf } from '../../src/scim/resource-types.ts'
import { routeOf, serve } from '../../src/scim/routes.ts'
import { MirrorTogether } from '../../src/store/mirror-together.ts'
import { DEVICE } from './device.ts'
import { BULK, type Endpoint, openEndpoint, PATCH, part, SCIM } from './endpoint.ts'

let here: Endpoint
beforeAll(async () => {
  here = await openEndpoint()
})
afterAll(() => here?.drop())

async function ask(method: string, path: string, body?: object) {
  const types = [DEVICE]
  const caller: ScimCaller = {
    ...{
      dialect: 'strict',
      types,
      listed: [],
      endpoints: endpointsOf(types),
      sourceKey: 'idp',
      tokenId: 1,
      bodyLimit: 1e6,
    },
    scope: here.scopes.get('idp') ?? { organization: 0, source: 0 },
    rate: { rate: 1, burst: 1 },
    secret: Buffer.from('secret'),
  }
  const request: Ask = {
    ...{
      caller,
      parts: here.parts,
      mirror: new MirrorTogether(here.parts.sql),
      baseUrl: SCIM,
      query: queryOf(path),
      ifMatch: null,
      ifNoneMatch: null,
      requestId: 'r',
      log: here.parts.log,
    },
    author: { actor: 'test', token: null, request: null },
  }
  const route = routeOf(caller, path.split('?')[0] ?? '')
  if (route === null) throw new Error(`nothing at ${path}`)
  const response = await serve(route, request, { method, address: path }, async () => body)
  const text = await response.text()
  return { status: response.status, json: text === '' ? {} : part(JSON.parse(text)) }
}

const [NETWORK] = DEVICE.extensions
const network = NETWORK?.schema.id ?? ''
const device = (serialNumber: string, over: object = {}) => ({
  schemas: [DEVICE.schema.id, network],
  serialNumber,
  enabled: true,
  [network]: { address: '10.0.0.1' },
  ...over,
})

test('it is made, changed, found and deleted, alone and in a Bulk', async () => {
  const made = await ask('POST', '/Devices', device('S1', { label: 'Door', ports: 3 }))
  expect(made).toMatchObject({ status: 201, json: { serialNumber: 'S1', meta: { resourceType: 'Device' } } })
  const at = `/Devices/${String(made.json['id'])}`
  await expect(ask('POST', '/Devices', device('S1'))).rejects.toMatchObject({ status: 409 })
  const operations = [{ op: 'replace', path: 'label', value: 'Gate' }]
  expect(
    (await ask('PATCH', `${at}?attributes=label`, { schemas: [PATCH], Operations: operations })).json['label'],
  ).toBe('Gate')
  expect((await ask('PUT', at, device('S1', { ports: 5 }))).json).toMatchObject({ ports: 5 })
  await expect(ask('PUT', at, device('S2'))).rejects.toMatchObject({ scimType: 'mutability' })
  const many = [2, 3].map((n) => ({
    method: 'POST',
    path: '/Devices',
    bulkId: `b${n}`,
    data: device(`S${n}`, { ports: n }),
  }))
  expect((await ask('POST', '/Bulk', { schemas: [BULK], Operations: many })).json['Operations']).toMatchObject([
    { status: '201' },
    { status: '201' },
  ])
  const found = await ask(
    'GET',
    `/Devices?filter=${encodeURIComponent('ports ge 3')}&sortBy=ports&sortOrder=descending&attributes=ports`,
  )
  expect(found.json).toMatchObject({ totalResults: 2, Resources: [{ ports: 5 }, { ports: 3 }] })
  expect((await ask('GET', '')).json['totalResults']).toBe(3)
  expect((await ask('DELETE', at)).status).toBe(204)
  await expect(ask('GET', at)).rejects.toMatchObject({ status: 404 })
  expect((await ask('GET', '/ResourceTypes')).json['Resources']).toMatchObject([{ id: 'Device', endpoint: '/Devices' }])
})
