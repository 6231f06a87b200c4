/** Lists and files of members whom a filter finds. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readCsv } from '../../src/sync/csv/index.ts'
import { Ground, NOON } from '../store/conformance/ground.ts'
import { openWorld, type World } from './world.ts'

let world: World
let ground: Ground
let base: string
beforeAll(async () => {
  world = await openWorld()
  ground = await Ground.open(world.sql)
  base = `/api/v1/organizations/${ground.key}`
  const end = new Date('2027-06-30T22:00:00Z')
  const ann = await ground.add('ann', { rows: ['hr'], assignments: { cad: end, sim: null } })
  const bob = await ground.add('bob', { member: { state: 'suspended' }, assignments: { cad: end, sim: end } })
  await ground.add('cyd', { member: { state: 'invited' } })
  await ground.add('dan', { member: { state: 'removed' } })
  const { sql, id } = ground
  await sql`insert into directory_groups (organization_id, source_id, id, name, from_change)
    values (${id}, ${ground.source('hr')}, 'g1', 'Artists', 1), (${id}, ${ground.source('hr')}, 'g2', '+Light, Sound', 1)`
  await sql`update directory_users set anchor = '0042', anchor_key = '0042', groups = '{g1,g2}', seat_priority = 7
    where organization_id = ${id} and person_id = ${ann}`
  await sql`update members set first_name = '=cmd()', last_name = '''-1' where organization_id = ${id} and person_id = ${ann}`
  await sql`insert into borrows (organization_id, person_id, product_id, device_key, device, until, since)
    values (${id}, ${bob}, ${ground.product('cad')}, 'laptop', 'Laptop', '2026-12-01T00:00:00Z', ${NOON})`
})
afterAll(() => world.drop())

const get = (path: string, where?: string, who = 'bootstrap') =>
  world.ask(who, 'GET', `${base}${path}${where === undefined ? '' : `?where=${encodeURIComponent(where)}`}`)
const emails = (items: unknown) => (Array.isArray(items) ? items.map((one) => one.email) : items)

describe('members with a filter', () => {
  it.each([
    ['products.value eq "cad"', ['ann@acme.test', 'bob@acme.test']],
    ['groups.display eq "artists" and not (borrowed eq true)', ['ann@acme.test']],
    ['state eq "removed"', []],
  ])('%s', async (where, expected) => {
    expect(emails((await get('/members', where)).json['items'])).toEqual(expected)
  })

  it('come page by page, together with the other conditions', async () => {
    const where = `where=${encodeURIComponent('emails co "n@" or emails co "d@"')}`
    const first = (await world.ask('bootstrap', 'GET', `${base}/members?state=all&limit=1&${where}`)).json
    expect(emails(first['items'])).toEqual(['ann@acme.test'])
    const next = `${base}/members?state=all&limit=5&${where}&cursor=${first['next']}`
    expect(emails((await world.ask('bootstrap', 'GET', next)).json['items'])).toEqual([
      'cyd@acme.test',
      'dan@acme.test',
    ])
  })

  it('are told where it is wrong', async () => {
    for (const path of ['/members', '/exports/members', '/exports/assignments']) {
      expect(await get(path, 'active = true')).toMatchObject({
        status: 400,
        json: {
          code: 'FILTER_INVALID',
          detail:
            'The filter is wrong at character 8: "=" is no operator; there are eq, ne, co, sw, ew, gt, ge, lt, le and pr.',
        },
      })
    }
  })

  it('show the ids of what they hold, and who took it along', async () => {
    const { json } = await get('/members', 'borrowed eq true')
    expect(json['items']).toMatchObject([
      {
        email: 'bob@acme.test',
        assignments: [
          {
            id: expect.stringMatching(/^asg_\d+$/),
            product: 'cad',
            borrows: [{ device: 'Laptop', until: '2026-12-01T00:00:00.000Z' }],
          },
          { product: 'sim', borrows: [] },
        ],
      },
    ])
  })
})

describe('exports', () => {
  it('of members have the columns of the roster and a line for each end', async () => {
    const answer = await get('/exports/members')
    expect(answer.type).toBe('text/csv; charset=utf-8')
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="members.csv"')
    expect(answer.text).toBe(
      [
        '\uFEFFexternal_id,email,first_name,last_name,groups,products,status,expires,seat_priority,_plan',
        `0042,ann@acme.test,'=cmd(),''-1,"Artists;+Light, Sound",cad,active,2027-06-30,7,`,
        `0042,ann@acme.test,'=cmd(),''-1,"Artists;+Light, Sound",sim,active,,7,`,
        ',bob@acme.test,Ann,Li,,cad;sim,leave,2027-06-30,,',
        ',cyd@acme.test,Ann,Li,,,active,,,',
        '',
      ].join('\r\n'),
    )
  })

  it('of assignments have the columns of assign and a line for each end', async () => {
    expect((await get('/exports/assignments', 'products[value eq "sim" and expires eq null]')).text).toBe(
      '\uFEFFemail,products,expires,_plan\r\nann@acme.test,cad,2027-06-30,\r\nann@acme.test,sim,,\r\n',
    )
  })

  it('of nobody have a header', async () => {
    expect((await get('/exports/assignments', 'emails eq "zoe@acme.test"')).text).toBe(
      '\uFEFFemail,products,expires,_plan\r\n',
    )
  })

  it('are read back as they were', async () => {
    const { text } = await get('/exports/members')
    const opened = await readCsv(ReadableStream.from([new TextEncoder().encode(text)]), {
      zone: 'Europe/Berlin',
      today: '2026-11-22',
      products: ['cad', 'sim'].map((key) => ({ key, name: key.toUpperCase(), aliases: [] })),
      keyedBy: 'email',
    })
    const rows = []
    for await (const batch of opened.batches) rows.push(...batch)
    expect(rows.map((one) => one.ok)).toEqual([true, true, true, true])
    expect(rows[0]).toMatchObject({
      row: {
        profile: { email: 'ann@acme.test', firstName: '=cmd()', lastName: "'-1" },
        groupNames: ['+Light, Sound', 'Artists'],
        products: [{ product: 'cad' }],
        expiresAt: '2027-06-30T22:00:00.000Z',
        status: 'active',
        seatPriority: 7,
      },
    })
    expect(rows[2]).toMatchObject({ row: { status: 'leave', products: [{ product: 'cad' }, { product: 'sim' }] } })
  })

  it.each([
    ['assignments', 'assign', ['assign', 'assign', 'assign', 'assign']],
    ['members', 'invite', ['invite', 'invite', 'assign', 'assign', 'assign', 'assign']],
  ])('of %s that are uploaded to %s change nothing', async (name, verb, kinds) => {
    const { text } = await get(`/exports/${name}`, 'emails sw "ann" or emails sw "bob"')
    const uploaded = await world.ask('bootstrap', 'POST', `${base}/uploads?verb=${verb}&name=export.csv`, text, {
      'content-type': 'text/csv',
    })
    expect(uploaded).toMatchObject({ status: 200, json: { counts: { errors: 0, people: 2 } } })
    const drafted = await world.ask('bootstrap', 'POST', `${base}/operations`, { verb, upload: uploaded.json['id'] })
    expect(drafted.status, drafted.text).toBe(200)
    const { json } = await world.ask('bootstrap', 'GET', `${base}/plans/${drafted.json['id']}/items`)
    expect(json['items']).toMatchObject(kinds.map((kind) => ({ kind, predicted: 'noop' })))
  })

  it('hold more than a page, each member once', async () => {
    const many = await Ground.open(world.sql)
    await many.sql`
      with people as (
        insert into people (organization_id, id, from_change)
        select ${many.id}, nextval('person_ids'), 1 from generate_series(1, 2500) returning id)
      insert into members (organization_id, person_id, id, state, role, email, email_key, invited_at)
      select ${many.id}, id, nextval('member_ids'), 'active', 'member', 'p' || id || '@acme.test', 'p' || id || '@acme.test', ${NOON}
      from people`
    const path = `/api/v1/organizations/${many.key}/exports/members`
    const lines = (await world.ask('bootstrap', 'GET', path)).text.trimEnd().split('\r\n').slice(1)
    expect(lines.length).toBe(2500)
    expect(new Set(lines).size).toBe(2500)
  })

  it('leave a trace in the audit without the filter, which may name somebody', async () => {
    await get('/exports/members', 'emails eq "ann@acme.test"')
    const [row] = await ground.sql`
      select act, object, after from audit where organization_id = ${ground.id} order by id desc limit 1`
    expect(row).toEqual({ act: 'export.read', object: 'members', after: { filtered: true } })
  })
})
