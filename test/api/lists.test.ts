import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nextChange } from '../../src/store/changes.ts'
import { guarded } from '../../src/sync/csv/prefix.ts'
import { testOrganization } from '../support/organization.ts'
import { openWorld, type World } from './world.ts'

let world: World
let there: Awaited<ReturnType<typeof testOrganization>>
let base: string
beforeAll(async () => {
  world = await openWorld()
  there = await testOrganization(world.sql, {
    products: { cad: { owned: 3 } },
    people: [
      { email: 'ada@acme.test', state: 'active', products: { cad: '2027-06-30T22:00:00.000Z' }, firstName: 'Ada' },
      { email: 'bob@acme.test', state: 'invited' },
      { email: 'änne@acme.test', state: 'suspended', firstName: 'Änne' },
      { email: 'gone@acme.test', state: 'removed' },
    ],
  })
  const [row] = await world.sql<{ key: string }[]>`select key from organizations where id = ${there.id}`
  base = `/api/v1/organizations/${row?.key}`
})
afterAll(() => world.drop())

const emails = (items: unknown) => (Array.isArray(items) ? items.map((one) => one.email) : [])

describe('members', () => {
  it.each([
    ['everybody who is not removed', '', ['ada@acme.test', 'bob@acme.test', 'änne@acme.test']],
    ['one state', '?state=removed', ['gone@acme.test']],
    ['all states', '?state=all', ['ada@acme.test', 'bob@acme.test', 'gone@acme.test', 'änne@acme.test']],
    ['part of an address, folded', `?q=${encodeURIComponent('ÄNNE@')}`, ['änne@acme.test']],
    ['part of a name', '?q=ad', ['ada@acme.test']],
    ['a wildcard, taken as it is', '?q=%25', []],
    ['an underscore, taken as it is', '?q=_', []],
    ['nobody', '?q=zoe', []],
  ])('%s', async (_, query, expected) => {
    expect(emails((await world.ask('bootstrap', 'GET', `${base}/members${query}`)).json['items'])).toEqual(expected)
  })

  it('come page by page, each once', async () => {
    const seen: string[] = []
    for (let cursor = ''; ; ) {
      const { json } = await world.ask('bootstrap', 'GET', `${base}/members?limit=1&state=all${cursor}`)
      seen.push(...emails(json['items']))
      if (json['next'] === undefined) break
      cursor = `&cursor=${json['next']}`
    }
    expect(seen).toEqual(['ada@acme.test', 'bob@acme.test', 'gone@acme.test', 'änne@acme.test'])
  })

  it('show what they hold', async () => {
    const { json } = await world.ask('bootstrap', 'GET', `${base}/members?q=ada`)
    expect(json['items']).toMatchObject([
      {
        id: expect.stringMatching(/^mem_\d+$/),
        state: 'active',
        name: 'Ada',
        assignments: [{ product: 'cad', productName: 'CAD', expiresAt: '2027-06-30T22:00:00.000Z' }],
      },
    ])
  })

  it('become active by accepting, once and again', async () => {
    const { json } = await world.ask('bootstrap', 'GET', `${base}/members?q=bob`)
    const [bob] = Array.isArray(json['items']) ? json['items'] : []
    for (let time = 0; time < 2; time++) {
      const answer = await world.ask('bootstrap', 'POST', `${base}/members/${bob.id}/accept`, {})
      expect(answer).toMatchObject({ status: 200, json: { state: 'active', email: 'bob@acme.test' } })
    }
  })
})

describe('what belongs to another organization is not there', () => {
  it('members, plans, items, failures, and what can be done with them', async () => {
    const plan = await there.plan([{ kind: 'suspend', who: 'ada@acme.test' }], { approved: false })
    const { json } = await world.ask('bootstrap', 'GET', `${base}/members?q=ada`)
    const [ada] = Array.isArray(json['items']) ? json['items'] : []
    const acme = '/api/v1/organizations/acme'
    const asked = await Promise.all([
      world.ask('bootstrap', 'GET', `${acme}/members/${ada.id}`),
      world.ask('bootstrap', 'POST', `${acme}/members/${ada.id}/accept`, {}),
      ...['', '/items', '/progress', '/failures'].map((rest) =>
        world.ask('bootstrap', 'GET', `${acme}/plans/pln_${plan}${rest}`),
      ),
      world.ask('bootstrap', 'POST', `${acme}/plans/pln_${plan}/approve`, { hash: `hash-${plan}` }),
      world.ask('bootstrap', 'POST', `${acme}/plans/pln_${plan}/reject`, {}),
      world.ask('bootstrap', 'POST', `${acme}/plans/pln_${plan}/apply`, {}),
    ])
    expect(asked.map((answer) => answer.status)).toEqual(asked.map(() => 404))
    expect((await world.ask('bootstrap', 'GET', `${base}/plans/pln_${plan}`)).json).toMatchObject({
      state: 'awaiting_approval',
    })
  })
})

