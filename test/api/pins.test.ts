/** Pins over the API: what people decided against sources is listed, and lifted by name. */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type LivedIn, openLivedIn } from './lived-in.ts'

let here: LivedIn
beforeAll(async () => {
  here = await openLivedIn()
})
afterAll(() => here.world.drop())

const ask = (who: string, method: string, path: string) =>
  here.world.ask(who, method, `/api/v1/organizations/${here.alpha.ground.key}${path}`)

test('are listed with whom they concern, until when, and who asked for them', async () => {
  const { json } = await ask(here.tokens.viewer, 'GET', '/pins')
  const member = `mem_${here.alpha.member}`
  expect(json['items']).toMatchObject([
    { member, kind: 'exclude', product: null, productName: null, lapsed: true, createdBy: 'kim@alpha.test' },
    { member, kind: 'force_revoke', product: 'cad', productName: 'CAD alpha', lapsed: false, nextSync: false },
  ])
  const products = await ask(here.tokens.viewer, 'GET', '/pins?kind=force_revoke')
  expect(products.json['items']).toHaveLength(1)
  const first = await ask(here.tokens.viewer, 'GET', '/pins?limit=1')
  const rest = await ask(here.tokens.viewer, 'GET', `/pins?limit=1&cursor=${first.json['next']}`)
  expect(rest.json).toMatchObject({ items: [{ kind: 'force_revoke' }] })
  expect(rest.json['next']).toBeUndefined()
})

test('what is not there is told apart: the member, the product, the pin', async () => {
  const gone = async (path: string) => (await ask(here.tokens.operator, 'DELETE', path)).json['code']
  const member = `mem_${here.alpha.member}`
  expect(await gone('/pins/mem_999999/exclude')).toBe('MEMBER_NOT_FOUND')
  expect(await gone('/pins/nobody/exclude')).toBe('MEMBER_NOT_FOUND')
  expect(await gone(`/pins/${member}/force_revoke/nothing`)).toBe('PRODUCT_NOT_FOUND')
  expect(await gone(`/pins/${member}/force_revoke/sim`)).toBe('PIN_NOT_FOUND')
})

test('is lifted once by an operator, in the audit, and by nobody of less', async () => {
  const path = `/pins/mem_${here.alpha.member}/force_revoke/cad`
  expect((await ask(here.tokens.viewer, 'DELETE', path)).status).toBe(403)
  expect((await ask(here.tokens.operator, 'DELETE', path)).status).toBe(200)
  expect((await ask(here.tokens.operator, 'DELETE', path)).json['code']).toBe('PIN_NOT_FOUND')
  const audit = await ask(here.tokens.admin, 'GET', '/audit?limit=1')
  expect(audit.json['items']).toMatchObject([
    { act: 'pin.lifted', actor: 'operator@alpha.test', after: { force_revoke: 1 } },
  ])
})
