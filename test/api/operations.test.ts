/** Operations over HTTP: what is asked for, in which words, and what is answered where that is not clear. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openWorld, type World } from './world.ts'

const PATH = '/api/v1/organizations/acme/operations'

let world: World
beforeAll(async () => {
  world = await openWorld()
})
afterAll(() => world.drop())

const post = (body: object, who = 'operator') => world.ask(who, 'POST', PATH, body)

describe('an operation', () => {
  it('answers with the draft, and whom it would mail', async () => {
    const answer = await post({
      verb: 'invite',
      users: ['ann@acme.example', 'bob@acme.example'],
      products: ['AutoDraw'],
      expires: '2027-06-30',
    })
    expect([answer.status, answer.json]).toMatchObject([
      200,
      {
        id: expect.stringMatching(/^pln_\d+$/),
        lane: 'by_hand',
        state: 'draft',
        headline: 'Invite 2 · Assign 2; 2 people get one mail each',
        counts: { invite: 2, assign: 2 },
        seats: [{ product: 'cad', used: 0, after: 2, owned: 10 }],
        repeated: false,
        pinned: 0,
        letters: 2,
      },
    ])
    const items = await world.ask('viewer', 'GET', `/api/v1/organizations/acme/plans/${answer.json['id']}/items`)
    expect(items.text).toContain('2027-06-30T22:00:00.000Z')
  })

  it('is quiet where that is asked for', async () => {
    const { json } = await post({ verb: 'invite', users: ['cem@acme.example'], quiet: true })
    expect(json).toMatchObject({ quiet: true, letters: 0, headline: 'Invite 1; nobody will be mailed' })
  })

  it('is one draft however often the same request is repeated', async () => {
    const headers = { 'idempotency-key': 'bulk-1' }
    const body = { verb: 'invite', users: ['dee@acme.example'] }
    const first = await world.ask('operator', 'POST', PATH, body, headers)
    expect((await world.ask('operator', 'POST', PATH, body, headers)).text).toBe(first.text)
  })

  it.each([
    ['nobody is named', { verb: 'remove' }, 400, 'OPERATION_AMBIGUOUS'],
    ['two selections', { verb: 'remove', users: ['a@b.example'], where: 'active eq true' }, 400, 'OPERATION_AMBIGUOUS'],
    ['an end that is over', { verb: 'assign', users: ['a@b.example'], expires: '2020-01-01' }, 400, 'INPUT_INVALID'],
    [
      'a date that could be two',
      { verb: 'assign', users: ['a@b.example'], expires: '01/02/2027' },
      400,
      'INPUT_INVALID',
    ],
    ['a pin of what is given', { verb: 'assign', users: ['a@b.example'], pin: 'always' }, 400, 'OPERATION_AMBIGUOUS'],
    ['an id that is none', { verb: 'remove', members: ['ann'] }, 404, 'MEMBER_NOT_FOUND'],
    ['no such upload', { verb: 'remove', upload: 'snp_999' }, 404, 'SNAPSHOT_NOT_FOUND'],
    ['no such product', { verb: 'assign', users: ['a@b.example'], products: ['CAD Por'] }, 404, 'PRODUCT_NOT_FOUND'],
    [
      'all products of an assignment',
      { verb: 'assign', users: ['a@b.example'], allProducts: true },
      400,
      'OPERATION_AMBIGUOUS',
    ],
    ['nobody known', { verb: 'remove', users: ['a@b.example'] }, 400, 'OPERATION_EMPTY'],
    [
      'a role for which it takes an administrator',
      { verb: 'invite', users: ['a@b.example'], role: 'owner' },
      403,
      'FORBIDDEN',
    ],
  ])('is refused with %s', async (_, body, status, code) => {
    const answer = await post(body)
    expect([answer.status, answer.json['code']]).toEqual([status, code])
  })

  it('says who nobody is, and which product was meant', async () => {
    expect((await post({ verb: 'remove', users: ['a@b.example'] })).json['detail']).toBe(
      'Nobody is chosen: the one row comes to nothing: a@b.example is not a member.',
    )
    const { json } = await post({ verb: 'assign', users: ['a@b.example'], products: ['CAD Por'] })
    expect(json['detail']).toBe('There is no product CAD Por (did you mean CAD Pro?) in this organization.')
  })

  it('is nothing that a viewer may ask for', async () => {
    expect((await post({ verb: 'invite', users: ['eve@acme.example'] }, 'viewer')).status).toBe(403)
  })
})