describe('plans', () => {
  it('are approved by the hash that was reviewed, and started', async () => {
    const plan = await there.plan([{ kind: 'suspend', who: 'ada@acme.test' }], { approved: false })
    const path = `${base}/plans/pln_${plan}`
    expect((await world.ask('bootstrap', 'POST', `${path}/approve`, { hash: 'another' })).json).toMatchObject({
      code: 'PLAN_HASH_MISMATCH',
    })
    const approved = await world.ask('bootstrap', 'POST', `${path}/approve`, { hash: `hash-${plan}`, start: false })
    expect(approved.json).toMatchObject({ id: `pln_${plan}`, state: 'approved', approvedBy: 'bootstrap token' })
    expect(world.executed).not.toContain(plan)
    await world.ask('bootstrap', 'POST', `${path}/apply`, {})
    expect(world.executed).toContain(plan)
    expect((await world.ask('bootstrap', 'POST', `${path}/reject`, {})).json).toMatchObject({ code: 'PLAN_STATE' })
  })

  it('list their items page by page, by kind and by state', async () => {
    const plan = await there.plan([
      { kind: 'revoke', who: 'ada@acme.test', product: 'cad' },
      { kind: 'suspend', who: 'bob@acme.test' },
      { kind: 'suspend', who: 'ada@acme.test' },
    ])
    const path = `${base}/plans/pln_${plan}/items`
    const first = (await world.ask('bootstrap', 'GET', `${path}?limit=2`)).json
    expect(first).toMatchObject({ items: [{ number: 1 }, { number: 2 }], next: expect.any(String) })
    const second = (await world.ask('bootstrap', 'GET', `${path}?limit=2&cursor=${first['next']}`)).json
    expect(second).toMatchObject({ items: [{ number: 3 }] })
    expect(second).not.toHaveProperty('next')
    expect((await world.ask('bootstrap', 'GET', `${path}?kind=revoke`)).json).toMatchObject({
      items: [
        {
          kind: 'revoke',
          email: 'ada@acme.test',
          product: 'cad',
          reason: { text: 'appears in HR feed' },
          sources: ['hr'],
        },
      ],
    })
    expect((await world.ask('bootstrap', 'GET', `${path}?state=succeeded`)).json['items']).toEqual([])
  })
})

describe('failures', () => {
  async function failedPlan(): Promise<number> {
    const digest = 'd1'
    const columns = [
      { header: 'ID', field: 'external_id' },
      { header: 'Mail', field: 'email' },
      { header: 'Team', field: 'groups' },
      { header: 'Note', attribute: 'note' },
    ].map((one) => ({ field: null, attribute: null, product: null, secret: false, inverted: false, ...one }))
    const layout = { delimiter: ';', columns, keyedBy: 'external_id' }
    const [snapshot] = await world.sql<{ id: number }[]>`
      insert into snapshots (organization_id, source_id, file, path, file_sha256, digest, evidence, state, errors, layout, at)
      values (${there.id}, 1, 'hr.csv', ${`processed/${Math.random()}`}, '', ${digest}, 'stable_only', 'admitted', 1,
        ${JSON.stringify(layout)}::text::jsonb, '2026-11-20T11:00:00Z') returning id`
    await nextChange(world.sql, there.id, new Date('2026-11-20T11:00:00Z'), 'snapshot', snapshot?.id)
    await world.sql`
      insert into row_errors (organization_id, snapshot_id, line, code, params, cells)
      values (${there.id}, ${snapshot?.id ?? 0}, 7, 'EMAIL_INVALID', '{"v": "x@@y", "why": "two @"}', '{7,x@@y,Artists,=cmd()}')`
    const plan = await there.plan([
      { kind: 'remove', who: 'ada@acme.test' },
      { kind: 'suspend', who: 'bob@acme.test' },
    ])
    await world.sql`update plans set header = header || '{"snapshots": ["hr:d1"]}' where id = ${plan}`
    await world.sql`
      insert into outcomes (organization_id, plan_id, number, state, code, params, at) select organization_id, plan_id, number,
        case kind when 'remove' then 'failed_permanent' else 'succeeded' end, case kind when 'remove' then 'HAS_PRODUCTS' end,
        '{"name": "Ada", "list": "CAD"}', now() from plan_items where plan_id = ${plan}`
    return plan
  }

  it('are items that failed and rows that never became one, with sentences', async () => {
    const plan = await failedPlan()
    const path = `${base}/plans/pln_${plan}`
    expect((await world.ask('bootstrap', 'GET', path)).json).toMatchObject({ rowErrors: 1 })
    expect((await world.ask('bootstrap', 'GET', `${path}/failures`)).json).toMatchObject({
      more: false,
      items: [
        {
          kind: 'remove',
          email: 'ada@acme.test',
          code: 'HAS_PRODUCTS',
          reason: 'Ada still holds CAD.',
          nextStep: 'Revoke first (rosterd revoke, or --revoke-first).',
        },
        {
          item: null,
          email: 'x@@y',
          line: 7,
          code: 'EMAIL_INVALID',
          reason: '"x@@y" is not a valid e-mail address (two @).',
        },
      ],
    })
  })

  it('download in the shape of the file that they came from', async () => {
    const plan = await failedPlan()
    const answer = await world.ask('bootstrap', 'GET', `${base}/plans/pln_${plan}/failures`, undefined, {
      accept: 'text/csv',
    })
    expect(answer.headers.get('content-disposition')).toBe(`attachment; filename="pln_${plan}-failures.csv"`)
    expect(answer.text.startsWith('\uFEFF')).toBe(true)
    const lines = answer.text.slice(1).split('\r\n')
    expect(lines[0]).toBe('ID;Mail;Team;Note;products;_line;_code;_reason;_next_step;_plan;_item')
    expect(lines[1]).toMatch(new RegExp(`^;ada@acme.test;;;CAD;;HAS_PRODUCTS;.*;pln_${plan};\\d$`))
    expect(lines[2]).toMatch(/^7;x@@y;Artists;'=cmd\(\);;7;EMAIL_INVALID;/)
    expect(guarded('=cmd()')).toBe("'=cmd()")
  })

  it('download as JSON Lines, and each read leaves an audit row', async () => {
    const plan = await failedPlan()
    const answer = await world.ask('viewer', 'GET', `${base}/plans/pln_${plan}/failures`, undefined, {
      accept: 'application/jsonl',
    })
    expect(answer.status).toBe(404)
    const own = await world.ask('bootstrap', 'GET', `${base}/plans/pln_${plan}/failures`, undefined, {
      accept: 'application/jsonl',
    })
    expect(
      own.text
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line).code),
    ).toEqual(['HAS_PRODUCTS', 'EMAIL_INVALID'])
    const rows = await world.sql`select actor from audit where act = 'failures.read' and plan_id = ${plan}`
    expect(rows).toMatchObject([{ actor: 'bootstrap token' }])
  })

  it('of a file that no plan came of are asked for by its snapshot', async () => {
    const columns = ['Mail', 'Note'].map((header) => ({
      header,
      field: header === 'Mail' ? 'email' : null,
      attribute: null,
      product: null,
      secret: false,
      inverted: false,
    }))
    const layout = { delimiter: ',', columns, keyedBy: 'email' }
    const [row] = await world.sql<{ id: number }[]>`
      insert into snapshots (organization_id, source_id, file, path, file_sha256, evidence, state, rows, errors, layout, at)
      values (${there.id}, 1, 'bad.csv', 'failed/bad.csv', '', 'stable_only', 'refused', 1, 1, ${JSON.stringify(layout)}::text::jsonb,
        '2026-11-20T11:00:00Z') returning id`
    const id = row?.id ?? 0
    await world.sql`
      insert into row_errors (organization_id, snapshot_id, line, code, params, cells)
      values (${there.id}, ${id}, 2, 'EMAIL_INVALID', '{"v": "x@@y", "why": "two @"}', '{x@@y,-1}')`
    const path = `${base}/snapshots/snp_${id}/failures`
    expect((await world.ask('bootstrap', 'GET', path)).json).toEqual({
      more: false,
      items: [expect.objectContaining({ item: null, email: 'x@@y', file: 'bad.csv', line: 2, code: 'EMAIL_INVALID' })],
    })
    const csv = await world.ask('bootstrap', 'GET', path, undefined, { accept: 'text/csv' })
    expect(csv.headers.get('content-disposition')).toBe(`attachment; filename="snp_${id}-failures.csv"`)
    expect(csv.text).toMatch(
      /^\uFEFFMail,Note,products,_line,_code,_reason,_next_step,_plan,_item\r\nx@@y,'-1,,2,EMAIL_INVALID,.*,,\r\n$/,
    )
    const lines = await world.ask('bootstrap', 'GET', path, undefined, { accept: 'application/jsonl' })
    expect(JSON.parse(lines.text)).toMatchObject({ code: 'EMAIL_INVALID', rows: [{ Mail: 'x@@y', Note: '-1' }] })
    const elsewhere = await world.ask('bootstrap', 'GET', path.replace(base, '/api/v1/organizations/acme'))
    expect(elsewhere).toMatchObject({ status: 404, json: { code: 'SNAPSHOT_NOT_FOUND' } })
    const rows =
      await world.sql`select object, plan_id from audit where act = 'failures.read' and object = ${`snp_${id}`}`
    expect(rows).toEqual(Array.from({ length: 3 }, () => ({ object: `snp_${id}`, plan_id: null })))
  })
})
